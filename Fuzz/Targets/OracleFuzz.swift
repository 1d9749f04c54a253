import PulseJSON

/// The reader beside a parser written after RFC 8259 alone, as slow and plain as can be.
enum OracleFuzz {
    static func run(_ input: Span<UInt8>) {
        let bytes = input.indices.map { input[$0] }
        var oracle = PlainParser(bytes)
        let told = oracle.document()
        switch JSONValue.document(input) {
        case .success(let value):
            precondition(told == value, "the reader accepts \(bytes) as something else")
        case .failure:
            precondition(told == nil, "the reader refuses \(bytes)")
        }
    }
}

/// Recursive descent over an array; `nil` is all that it says of an error.
private struct PlainParser {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() -> JSONValue? {
        guard let value = value(depth: 0) else { return nil }
        skipBlanks()
        return index == bytes.count ? value : nil
    }

    private var byte: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() {
        while let byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
    }

    private mutating func take(_ text: String) -> Bool {
        guard bytes[index...].starts(with: text.utf8) else { return false }
        index += text.utf8.count
        return true
    }

    private mutating func value(depth: Int) -> JSONValue? {
        skipBlanks()
        switch byte {
        case UInt8(ascii: "{"): return depth < 64 ? object(depth: depth + 1) : nil
        case UInt8(ascii: "["): return depth < 64 ? array(depth: depth + 1) : nil
        case UInt8(ascii: "\""): return string().map { .utf8($0) }
        default:
            if take("null") { return .null }
            if take("true") { return .bool(true) }
            if take("false") { return .bool(false) }
            return number()
        }
    }

    private mutating func object(depth: Int) -> JSONValue? {
        var members: [JSONValue.Member] = []
        index += 1
        skipBlanks()
        if take("}") { return .object([]) }
        repeat {
            skipBlanks()
            guard byte == UInt8(ascii: "\""), let key = string() else { return nil }
            skipBlanks()
            guard take(":"), let value = value(depth: depth) else { return nil }
            members.append(JSONValue.Member(key: key, value: value))
            skipBlanks()
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func array(depth: Int) -> JSONValue? {
        var elements: [JSONValue] = []
        index += 1
        skipBlanks()
        if take("]") { return .array([]) }
        repeat {
            guard let value = value(depth: depth) else { return nil }
            elements.append(value)
            skipBlanks()
        } while take(",")
        return take("]") ? .array(elements) : nil
    }

    private mutating func digits() -> Bool {
        let start = index
        while let byte, (0x30...0x39).contains(byte) { index += 1 }
        return index > start
    }

    private mutating func number() -> JSONValue? {
        let start = index
        _ = take("-")
        if !take("0"), !digits() { return nil }
        if take("."), !digits() { return nil }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            if !digits() { return nil }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { return nil }
        return .number(value)
    }

    private mutating func string() -> [UInt8]? {
        var text: [UInt8] = []
        index += 1
        while let next = byte {
            index += 1
            switch next {
            case UInt8(ascii: "\""):
                return String(validating: text, as: UTF8.self) == nil ? nil : text
            case UInt8(ascii: "\\"):
                guard let escaped = escape() else { return nil }
                text += escaped
            case ..<0x20: return nil
            default: text.append(next)
            }
        }
        return nil
    }

    private mutating func escape() -> [UInt8]? {
        guard let letter = byte else { return nil }
        index += 1
        let short: [UInt8: UInt8] = [
            0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D,
            0x74: 0x09,
        ]
        if let byte = short[letter] { return [byte] }
        guard letter == UInt8(ascii: "u"), let first = unit() else { return nil }
        var units = [first]
        if UTF16.isLeadSurrogate(first) {
            guard take("\\u"), let second = unit() else { return nil }
            units.append(second)
        }
        return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
    }

    private mutating func unit() -> UInt16? {
        guard bytes.count - index >= 4 else { return nil }
        let digits = bytes[index..<index + 4]
        guard digits.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) else {
            return nil
        }
        index += 4
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
