/// The decimal digits of integers, up to eight at a time within one word: no table, no loop.
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
        let low = UInt32(truncatingIfNeeded: value &- high &* 100_000_000)
        var count: Int
        if high < 100_000_000 {
            count = unsafe putHead(UInt32(truncatingIfNeeded: high), at: target)
        } else {
            // 2^64 has 20 digits: at most four of them are left, and eight bytes hold them.
            let top = high / 100_000_000
            count = unsafe putHead(UInt32(truncatingIfNeeded: top), at: target)
            let middle = UInt32(truncatingIfNeeded: high &- top &* 100_000_000)
            unsafe store(eight(middle) | zeros, at: target + count)
            count &+= 8
        }
        unsafe store(eight(low) | zeros, at: target + count)
        return count &+ 8
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
    ///
    /// Halves, pairs and digits are divided side by side, as P. Khuong has shown in "How to print
    /// integers really fast": `x * 10486 >> 20` is `x / 100` below 10^4, and `x * 103 >> 10` is
    /// `x / 10` below 100.
    @inlinable
    @inline(__always)
    static func eight(_ value: UInt32) -> UInt64 {
        let high = UInt64(value / 10_000)
        let halves = high | (UInt64(value) &- 10_000 &* high) << 32
        let hundreds = ((halves &* 10_486) >> 20) & 0x0000_007F_0000_007F
        let pairs = hundreds | (halves &- 100 &* hundreds) << 16
        let tens = ((pairs &* 103) >> 10) & 0x000F_000F_000F_000F
        return tens | (pairs &- 10 &* tens) << 8
    }

    /// The four digits of a value below 10^4, in the same way.
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
