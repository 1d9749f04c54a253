import PulseJSON

/// How the values of a report are read: `null` is what is not there, so 0, empty or no list.
extension JSONReader {
    /// False when there is `null` in the object's place.
    mutating func beginObjectUnlessNull() throws(JSONError) -> Bool {
        guard try !readNull() else { return false }
        try beginObject()
        return true
    }

    /// False when there is `null` in the array's place.
    mutating func beginArrayUnlessNull() throws(JSONError) -> Bool {
        guard try !readNull() else { return false }
        try beginArray()
        return true
    }

    /// A text without control characters, cut at `ReportLimits.textBytesMax`.
    mutating func readCutText() throws(JSONError) -> String {
        try readNull() ? "" : ReportText.cut(try readText())
    }

    /// A text, or `nil` for an empty one.
    mutating func readCutTextUnlessEmpty() throws(JSONError) -> String? {
        let text = try readCutText()
        return text.isEmpty ? nil : text
    }

    /// A text that names somebody: in full, without the blanks around it.
    mutating func readIdentity() throws(JSONError) -> String {
        try readNull() ? "" : ReportText.trimmed(ReportText.printable(try readString()))
    }

    /// A cumulative counter.
    mutating func readCounter() throws(JSONError) -> UInt64 {
        try readNull() ? 0 : try readUInt64()
    }

    /// A size; agents compute these with signed numbers, and one below zero means nothing.
    mutating func readSize() throws(JSONError) -> UInt64 {
        try readNull() ? 0 : UInt64(max(0, try readInt64()))
    }

    /// A number of seconds, percent and the like, not below zero.
    mutating func readAmount() throws(JSONError) -> Double {
        try readNull() ? 0 : max(0, try readDouble())
    }

    /// The load of 1, 5 and 15 minutes; more of them are ignored.
    mutating func readLoads() throws(JSONError) -> [Double] {
        var loads: [Double] = []
        guard try beginArrayUnlessNull() else { return loads }
        while try nextElement() {
            if loads.count < 3 {
                loads.append(try readAmount())
            } else {
                try skipValue()
            }
        }
        return loads
    }
}

/// Makes texts from outside fit for logs and screens.
enum ReportText {
    /// The same of a text in place; most are printable and short, and copied as they are.
    static func cut(_ text: borrowing JSONText) -> String {
        if text.isPrintableASCII, text.count <= ReportLimits.textBytesMax { return text.text }
        return cut(text.text)
    }

    /// Printable, and at most `ReportLimits.textBytesMax` bytes of it, ending with a whole
    /// Unicode scalar.
    static func cut(_ text: String) -> String {
        let text = printable(text)
        guard text.utf8.count > ReportLimits.textBytesMax else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: ReportLimits.textBytesMax)
        end = text.unicodeScalars.index(before: text.unicodeScalars.index(after: end))
        return String(text[..<end])
    }

    /// The text with U+FFFD for each control character, which could forge lines of a log.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var copy = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { copy.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
        return String(copy)
    }

    /// The text without the spaces around it.
    static func trimmed(_ text: String) -> String {
        guard text.first == " " || text.last == " " else { return text }
        let start = text.drop { $0 == " " }
        guard let last = start.lastIndex(where: { $0 != " " }) else { return "" }
        return String(start[...last])
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }
}
