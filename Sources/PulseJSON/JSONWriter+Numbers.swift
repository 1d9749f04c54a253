extension JSONWriter {
    /// Writes an unsigned integer.
    ///
    /// JavaScript loses digits beyond 2^53.
    package mutating func uint(_ value: UInt64) {
        let count = Self.digitCount(value)
        guard let target = unsafe reserve(count) else { return }
        unsafe Self.put(value, at: target, count: count)
    }

    /// Writes an integer.
    ///
    /// JavaScript loses digits beyond 2^53.
    package mutating func int(_ value: Int64) {
        fixed(scaled: value, decimals: 0)
    }

    /// Writes `value / 10^decimals` (0 to 18) without trailing zeros: 123 with one decimal is
    /// 12.3, 120 is 12.
    package mutating func fixed(scaled value: Int64, decimals: Int) {
        precondition((0...18).contains(decimals), "decimals are 0 to 18")
        let magnitude = value.magnitude
        let scale = decimalScales[decimals]
        let whole = magnitude / scale
        var fraction = magnitude % scale
        var fractionCount = fraction == 0 ? 0 : decimals
        while fraction != 0, fraction % 10 == 0 {
            fraction /= 10
            fractionCount -= 1
        }
        let signCount = value < 0 ? 1 : 0
        let wholeCount = Self.digitCount(whole)
        let size = signCount + wholeCount + (fractionCount == 0 ? 0 : 1 + fractionCount)
        // Everything below lies within the `size` bytes reserved here.
        guard let target = unsafe reserve(size) else { return }
        if value < 0 { unsafe target[0] = UInt8(ascii: "-") }
        unsafe Self.put(whole, at: target + signCount, count: wholeCount)
        guard fractionCount > 0 else { return }
        let point = signCount + wholeCount
        unsafe target[point] = UInt8(ascii: ".")
        unsafe Self.put(fraction, at: target + point + 1, count: fractionCount)
    }

    /// Writes a number rounded to at most 4 decimals, halves away from zero; `null` for what is
    /// not finite.
    ///
    /// A value of 2^51 / 10^decimals or more is written in its shortest form instead, since a
    /// Double of that size tells hardly one decimal more.
    package mutating func fixed(_ value: Double, decimals: Int) {
        precondition((0...4).contains(decimals), "decimals are 0 to 4")
        guard value.isFinite else { return null() }
        let scaled = value * Double(decimalScales[decimals])
        // Below this bound the error of the value (1/4) and of the product (1/8) leave the nearest
        // integer the same, so what has that many decimals is written as it was.
        guard scaled.magnitude < 0x1p51 else {
            return double(decimals == 0 ? value.rounded() : value)
        }
        var whole = Int64(scaled)
        // The difference is exact; adding a half before truncating would not be.
        let rest = scaled - Double(whole)
        if rest >= 0.5 { whole += 1 } else if rest <= -0.5 { whole -= 1 }
        fixed(scaled: whole, decimals: decimals)
    }

    /// Writes the shortest form that reads back as the same Double; `null` for what is not finite.
    package mutating func double(_ value: Double) {
        guard value.isFinite else { return null() }
        if value != 0, value.magnitude < 0x1p53, value == value.rounded(.towardZero) {
            return int(Int64(value))
        }
        var text = value.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        raw(text.utf8.span)
    }

    // MARK: Digits

    private static func digitCount(_ value: UInt64) -> Int {
        var count = 1
        while count < decimalScales.count, value >= decimalScales[count] { count += 1 }
        return count
    }

    /// Writes the last `count` digits of `value`; the caller has made sure of the room.
    private static func put(_ value: UInt64, at target: UnsafeMutablePointer<UInt8>, count: Int) {
        var value = value
        var index = count
        while index > 0 {
            index -= 1
            unsafe target[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
            value /= 10
        }
    }
}

/// 10^0 to 10^19, all that fit a UInt64.
private let decimalScales: InlineArray<20, UInt64> = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
]
