import PulseJSON
import Testing

/// The documents of which RFC 8259 lets a parser decide: one for each `i_` file of JSONTestSuite,
/// by the name that it has there, written anew after what the names say.
@Suite struct JSONImplementationDefinedTests {
    /// A document and what becomes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        /// Why it is refused; `nil` where `value` is what it says.
        var error: JSONError?
        var value: JSONValue?

        var testDescription: String { name }
    }

    private static func refused(_ name: String, _ text: String, _ error: JSONError) -> Case {
        Case(name: name, bytes: Array(text.utf8), error: error)
    }

    private static func refused(_ name: String, _ bytes: [UInt8], _ error: JSONError) -> Case {
        Case(name: name, bytes: bytes, error: error)
    }

    /// A string of these bytes in an array, refused at one of them.
    private static func noUTF8(_ name: String, _ text: [UInt8], at offset: Int = 0) -> Case {
        refused(name, Array("[\"".utf8) + text + Array("\"]".utf8), .invalidUTF8(at: 2 + offset))
    }

    private static func number(_ name: String, _ text: String, _ value: Double) -> Case {
        Case(name: name, bytes: Array("[\(text)]".utf8), value: .array([.number(value)]))
    }

    private static let numbers: [Case] = [
        number("number_double_huge_neg_exp", "123.456e-789", 0),
        number("number_real_underflow", "123e-10000000", 0),
        number("number_too_big_neg_int", "-123123123123123123123123123123", -1.2312312312312312e29),
        number("number_too_big_pos_int", "100000000000000000000", 1e20),
        number(
            "number_very_big_negative_int",
            "-237462374673276894279832749832423479823246327846",
            -2.3746237467327689e47
        ),
        refused(
            "number_huge_exp",
            "[0.4e006699999999999999999999999999999999999999999999999999999999999999969999999006]",
            .numberOutOfRange(at: 1)
        ),
        refused("number_neg_int_huge_exp", "[-1e+9999]", .numberOutOfRange(at: 1)),
        refused("number_pos_double_huge_exp", "[1.5e+9999]", .numberOutOfRange(at: 1)),
        refused("number_real_neg_overflow", "[-123123e100000]", .numberOutOfRange(at: 1)),
        refused("number_real_pos_overflow", "[123123e100000]", .numberOutOfRange(at: 1)),
    ]

    private static let surrogates: [Case] = [
        refused("object_key_lone_2nd_surrogate", #"{"\uDFAA":0}"#, .invalidEscape(at: 2)),
        refused("string_1st_surrogate_but_2nd_missing", #"["\uDADA"]"#, .invalidEscape(at: 2)),
        refused(
            "string_1st_valid_surrogate_2nd_invalid",
            #"["\uD888\u1234"]"#,
            .invalidEscape(at: 2)
        ),
        refused(
            "string_incomplete_surrogate_and_escape_valid",
            #"["\uD800\n"]"#,
            .invalidEscape(at: 2)
        ),
        refused("string_incomplete_surrogate_pair", #"["\uDd1ea"]"#, .invalidEscape(at: 2)),
        refused(
            "string_incomplete_surrogates_escape_valid",
            #"["\uD800\uD800\n"]"#,
            .invalidEscape(at: 2)
        ),
        refused("string_invalid_lonely_surrogate", #"["\ud800"]"#, .invalidEscape(at: 2)),
        refused("string_invalid_surrogate", #"["\ud800abc"]"#, .invalidEscape(at: 2)),
        refused("string_inverted_surrogates", #"["\uDd1e\uD834"]"#, .invalidEscape(at: 2)),
        refused("string_lone_second_surrogate", #"["\uDFAA"]"#, .invalidEscape(at: 2)),
    ]

    private static let encodings: [Case] = [
        noUTF8("string_invalid_utf-8", [0xFF]),
        noUTF8("string_iso_latin_1", [0xE9]),
        noUTF8("string_lone_utf8_continuation_byte", [0x81]),
        noUTF8("string_not_in_unicode_range", [0xF4, 0xBF, 0xBF, 0xBF]),
        noUTF8("string_overlong_sequence_2_bytes", [0xC0, 0xAF]),
        noUTF8("string_overlong_sequence_6_bytes", [0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF]),
        noUTF8("string_overlong_sequence_6_bytes_null", [0xFC, 0x80, 0x80, 0x80, 0x80, 0x80]),
        noUTF8("string_truncated-utf-8", [0xE0, 0xFF]),
        noUTF8("string_UTF-8_invalid_sequence", Array("日ш".utf8) + [0xFA], at: 5),
        noUTF8("string_UTF8_surrogate_U+D800", [0xED, 0xA0, 0x80]),
        refused(
            "string_UTF-16LE_with_BOM",
            [0xFF, 0xFE, 0x5B, 0, 0x22, 0, 0xE9, 0, 0x22, 0, 0x5D, 0],
            .unexpectedByte(at: 0)
        ),
        refused(
            "string_utf16BE_no_BOM",
            [0, 0x5B, 0, 0x22, 0, 0xE9, 0, 0x22, 0, 0x5D],
            .unexpectedByte(at: 0)
        ),
        refused(
            "string_utf16LE_no_BOM",
            [0x5B, 0, 0x22, 0, 0xE9, 0, 0x22, 0, 0x5D, 0],
            .unexpectedByte(at: 1)
        ),
        refused("structure_UTF-8_BOM_empty_object", "\u{FEFF}{}", .unexpectedByte(at: 0)),
    ]

    private static let structures: [Case] = [
        refused(
            "structure_500_nested_arrays",
            String(repeating: "[", count: 500) + String(repeating: "]", count: 500),
            .tooDeep(at: 64)
        )
    ]

    @Test("what parsers may decide is decided as the policy says")
    func all() {
        let cases = Self.numbers + Self.surrogates + Self.encodings + Self.structures
        #expect(Set(cases.map(\.name)).count == 35)
        let pages = GuardedPages()
        for item in cases {
            pages.withCopy(of: item.bytes) { bytes in
                #expect(skipError(bytes) == item.error, "\(item.name)")
                let read = JSONValue.document(bytes)
                #expect(read.error == item.error, "\(item.name)")
                if let value = item.value { #expect(read == .success(value), "\(item.name)") }
            }
        }
    }

    @Test(
        "strings that are refused are so as keys, in skipped values, short and long",
        arguments: surrogates + encodings
    )
    func everywhere(_ item: Case) throws {
        // What stands between the quotes.
        guard let first = item.bytes.firstIndex(of: UInt8(ascii: "\"")),
            let last = item.bytes.lastIndex(of: UInt8(ascii: "\"")), let error = item.error,
            error.offset > first
        else { return }
        let text = item.bytes[(first + 1)..<last]
        for (prefix, suffix) in [
            ("{\"", "\":1}"), ("{\"a\":{\"", "\":null},\"b\":2}"), ("{\"a\":[0,\"", "\"]}"),
            ("[{\"a\":\"0123456789abcdef0123456789abcdef", "\"}]"),
            ("{\"0123456789abcdef", "\":\"0123456789abcdef0123456789abcdef\"}"),
        ] {
            let bytes = Array(prefix.utf8) + text + Array(suffix.utf8)
            let moved = error.moved(by: prefix.utf8.count - first - 1)
            #expect(skipError(bytes.span) == moved, "\(prefix)")
            #expect(JSONValue.document(bytes.span).error == moved, "\(prefix)")
            // A typed reader that asks for another key meets it as well.
            var reader = JSONReader(bytes.span)
            #expect(throws: moved) { try Self.readNothing(&reader) }
        }
    }

    private static func readNothing(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.peek() == .object else { return try reader.skipValue() }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "wanted": _ = try reader.readUInt64()
            default: try reader.skipValue()
            }
        }
    }

    @Test("an integer that is too large is refused as one, not consumed, and is a real number")
    func largeIntegers() throws {
        for (text, real) in [
            ("18446744073709551616", 0x1p64), ("100000000000000000000", 1e20),
            ("-123123123123123123123123123123", -1.2312312312312312e29),
            ("-237462374673276894279832749832423479823246327846", -2.3746237467327689e47),
        ] {
            // With room behind it, where digits are read in blocks, and without.
            for space in ["", String(repeating: " ", count: 80)] {
                let bytes = Array((text + space).utf8)
                var reader = JSONReader(bytes.span)
                let error = JSONError.numberOutOfRange(at: 0)
                #expect(throws: error) { _ = try reader.readUInt64() }
                #expect(throws: error) { _ = try reader.readInt64() }
                #expect(throws: error) { _ = try reader.readLenientUInt64() }
                #expect(reader.offset == 0)
                #expect(try reader.readDouble() == real)
                try reader.finish()
            }
        }
        var lowest = JSONReader("-9223372036854775808 ".utf8.span)
        #expect(try lowest.readInt64() == .min)
        var below = JSONReader("-9223372036854775809 ".utf8.span)
        #expect(throws: JSONError.numberOutOfRange(at: 0)) { _ = try below.readInt64() }
    }

    @Test("a negative zero stays one; what is too small is zero with its sign")
    func zeros() throws {
        for (text, isNegative) in [
            ("-0", true), ("-0.0", true), ("-1e-999", true), ("0", false), ("1e-999", false),
            ("-0.000e10", true),
        ] {
            for space in ["", String(repeating: " ", count: 80)] {
                let bytes = Array((text + space).utf8)
                var reader = JSONReader(bytes.span)
                let value = try reader.readDouble()
                #expect(value == 0, "\(text)")
                #expect((value.sign == .minus) == isNegative, "\(text)")
            }
        }
    }

    @Test("500 levels are read where so many are allowed, by iteration")
    func deep() {
        let text =
            String(repeating: "[", count: 500) + "\"a\"" + String(repeating: "]", count: 500)
        #expect(skipError(text, depthMax: 512) == nil)
        #expect(skipError(text, depthMax: 499) == .tooDeep(at: 499))
    }

    @Test("UTF-32 and every cut of a byte order mark are refused")
    func wideText() {
        for bytes: [UInt8] in [
            [0xFF, 0xFE, 0, 0, 0x31, 0, 0, 0], [0, 0, 0xFE, 0xFF, 0, 0, 0, 0x31],
            [0x31, 0, 0, 0], [0, 0, 0, 0x31], [0xEF], [0xEF, 0xBB], [0xEF, 0xBB, 0xBF],
            [0xEF, 0xBB, 0xBF, 0x31],
        ] {
            #expect(skipError(bytes.span) != nil, "\(bytes)")
            #expect(JSONValue.document(bytes.span).error != nil, "\(bytes)")
        }
    }

    @Test("a NUL that is escaped is read, and written as an escape again")
    func escapedNUL() throws {
        var reader = JSONReader(#""a\u0000b""#.utf8.span)
        let text = try reader.readString()
        #expect(text == "a\u{0}b")
        #expect(String(decoding: jsonBytes { $0.string(text) }, as: UTF8.self) == #""a\u0000b""#)
    }

    @Test("what is not finite is written as null")
    func notFinite() {
        for value in [Double.nan, .infinity, -.infinity, .signalingNaN] {
            let words = jsonBytes { writer in
                writer.double(value)
                for decimals in 0...4 { writer.fixed(value, decimals: decimals) }
            }
            #expect(String(decoding: words, as: UTF8.self) == String(repeating: "null", count: 6))
        }
    }
}

extension JSONError {
    /// The same error of a document with as many bytes more in front.
    fileprivate func moved(by count: Int) -> JSONError {
        switch self {
        case .unexpectedByte(let at): .unexpectedByte(at: at + count)
        case .unexpectedEnd(let at): .unexpectedEnd(at: at + count)
        case .tooDeep(let at): .tooDeep(at: at + count)
        case .numberOutOfRange(let at): .numberOutOfRange(at: at + count)
        case .typeMismatch(let at): .typeMismatch(at: at + count)
        case .invalidEscape(let at): .invalidEscape(at: at + count)
        case .invalidUTF8(let at): .invalidUTF8(at: at + count)
        }
    }
}
