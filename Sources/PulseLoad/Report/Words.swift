/// Figures as people read them.
enum Words {
    /// A number with so many decimals.
    static func decimals(_ value: Double, _ count: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<count { scale *= 10 }
        let whole = UInt64((abs(value) * scale).rounded())
        var digits = String(whole)
        while digits.utf8.count <= count { digits = "0" + digits }
        let sign = value < 0 && whole > 0 ? "-" : ""
        return count == 0
            ? sign + digits : sign + digits.dropLast(count) + "." + digits.suffix(count)
    }

    /// Microseconds as milliseconds or seconds.
    static func time(_ microseconds: UInt64) -> String {
        let milliseconds = Double(microseconds) / 1000
        if milliseconds < 100 { return decimals(milliseconds, 1) + " ms" }
        if milliseconds < 10_000 { return decimals(milliseconds, 0) + " ms" }
        return decimals(milliseconds / 1000, 1) + " s"
    }

    static func seconds(_ nanoseconds: UInt64) -> String {
        decimals(Double(nanoseconds) / 1e9, 1) + " s"
    }

    static func bytes(_ count: UInt64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(count)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return decimals(value, unit == 0 ? 0 : 1) + " " + units[unit]
    }

    /// 1234567 as 1,234,567.
    static func count(_ value: UInt64) -> String {
        var text = ""
        for (index, digit) in String(value).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
