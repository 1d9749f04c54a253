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

    /// Writes `value / 10^decimals` (0 to 18) without trailing zeros.
    @inlinable
    @inline(__always)
    public mutating func fixed(scaled value: Int64, decimals: Int) {
        // A sign that is none is overwritten.
        unsafe room(Self.numberBytesMax).pointee = UInt8(ascii: "-")
        unsafe cursor += value < 0 ? 1 : 0
        let magnitude = value.magnitude
        let whole: UInt64
        let tenThousandths: UInt64
        // Each scale is a constant, so that nothing is divided.
        switch decimals {
        case 0: return uint(magnitude)
        case 1:
            whole = magnitude / 10
            tenThousandths = (magnitude &- whole &* 10) &* 1_000
        case 2:
            whole = magnitude / 100
            tenThousandths = (magnitude &- whole &* 100) &* 100
        case 3:
            whole = magnitude / 1_000
            tenThousandths = (magnitude &- whole &* 1_000) &* 10
        case 4:
            whole = magnitude / 10_000
            tenThousandths = magnitude &- whole &* 10_000
        default: return longFixed(magnitude, decimals: decimals)
        }
        uint(whole)
        let fraction = UInt32(truncatingIfNeeded: tenThousandths)
        // A point and four bytes are part of the room.
        unsafe cursor += JSONDigits.putFraction(fraction, at: room(5))
    }

    /// Writes `null`.
    @inlinable
    @inline(__always)
    public mutating func null() {
        fragment("null")
    }

    /// The same for more decimals than metrics have, digit by digit.
    @usableFromInline
    @inline(never)
    mutating func longFixed(_ magnitude: UInt64, decimals: Int) {
        precondition((0...18).contains(decimals), "decimals are 0 to 18")
        let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: powersOfTen[decimals])
        uint(whole)
        guard fraction != 0 else { return }
        var count = decimals
        var rest = fraction
        while rest % 10 == 0 {
            rest /= 10
            count -= 1
        }
        fragment(".")
        let digits = unsafe room(count)
        for index in (0..<count).reversed() {
            // The index is below the count that the room was made sure of for.
            unsafe digits[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        unsafe cursor += count
    }

    /// The place of the next bytes, of which there are `count`.
    @inlinable
    @inline(__always)
    func room(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        assert(unsafe count <= end - cursor, "an object passed the bound of its length")
        return unsafe cursor
    }
}
