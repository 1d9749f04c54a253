import PulseJSON

/// The memory in which a cold field, or a row, is encoded before it is put where it is kept.
///
/// It is owned here and lent to a writer only while `encode` runs. One is enough for the whole
/// fleet: most reports say what is known already, and then nothing is allocated.
@safe
struct FragmentScratch: ~Copyable {
    private var memory: UnsafeMutableRawBufferPointer
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

    /// The same for one object, of which a bound is known.
    @inline(__always)
    mutating func encodeObject(byteCountMax: Int, _ body: (inout JSONRoom) -> Void) {
        var writer = unsafe JSONWriter(memory)
        // The bound is the caller's word.
        unsafe writer.object(byteCountMax: byteCountMax, body)
        precondition(!writer.overflowed, "a field passed the limit of its length")
        byteCount = writer.count
    }

    /// The same for a row, with all memory that it takes: `body` runs again if it was too little.
    mutating func encodeRow(_ body: (inout JSONWriter) -> Void) {
        while true {
            var writer = unsafe JSONWriter(memory)
            body(&writer)
            byteCount = writer.count
            guard writer.overflowed else { return }
            let byteCount = unsafe 2 * memory.count
            unsafe memory.deallocate()
            unsafe memory = .allocate(byteCount: byteCount, alignment: 16)
        }
    }

    /// Lends the content for as long as `body` runs.
    func withContent<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        // The writer has initialised as many bytes, which stay as they are meanwhile.
        let content = unsafe memory[..<byteCount].bindMemory(to: UInt8.self)
        return unsafe body(content.span)
    }
}
