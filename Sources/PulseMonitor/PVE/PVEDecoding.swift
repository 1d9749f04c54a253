import PulseJSON

/// How values of Proxmox VE's API are read: a number may be a string, a flag a number, and `null`
/// is what is not there.
extension JSONReader {
    /// A count of bytes or the like; what is negative or out of range is unknown.
    mutating func readPVECount() throws(JSONError) -> UInt64? {
        // Exact where a Double would not be: counters pass 2^53. What is none stays where it is.
        if let count = try? readLenientUInt64() { return count }
        guard let value = try readPVEDouble(), value >= 0, value < 1.8e19 else { return nil }
        return UInt64(value)
    }

    /// A number, or `nil` for null and for a text that is none, such as `N/A`.
    mutating func readPVEDouble() throws(JSONError) -> Double? {
        if let value = try? readLenientDouble() { return value }
        switch try peek() {
        case .number: return try readDouble()
        case .string:
            let text = try readString()
            guard let value = Double(text), value.isFinite else { return nil }
            return value
        default:
            try skipValue()
            return nil
        }
    }

    /// `1`, `"1"` or `true`; anything else is false.
    mutating func readPVEFlag() throws(JSONError) -> Bool {
        if let flag = try? readLenientBool() { return flag }
        return try readPVEDouble().map { $0 != 0 } ?? false
    }

    /// A text without control characters, cut to a sane length; `nil` when empty or no text.
    mutating func readPVEText() throws(JSONError) -> String? {
        if let text = try readTextIfString() { return Self.unlessEmpty(ReportText.cut(text)) }
        return try readPVENumberText()
    }

    /// The same of a text that other entries of the list have, too.
    mutating func readPVEText(_ texts: inout SharedTexts) throws(JSONError) -> String? {
        if let text = try readTextIfString() { return Self.unlessEmpty(texts.text(text)) }
        return try readPVENumberText()
    }

    private static func unlessEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }

    /// What stands in a text's place: a number as it is printed; `nil` for what is neither.
    private mutating func readPVENumberText() throws(JSONError) -> String? {
        guard try peek() == .number else {
            try skipValue()
            return nil
        }
        let value = try readDouble()
        return value == value.rounded() && value.magnitude < 1e15
            ? "\(Int64(value))" : "\(value)"
    }
}

/// What every answer is wrapped in: `{"data":…,"errors":…}`.
enum PVEEnvelope {
    /// Reads the elements of `data`, leaving out those that `element` makes nothing of.
    static func elements<Element>(
        of body: [UInt8],
        _ element: (inout JSONReader) throws(JSONError) -> Element?
    ) throws(JSONError) -> [Element]? {
        try PVEListDecoder.whole(body) { (reader, list) throws(JSONError) in
            if let next = try element(&reader) { list.rows.append(next) }
        }
    }

    /// Hands `data` to `read`, and checks that the whole body is JSON.
    static func object(
        _ body: [UInt8],
        _ read: (inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        var reader = JSONReader(body.span)
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "data": try read(&reader)
            default: try reader.skipValue()
            }
        }
        try reader.finish()
    }

    /// The first text in `errors` or `message`, which say what was wrong.
    static func message(of body: [UInt8]) -> String? {
        var reader = JSONReader(body.span)
        var found: String?
        do throws(JSONError) {
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "message": found = try reader.readPVEText() ?? found
                case "errors":
                    guard try reader.beginObjectUnlessNull() else { continue }
                    while let name = try reader.nextKey() {
                        let name = name.text
                        let text = try reader.readPVEText()
                        if found == nil, let text { found = "\(name): \(text)" }
                    }
                default: try reader.skipValue()
                }
            }
        } catch {
            return found
        }
        return found.map { ReportText.trimmed($0.filter { $0 != "\u{FFFD}" }) }
    }
}
