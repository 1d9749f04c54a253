import PulseJSON
import Testing

/// What is accepted and what is refused, and with which error, where RFC 8259 leaves a choice or
/// parsers are known to differ.
@Suite struct JSONPolicyTests {
    private static let accepted: [String] = [
        "0", "-0", "-0.0", "1e-9999", "123.456e-789", " \t\r\n[ ]\n", #"{"":0}"#,
        #"{"a":1,"a":2}"#, #""\u0000""#, #""\ud83d\uDE80""#, "\"\u{7f}\u{2028}\u{10FFFF}\u{FEFF}\"",
        "100000000000000000000", "-237462374673276894279832749832423479823246327846",
        #"["\"\\\/\b\f\n\r\t"]"#,
    ]

    @Test("doubtful but valid documents are accepted", arguments: accepted)
    func accepts(_ text: String) {
        #expect(skipError(text) == nil)
        #expect(JSONValue.document(text).error == nil)
    }

    private static let refused: [(String, JSONError)] = [
        ("", .unexpectedEnd(at: 0)), (" ", .unexpectedEnd(at: 1)),
        ("[1,]", .unexpectedByte(at: 3)), (#"{"a":1,}"#, .unexpectedByte(at: 7)),
        ("[,1]", .unexpectedByte(at: 1)), ("[1 2]", .unexpectedByte(at: 3)),
        (#"{"a" 1}"#, .unexpectedByte(at: 5)), (#"{"a"}"#, .unexpectedByte(at: 4)),
        ("{1:1}", .unexpectedByte(at: 1)), ("{,}", .unexpectedByte(at: 1)),
        ("[1}", .unexpectedByte(at: 2)), (#"{"a":1]"#, .unexpectedByte(at: 6)),
        ("]", .unexpectedByte(at: 0)), ("1 2", .unexpectedByte(at: 2)),
        ("[]]", .unexpectedByte(at: 2)), ("01", .unexpectedByte(at: 1)),
        ("-", .unexpectedEnd(at: 1)), ("-x", .unexpectedByte(at: 1)),
        ("+1", .unexpectedByte(at: 0)), (".5", .unexpectedByte(at: 0)),
        ("1.", .unexpectedEnd(at: 2)), ("1.e1", .unexpectedByte(at: 2)),
        ("1e", .unexpectedEnd(at: 2)), ("1e+", .unexpectedEnd(at: 3)),
        ("[1e-]", .unexpectedByte(at: 4)), ("0x1", .unexpectedByte(at: 1)),
        ("NaN", .unexpectedByte(at: 0)), ("-Infinity", .unexpectedByte(at: 1)),
        ("nan", .unexpectedByte(at: 1)), ("tru", .unexpectedEnd(at: 3)),
        ("trux", .unexpectedByte(at: 3)), ("True", .unexpectedByte(at: 0)),
        ("truee", .unexpectedByte(at: 4)), ("'a'", .unexpectedByte(at: 0)),
        ("[1]//", .unexpectedByte(at: 3)), ("/**/1", .unexpectedByte(at: 0)),
        ("1e9999", .numberOutOfRange(at: 0)), ("[-1e9999]", .numberOutOfRange(at: 1)),
        ("[0.4e00669999999999999999999999969]", .numberOutOfRange(at: 1)),
        ("\u{FEFF}{}", .unexpectedByte(at: 0)), ("[\u{0}]", .unexpectedByte(at: 1)),
        ("1\u{0}", .unexpectedByte(at: 1)), ("[\u{A0}1]", .unexpectedByte(at: 1)),
        ("[\u{B}1]", .unexpectedByte(at: 1)),
        ("\"\u{0}\"", .unexpectedByte(at: 1)), ("\"a\n\"", .unexpectedByte(at: 2)),
        ("\"a\u{1f}\"", .unexpectedByte(at: 2)),
        (#""\x""#, .invalidEscape(at: 1)), (#""\u12g4""#, .invalidEscape(at: 1)),
        (#""\U1234""#, .invalidEscape(at: 1)), (#""a\u""#, .invalidEscape(at: 2)),
        (#""\"#, .unexpectedEnd(at: 2)), (#""\u12"#, .unexpectedEnd(at: 5)),
        (#""\ud800""#, .invalidEscape(at: 1)), (#""\udc00""#, .invalidEscape(at: 1)),
        (#""\ud800\ud800""#, .invalidEscape(at: 1)), (#""\ud800\n""#, .invalidEscape(at: 1)),
        (#""\ud800abcdef""#, .invalidEscape(at: 1)), (#""\udc00\ud800""#, .invalidEscape(at: 1)),
        (#"{"\ud800":1}"#, .invalidEscape(at: 2)), (#""\ud800\u00""#, .invalidEscape(at: 1)),
    ]

    @Test("what breaks the grammar or the policy is refused at its byte", arguments: refused)
    func refuses(_ text: String, _ error: JSONError) {
        #expect(skipError(text) == error)
        #expect(JSONValue.document(text).error == error)
    }

    private static let brokenUTF8: [[UInt8]] = [
        [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80],
        [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xE9],
        [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x9A], [0xF4, 0x90, 0x80, 0x80],
        [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
    ]

    @Test("bytes that are no UTF-8 are refused in values, keys and skipped values")
    func refusesBrokenUTF8() {
        for broken in Self.brokenUTF8 {
            for prefix in [#"[""#, #"{""#, #"{"a":""#, #"[{"a":["0123456789abcdefü"#] {
                let bytes = Array(prefix.utf8) + broken + Array("\"".utf8)
                let error = JSONError.invalidUTF8(at: prefix.utf8.count)
                #expect(skipError(bytes.span) == error, "\(broken)")
                #expect(JSONValue.document(bytes.span).error == error, "\(broken)")
            }
        }
    }

    @Test("every character of Unicode is read as it is")
    func acceptsAllScalars() {
        let scalars = stride(from: UInt32(0x20), through: 0x10FFFF, by: 61)
            .compactMap { Unicode.Scalar($0) }
            .filter { $0 != "\"" && $0 != "\\" }
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        #expect(JSONValue.document("\"\(text)\"") == .success(.string(text)))
    }

    @Test("UTF-16 and UTF-32 are refused")
    func refusesWideText() {
        for bytes: [UInt8] in [
            [0xFE, 0xFF, 0x00, 0x31], [0xFF, 0xFE, 0x31, 0x00], [0x00, 0x31], [0x31, 0x00],
            [0x31, 0x00, 0x00, 0x00],
        ] {
            #expect(skipError(bytes.span) != nil)
        }
    }

    @Test("nesting ends at the limit")
    func depth() {
        for (limit, isObject) in [(1, true), (64, false), (64, true), (65, false), (512, true)] {
            let nested = { (depth: Int) in
                String(repeating: isObject ? #"{"a":"# : "[", count: depth) + "1"
                    + String(repeating: isObject ? "}" : "]", count: depth)
            }
            #expect(skipError(nested(limit), depthMax: limit) == nil)
            let at = limit * (isObject ? 5 : 1)
            #expect(skipError(nested(limit + 1), depthMax: limit) == .tooDeep(at: at))
        }
        let mixed = String(repeating: #"[{"a":"#, count: 32)
        #expect(skipError(mixed + "0" + String(repeating: "}]", count: 32)) == nil)
        #expect(skipError(mixed + "0" + String(repeating: "]}", count: 32)) != nil)
        let open = String(repeating: "[", count: 100_000)
        #expect(skipError(open) == .tooDeep(at: 64))
        #expect(JSONValue.document(open).error == .tooDeep(at: 64))
    }

    @Test("of keys that occur twice the last one counts for a typed reader")
    func duplicateKeys() throws {
        let text = #"{"a":1,"\u0061":2}"#
        var reader = JSONReader(text.utf8.span)
        var value: UInt64 = 0
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "a": value = try reader.readUInt64()
            default: try reader.skipValue()
            }
        }
        #expect(value == 2)
    }
}
