public import Glibc

/// Room in a writer's memory that was made sure of once, for a whole object or row:
/// `JSONWriter.object(byteCountMax:)` lends it.
///
/// What is written through it is not checked one by one but in debug builds. The bounds are the
/// bytes of a fragment, and for a number `JSONRoom.numberBytesMax`, however short it is: digits
/// are stored in whole words, of which the next value overwrites what is too much.
@safe
public struct JSONRoom: ~Copyable {
    /// A sign, the 18 digits that an Int64 has in front of one decimal, a point and the four bytes
    /// in which decimals are stored; an integer with its sign takes 21.
    @inlinable
    public static var numberBytesMax: Int { 24 }

    /// Where the next byte goes: within the writer's memory, which nobody else touches meanwhile.
    @usableFromInline var cursor: UnsafeMutablePointer<UInt8>
    /// The end of the room, which `object` makes sure was not passed.
    @usableFromInline let end: UnsafeMutablePointer<UInt8>

    @inlinable
    init(_ start: UnsafeMutablePointer<UInt8>, byteCount: Int) {
        unsafe cursor = start
        unsafe end = start + byteCount
    }

    /// Writes text as it is: keys, commas, brackets.
    @inlinable
    @inline(__always)
    public mutating func fragment(_ text: StaticString) {
        let size = text.utf8CodeUnitCount
        // A static string lives as long as the process; its bytes are part of the room.
        unsafe memcpy(room(size), text.utf8Start, size)
        unsafe cursor += size
    }

    /// Writes an unsigned integer.
    @inlinable
    @inline(__always)
    public mutating func uint(_ value: UInt64) {
        // As many bytes are part of the room.
        unsafe cursor += JSONDigits.put(value, at: room(JSONDigits.countMax))
    }

    /// What `short` takes is below this.
    @inlinable
    public static var shortBound: UInt64 { 100_000_000 }

    /// Writes an unsigned integer below `shortBound`.
    @inlinable
    @inline(__always)
    public mutating func short(_ value: UInt32) {
        // As many bytes are part of the room.
        unsafe cursor += JSONDigits.putHead(value, at: room(JSONDigits.countMax))
    }

    /// Writes `value / 10^decimals` (0 to 18) without trailing zeros.
    @inlinable
    @inline(__always)
    public mutating func fixed(scaled value: Int64, decimals: Int) {
        // As many bytes are part of the room.
        unsafe cursor = JSONDigits.put(value, decimals: decimals, at: room(Self.numberBytesMax))
    }

    /// The same where it is often the number before it, which `last` keeps; all calls that share it
    /// have the same `decimals`.
    @inlinable
    @inline(__always)
    public mutating func fixed(scaled value: Int64, decimals: Int, last: inout RepeatedNumber) {
        let start = unsafe room(Self.numberBytesMax)
        if value == last.value, last.byteCount > 0 {
            // As many bytes are part of the room.
            unsafe last.put(at: start)
            unsafe cursor += last.byteCount
        } else {
            fixed(scaled: value, decimals: decimals)
            unsafe last = RepeatedNumber(value, byteCount: cursor - start, at: start)
        }
    }

    /// Writes `null`.
    @inlinable
    @inline(__always)
    public mutating func null() {
        fragment("null")
    }

    /// The place of the next bytes, of which there are `count`.
    @inlinable
    @inline(__always)
    func room(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        assert(unsafe count <= end - cursor, "an object passed the bound of its length")
        return unsafe cursor
    }
}
