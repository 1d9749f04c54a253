extension JSONWriter {
    /// Writes an unsigned integer.
    ///
    /// JavaScript loses digits beyond 2^53.
    package mutating func uint(_ value: UInt64) {
        number { $0.uint(value) }
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
        number { $0.fixed(scaled: value, decimals: decimals) }
    }

    /// Lets `body` write one number.
    @inline(__always)
    private mutating func number(_ body: (inout JSONRoom) -> Void) {
        guard limit - count >= JSONRoom.numberBytesMax else { return numberNearEnd(body) }
        // The bound is that of any number.
        unsafe object(byteCountMax: JSONRoom.numberBytesMax, body)
    }

    /// The same where perhaps not every number fits.
    @inline(never)
    private mutating func numberNearEnd(_ body: (inout JSONRoom) -> Void) {
        var text = InlineArray<24, UInt8>(repeating: 0)
        var bytes = text.mutableSpan
        let count = unsafe bytes.withUnsafeMutableBytes { memory in
            // The array outlives the writer, which ends with this closure.
            var writer = unsafe JSONWriter(memory)
            unsafe writer.object(byteCountMax: JSONRoom.numberBytesMax, body)
            return writer.count
        }
        raw(text.span.extracting(..<count))
    }

    /// Writes a number rounded to at most 4 decimals, halves away from zero; `null` for what is
    /// not finite.
    ///
    /// A value of 2^51 / 10^decimals or more is written in its shortest form instead, since a
    /// Double of that size tells hardly one decimal more.
    package mutating func fixed(_ value: Double, decimals: Int) {
        precondition((0...4).contains(decimals), "decimals are 0 to 4")
        guard value.isFinite else { return null() }
        let scaled = value * Double(powersOfTen[decimals])
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
}
