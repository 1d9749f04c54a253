public import CScan

/// The decimal digits of integers, up to eight at a time: no table, no loop.
///
/// Public and inlinable for `JSONRoom`, which is so for the reason that `JSONWriter` names.
public enum JSONDigits {
    /// The most digits that a UInt64 has.
    @inlinable
    static var countMax: Int { 20 }

    /// How many digits `value` has at most: as many as it has, or one more.
    ///
    /// 1233 / 4096 is a little more than log10(2), and what has n bits is below 2^n.
    @inlinable
    @inline(__always)
    public static func countMax(_ value: UInt64) -> Int {
        1 &+ ((64 &- value.leadingZeroBitCount) &* 1_233) >> 12
    }

    /// Writes `value` and returns how many digits it has.
    ///
    /// Whole words are stored: the caller has made sure of `countMax` bytes, whatever the value.
    @inlinable
    @inline(__always)
    static func put(_ value: UInt64, at target: UnsafeMutablePointer<UInt8>) -> Int {
        guard value >= 100_000_000 else {
            return unsafe putHead(UInt32(truncatingIfNeeded: value), at: target)
        }
        let high = value / 100_000_000
        guard high < 100_000_000 else { return unsafe putLong(value, at: target) }
        let low = UInt32(truncatingIfNeeded: value &- high &* 100_000_000)
        let count = unsafe putHead(UInt32(truncatingIfNeeded: high), at: target)
        unsafe store(eight(low) | zeros, at: target + count)
        return count &+ 8
    }

    /// The same for what has more than 16 digits.
    @inlinable
    @inline(never)
    static func putLong(_ value: UInt64, at target: UnsafeMutablePointer<UInt8>) -> Int {
        let high = value / 100_000_000
        let low = UInt32(truncatingIfNeeded: value &- high &* 100_000_000)
        // 2^64 has 20 digits: at most four of them are left, and eight bytes hold them.
        let top = high / 100_000_000
        let middle = UInt32(truncatingIfNeeded: high &- top &* 100_000_000)
        let count = unsafe putHead(UInt32(truncatingIfNeeded: top), at: target)
        unsafe store(eight(middle) | zeros, at: target + count)
        unsafe store(eight(low) | zeros, at: target + count + 8)
        return count &+ 16
    }

    /// Writes `value / 10^decimals` (0 to 18) without trailing zeros, and returns the end.
    ///
    /// The caller has made sure of `JSONRoom.numberBytesMax` bytes. It is a call, as numbers with
    /// decimals are few; that it takes and returns places leaves them in registers.
    @usableFromInline
    @inline(never)
    static func put(
        _ value: Int64,
        decimals: Int,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        // A sign that is none is overwritten.
        unsafe start.pointee = UInt8(ascii: "-")
        let target = unsafe start + (value < 0 ? 1 : 0)
        let magnitude = value.magnitude
        let whole: UInt64
        let tenThousandths: UInt64
        // Each scale is a constant, so that nothing is divided.
        switch decimals {
        case 0: return unsafe target + put(magnitude, at: target)
        case 1:
            whole = magnitude / 10
            let tenths = UInt8(truncatingIfNeeded: magnitude &- whole &* 10)
            let point = unsafe target + put(whole, at: target)
            unsafe point[0] = UInt8(ascii: ".")
            unsafe point[1] = UInt8(ascii: "0") | tenths
            return unsafe point + (tenths == 0 ? 0 : 2)
        case 2:
            whole = magnitude / 100
            tenThousandths = (magnitude &- whole &* 100) &* 100
        case 3:
            whole = magnitude / 1_000
            tenThousandths = (magnitude &- whole &* 1_000) &* 10
        case 4:
            whole = magnitude / 10_000
            tenThousandths = magnitude &- whole &* 10_000
        default: return unsafe putLong(magnitude, decimals: decimals, at: target)
        }
        let point = unsafe target + put(whole, at: target)
        let fraction = UInt32(truncatingIfNeeded: tenThousandths)
        return unsafe point + putFraction(fraction, at: point)
    }

    /// The same for more decimals than metrics have, digit by digit.
    private static func putLong(
        _ magnitude: UInt64,
        decimals: Int,
        at target: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        precondition((0...18).contains(decimals), "decimals are 0 to 18")
        let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: powersOfTen[decimals])
        let point = unsafe target + put(whole, at: target)
        guard fraction != 0 else { return unsafe point }
        var count = decimals
        var rest = fraction
        while rest % 10 == 0 {
            rest /= 10
            count -= 1
        }
        unsafe point.pointee = UInt8(ascii: ".")
        for index in (1...count).reversed() {
            // A number has at most 19 digits and a point.
            unsafe point[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        return unsafe point + 1 + count
    }

    /// Writes a value below 10^4 as a fraction: a point and its four digits without the zeros at
    /// their end, and nothing for 0.
    ///
    /// Returns how many bytes that are; the caller has made sure of five.
    @inlinable
    @inline(__always)
    static func putFraction(_ value: UInt32, at target: UnsafeMutablePointer<UInt8>) -> Int {
        unsafe target[0] = UInt8(ascii: ".")
        let digits = four(value)
        let word = (digits | 0x3030_3030).littleEndian
        // The caller's memory has four bytes behind the point; a word needs no alignment.
        unsafe UnsafeMutableRawPointer(target + 1).storeBytes(of: word, as: UInt32.self)
        // Of four zeros nothing is left, and of the point neither.
        return digits == 0 ? 0 : 5 &- digits.leadingZeroBitCount >> 3
    }

    // MARK: Digits in words, the first one in the lowest byte

    /// Writes a value below 10^8 without leading zeros; 0 is one digit.
    @inlinable
    @inline(__always)
    static func putHead(_ value: UInt32, at target: UnsafeMutablePointer<UInt8>) -> Int {
        let digits = eight(value)
        // The bit stands for the last digit, which is never left out.
        let zeroCount = (digits | 1 << 56).trailingZeroBitCount >> 3
        unsafe store((digits | zeros) >> UInt64(8 &* zeroCount), at: target)
        return 8 &- zeroCount
    }

    /// The eight digits of a value below 10^8, each in a byte.
    @inlinable
    @inline(__always)
    static func eight(_ value: UInt32) -> UInt64 {
        cscan_eight_digits(value)
    }

    /// The four digits of a value below 10^4; see `cscan_eight_digits_in_word`.
    @inlinable
    @inline(__always)
    static func four(_ value: UInt32) -> UInt32 {
        let hundreds = (value &* 10_486) >> 20
        let pairs = hundreds | (value &- 100 &* hundreds) << 16
        let tens = ((pairs &* 103) >> 10) & 0x000F_000F
        return tens | (pairs &- 10 &* tens) << 8
    }

    /// What makes digits of ASCII of eight bytes.
    @inlinable
    static var zeros: UInt64 { 0x3030_3030_3030_3030 }

    @inlinable
    @inline(__always)
    static func store(_ word: UInt64, at target: UnsafeMutablePointer<UInt8>) {
        // The callers have made sure of eight bytes; a word needs no alignment.
        unsafe UnsafeMutableRawPointer(target).storeBytes(of: word.littleEndian, as: UInt64.self)
    }
}

/// 10^0 to 10^19, all that fit a UInt64.
let powersOfTen: InlineArray<20, UInt64> = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
]
