public import Glibc

/// Room in a writer's memory that was made sure of once, for a whole object or row:
/// `JSONWriter.object(byteCountMax:)` lends it.
///
/// What is written through it is not checked one by one but in debug builds. The bounds are: the
/// bytes of a fragment, 20 of a number, 21 of one with decimals.
@safe
public struct JSONRoom: ~Copyable {
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
        unsafe memcpy(take(size), text.utf8Start, size)
    }

    /// Writes an unsigned integer.
    package mutating func uint(_ value: UInt64) {
        let count = JSONDigits.count(value)
        unsafe JSONDigits.put(value, at: take(count), count: count)
    }

    /// Writes `value / 10^decimals` (0 to 18) without trailing zeros.
    package mutating func fixed(scaled value: Int64, decimals: Int) {
        if value < 0 { fragment("-") }
        switch decimals {
        case 0: uint(value.magnitude)
        case 1: fixed(value.magnitude, decimals: 1, scale: 10)
        case 2: fixed(value.magnitude, decimals: 2, scale: 100)
        case 3: fixed(value.magnitude, decimals: 3, scale: 1_000)
        case 4: fixed(value.magnitude, decimals: 4, scale: 10_000)
        default:
            precondition((0...18).contains(decimals), "decimals are 0 to 18")
            fixed(value.magnitude, decimals: decimals, scale: powersOfTen[decimals])
        }
    }

    /// Writes `null`.
    @inlinable
    public mutating func null() {
        fragment("null")
    }

    /// Inlined, so that the scale is a constant and no division is done.
    @inline(__always)
    private mutating func fixed(_ magnitude: UInt64, decimals: Int, scale: UInt64) {
        let whole = magnitude / scale
        var fraction = magnitude &- whole &* scale
        uint(whole)
        guard fraction != 0 else { return }
        var count = decimals
        while fraction % 10 == 0 {
            fraction /= 10
            count &-= 1
        }
        fragment(".")
        unsafe JSONDigits.put(fraction, at: take(count), count: count)
    }

    /// The place of the next `count` bytes, which the caller writes.
    @inlinable
    @inline(__always)
    mutating func take(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        assert(unsafe count <= end - cursor, "an object passed the bound of its length")
        let start = unsafe cursor
        unsafe cursor += count
        return unsafe start
    }
}
