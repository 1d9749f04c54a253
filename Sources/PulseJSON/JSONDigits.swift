import Glibc

/// The decimal digits of integers, two at a time from a table.
package enum JSONDigits {
    /// The most digits that a UInt64 has.
    static let countMax = 20

    /// How many digits `value` has; 1 for 0.
    ///
    /// 1233 / 4096 is a little more than log10(2), so the guess is right or one too small. Setting
    /// the lowest bit never crosses a power of ten but turns 0 into 1.
    @inline(__always)
    package static func count(_ value: UInt64) -> Int {
        let value = value | 1
        let guess = ((64 &- value.leadingZeroBitCount) &* 1233) >> 12
        return guess &+ (value >= powersOfTen[guess] ? 1 : 0)
    }

    /// Writes `value`, which has at most `count` digits, with leading zeros if it has fewer; the
    /// caller has made sure of the room.
    @inline(__always)
    static func put(_ value: UInt64, at target: UnsafeMutablePointer<UInt8>, count: Int) {
        assert(count >= Self.count(value), "a number has more digits than were announced")
        var index = count
        var high = value
        // Divisions of 32 bits cost half as much.
        while high > UInt64(UInt32.max) {
            index &-= 2
            unsafe putPair(UInt32(truncatingIfNeeded: high % 100), at: target + index)
            high /= 100
        }
        var low = UInt32(truncatingIfNeeded: high)
        while index >= 2 {
            index &-= 2
            unsafe putPair(low % 100, at: target + index)
            low /= 100
        }
        if index == 1 {
            unsafe target[0] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: low % 10)
        }
    }

    @inline(__always)
    private static func putPair(_ pair: UInt32, at target: UnsafeMutablePointer<UInt8>) {
        // The table is static and has two bytes for each number below 100.
        unsafe memcpy(target, pairs.utf8Start + 2 &* Int(pair), 2)
    }

    private static var pairs: StaticString {
        """
        00010203040506070809101112131415161718192021222324252627282930313233343536373839\
        40414243444546474849505152535455565758596061626364656667686970717273747576777879\
        8081828384858687888990919293949596979899
        """
    }
}

/// 10^0 to 10^19, all that fit a UInt64.
let powersOfTen: InlineArray<20, UInt64> = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
]
