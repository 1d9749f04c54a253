/// Durations as people write them in options and files: `500ms`, `2s`, `10m`, `1h`.
package enum DurationText {
    /// The duration in milliseconds; `nil` for anything else, and beyond some years.
    package static func milliseconds(_ text: String) -> UInt64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard digits.utf8.count < 10, let number = UInt64(digits) else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return number
        case "s": return number * 1_000
        case "m": return number * 60_000
        case "h": return number * 3_600_000
        default: return nil
        }
    }
}
