import Glibc
import PulseJSON

/// The memory in which a cold field is encoded before it is compared with what is kept.
///
/// It is owned here and lent to a writer only while `encode` runs. One is enough for the whole
/// fleet: most reports say what is known already, and then nothing is allocated.
@safe
struct FragmentScratch: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer
    private var byteCount = 0

    init(capacity: Int) {
        unsafe memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        unsafe memory.deallocate()
    }

    /// Replaces the content by what `body` writes, which must fit.
    mutating func encode(_ body: (inout JSONWriter) -> Void) {
        var writer = unsafe JSONWriter(memory)
        body(&writer)
        precondition(!writer.overflowed, "a field passed the limit of its length")
        byteCount = writer.count
    }

    /// Whether the content is these bytes.
    func equals(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == byteCount else { return false }
        // Both are this long, and neither outlives the comparison.
        return unsafe bytes.withUnsafeBytes { kept in
            guard let kept = kept.baseAddress else { return true }
            guard let own = unsafe memory.baseAddress else { return true }
            return unsafe memcmp(kept, own, byteCount) == 0
        }
    }

    /// The content.
    func copy() -> [UInt8] {
        unsafe Array(memory[..<byteCount])
    }
}
