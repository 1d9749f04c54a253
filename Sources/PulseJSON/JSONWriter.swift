public import Glibc

/// Writes JSON straight into memory of the caller's; the caller puts keys, commas and brackets
/// with `fragment`.
///
/// Encoding a type is a list of its fields:
///
///     writer.fragment("{\"device\":")
///     writer.string(disk.device)
///     writer.fragment(",\"usedBytes\":")
///     writer.uint(disk.usedBytes)
///     writer.fragment(",\"usage\":")
///     writer.fixed(disk.percent, decimals: 1)
///     writer.fragment("}")
///
/// Where the bound of a whole object is known, `object(byteCountMax:)` makes sure of the room once.
/// It is public and inlinable, as the texts of keys are to become immediate stores in other
/// modules, and Swift 6.3 inlines nothing across modules that is merely `package`.
///
/// A write that does not fit writes nothing and latches `overflowed`, and so does each later one:
/// what stands in the buffer is then a beginning of the document.
@safe
public struct JSONWriter: ~Copyable {
    /// How many bytes were written.
    @usableFromInline package internal(set) var count = 0
    /// Whether a write did not fit; stays true.
    @usableFromInline package internal(set) var overflowed = false

    /// The caller's memory; nil only where there is none.
    @usableFromInline let base: UnsafeMutablePointer<UInt8>?
    /// How far may be written; 0 once a write did not fit.
    @usableFromInline var limit: Int

    /// Writes from the start of `buffer`, which the caller owns and neither frees nor touches
    /// while the writer lives.
    @unsafe
    @inlinable
    public init(_ buffer: UnsafeMutableRawBufferPointer) {
        unsafe base = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        limit = buffer.count
    }

    /// Writes text as it is: `{"type":"`, keys, commas, brackets.
    @inlinable
    @inline(__always)
    public mutating func fragment(_ text: StaticString) {
        let size = text.utf8CodeUnitCount
        guard let target = unsafe reserve(size) else { return }
        // A static string lives as long as the process; `reserve` has made sure of the room.
        unsafe memcpy(target, text.utf8Start, size)
    }

    /// Writes one byte of ASCII.
    mutating func byte(_ byte: UInt8) {
        guard let target = unsafe reserve(1) else { return }
        // One byte was just reserved.
        unsafe target[0] = byte
    }

    /// Writes a value that is encoded already.
    package mutating func raw(_ bytes: [UInt8]) {
        raw(bytes.span)
    }

    /// Writes a value that is encoded already.
    package mutating func raw(_ bytes: RawSpan) {
        // Any bits are a UInt8, and bytes need no alignment.
        raw(unsafe bytes._unsafeView(as: UInt8.self))
    }

    /// Writes a value that is encoded already.
    package mutating func raw(_ bytes: Span<UInt8>) {
        guard let target = unsafe reserve(bytes.count) else { return }
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            // The caller's bytes are borrowed; `reserve` has made sure of the room.
            unsafe memcpy(target, start, source.count)
        }
    }

    /// Writes `true` or `false`.
    package mutating func bool(_ value: Bool) {
        if value { fragment("true") } else { fragment("false") }
    }

    /// Writes `null`.
    package mutating func null() {
        fragment("null")
    }

    /// Makes sure once of room for all that `body` writes, which is at most `byteCountMax` bytes.
    ///
    /// The bound is the caller's word: debug builds stop at the value that passes it, and others
    /// behind the last one. Where there is not as much room, nothing is written and `overflowed` is
    /// latched.
    @unsafe
    @inlinable
    @inline(__always)
    public mutating func object(byteCountMax: Int, _ body: (inout JSONRoom) -> Void) {
        let start = count
        guard let target = unsafe reserve(byteCountMax) else { return }
        var room = unsafe JSONRoom(target, byteCount: byteCountMax)
        body(&room)
        unsafe precondition(room.cursor <= room.end, "an object passed the bound of its length")
        count = unsafe start &+ (room.cursor - target)
    }

    /// Lends all that is left, to one who looks before he writes.
    @inline(__always)
    mutating func withRoom(_ body: (inout JSONRoom) -> Void) {
        guard let base = unsafe base, count < limit else { return }
        var room = unsafe JSONRoom(base + count, byteCount: limit &- count)
        body(&room)
        unsafe precondition(room.cursor <= room.end, "an object passed the bound of its length")
        count = unsafe room.cursor - base
    }

    /// A place to go back to.
    package func mark() -> Int { count }

    /// Takes back what was written since the mark; an overflow stays latched.
    package mutating func rewind(to mark: Int) {
        precondition((0...count).contains(mark), "a writer can only go back")
        count = mark
    }

    /// Room for `size` bytes, counted as written; nil if they do not fit.
    @inlinable
    @inline(__always)
    mutating func reserve(_ size: Int) -> UnsafeMutablePointer<UInt8>? {
        guard size <= limit - count, let base = unsafe base else {
            if size > 0 { overflow() }
            return nil
        }
        // `count + size` is within the buffer that the caller owns.
        let target = unsafe base + count
        count += size
        return unsafe target
    }

    /// Latches that something did not fit.
    @usableFromInline
    @inline(never)
    mutating func overflow() {
        overflowed = true
        limit = 0
    }
}

/// What `body` writes, which runs again with a buffer twice as large while it does not fit.
///
/// The first buffer has `capacity` bytes.
package func jsonBytes(
    capacity: Int = 4096,
    _ body: (inout JSONWriter) -> Void
) -> [UInt8] {
    var capacity = max(capacity, 64)
    while true {
        var overflowed = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            // The array owns the buffer and outlives the writer, which ends with this closure.
            var writer = unsafe JSONWriter(UnsafeMutableRawBufferPointer(buffer))
            body(&writer)
            count = writer.count
            overflowed = writer.overflowed
        }
        if !overflowed { return bytes }
        capacity *= 2
    }
}
