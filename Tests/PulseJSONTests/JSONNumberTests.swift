import PulseJSON
import Testing

@Suite struct JSONNumberTests {
    /// Reads the text alone and with room behind it, where whole blocks are read at once: both say
    /// the same, unless the text ends too early.
    private func read<T: Equatable>(
        _ text: String,
        _ body: (inout JSONReader) throws(JSONError) -> T
    ) -> Result<T, JSONError> {
        let alone = readOnce(text, body)
        if case .failure(.unexpectedEnd) = alone { return alone }
        let padded = readOnce(text + String(repeating: " ", count: 80), body)
        #expect(padded == alone, "\(text)")
        return alone
    }

    private func readOnce<T>(
        _ text: String,
        _ body: (inout JSONReader) throws(JSONError) -> T
    ) -> Result<T, JSONError> {
        var reader = JSONReader(text.utf8.span)
        do throws(JSONError) {
            let value = try body(&reader)
            try reader.finish()
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    @Test(
        "an unsigned integer is exact or refused",
        arguments: [
            ("0", .success(0)), ("-0", .success(0)), ("7", .success(7)),
            ("9999999999999999999", .success(9_999_999_999_999_999_999)),
            ("18446744073709551615", .success(.max)),
            ("18446744073709551616", .failure(.numberOutOfRange(at: 0))),
            ("18446744073709551620", .failure(.numberOutOfRange(at: 0))),
            ("99999999999999999999", .failure(.numberOutOfRange(at: 0))),
            ("100000000000000000000", .failure(.numberOutOfRange(at: 0))),
            (" -1", .failure(.numberOutOfRange(at: 1))),
            ("1.0", .failure(.typeMismatch(at: 0))), ("1e3", .failure(.typeMismatch(at: 0))),
            ("\"1\"", .failure(.typeMismatch(at: 0))), ("x", .failure(.unexpectedByte(at: 0))),
            ("", .failure(.unexpectedEnd(at: 0))),
        ] as [(String, Result<UInt64, JSONError>)]
    )
    func unsigned(_ text: String, _ expected: Result<UInt64, JSONError>) {
        #expect(read(text) { reader throws(JSONError) in try reader.readUInt64() } == expected)
    }

    @Test(
        "a signed integer is exact or refused",
        arguments: [
            ("-0", .success(0)), ("-7", .success(-7)), ("9223372036854775807", .success(.max)),
            ("-9223372036854775808", .success(.min)),
            ("9223372036854775808", .failure(.numberOutOfRange(at: 0))),
            ("-9223372036854775809", .failure(.numberOutOfRange(at: 0))),
            ("-18446744073709551616", .failure(.numberOutOfRange(at: 0))),
            ("0.5", .failure(.typeMismatch(at: 0))), ("null", .failure(.typeMismatch(at: 0))),
        ] as [(String, Result<Int64, JSONError>)]
    )
    func signed(_ text: String, _ expected: Result<Int64, JSONError>) {
        #expect(read(text) { reader throws(JSONError) in try reader.readInt64() } == expected)
    }

    @Test(
        "a lenient integer may be a string or have a fraction",
        arguments: [
            ("100", .success(100)), ("\"100\"", .success(100)),
            ("1e+15", .success(1_000_000_000_000_000)),
            ("\"12.9\"", .success(12)), ("\"18446744073709551615\"", .success(.max)),
            ("1.8446744073709551616e19", .failure(.numberOutOfRange(at: 0))),
            ("\"-1\"", .failure(.numberOutOfRange(at: 1))),
            ("-0.5", .success(0)), ("-1.5", .failure(.numberOutOfRange(at: 0))),
            ("\"\"", .failure(.typeMismatch(at: 0))), ("\" 1\"", .failure(.typeMismatch(at: 0))),
            ("\"1 \"", .failure(.typeMismatch(at: 0))),
            ("\"1\\n\"", .failure(.typeMismatch(at: 0))),
            ("\"NaN\"", .failure(.typeMismatch(at: 0))), ("\"1.\"", .failure(.typeMismatch(at: 0))),
            ("\"0x10\"", .failure(.typeMismatch(at: 0))), ("true", .failure(.typeMismatch(at: 0))),
            ("\"1", .failure(.unexpectedEnd(at: 2))),
        ] as [(String, Result<UInt64, JSONError>)]
    )
    func lenient(_ text: String, _ expected: Result<UInt64, JSONError>) {
        #expect(
            read(text) { reader throws(JSONError) in try reader.readLenientUInt64() } == expected
        )
    }

    @Test("a lenient real may be a string")
    func lenientDouble() {
        for text in ["0.25", "\"0.25\"", "\"25e-2\""] {
            let value = read(text) { reader throws(JSONError) in try reader.readLenientDouble() }
            #expect(value == .success(0.25))
        }
        let text = "\"1e999\""
        let value = read(text) { reader throws(JSONError) in try reader.readLenientDouble() }
        #expect(value == .failure(.numberOutOfRange(at: 1)))
    }

    @Test(
        "a real is the nearest Double",
        arguments: [
            "0", "-0", "0.1", "1e22", "1e23", "9007199254740993", "9007199254740992.5",
            "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9406564584124654e-324",
            "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623157e308",
            "179769313486231570000000000000000000000e270", "0.000000000000000000000000000001",
            "1e-400", "0e400", "123456789012345678901234567890.123456789",
            "1.00000000000000011102230246251565404236316680908203125",
            "1.00000000000000011102230246251565404236316680908203124",
            "1.00000000000000011102230246251565404236316680908203126", "8.5e15", "1234567e-22",
        ]
    )
    func nearest(_ text: String) throws {
        let value = try read(text) { reader throws(JSONError) in try reader.readDouble() }.get()
        let expected = try #require(Double(text))
        #expect(value.bitPattern == expected.bitPattern)
    }

    @Test("random decimal texts are read as the nearest Double")
    func randomReals() throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            var text = Bool.random(using: &generator) ? "-" : ""
            text += String(generator.next() >> UInt64.random(in: 0..<64, using: &generator))
            if Bool.random(using: &generator) {
                let digits = Int.random(in: 1...20, using: &generator)
                text += "."
                for _ in 0..<digits { text += String(Int.random(in: 0...9, using: &generator)) }
            }
            if Int.random(in: 0..<3, using: &generator) == 0 {
                text += "e\(Int.random(in: -340...300, using: &generator))"
            }
            let value = read(text) { reader throws(JSONError) in try reader.readDouble() }
            let expected = try #require(Double(text))
            if expected.isFinite {
                #expect(try value.get().bitPattern == expected.bitPattern, "seed \(seed) \(text)")
            } else {
                #expect(value.error == .numberOutOfRange(at: 0), "seed \(seed) \(text)")
            }
        }
    }

    @Test("a value that cannot be read as asked is left where it is")
    func unreadable() throws {
        let text = #"["a",300,{},1.5,-1,99999999999999999999]"#
        var reader = JSONReader(text.utf8.span)
        try reader.beginArray()
        var errors: [JSONError] = []
        while try reader.nextElement() {
            do throws(JSONError) {
                _ = try reader.readUInt64()
            } catch {
                #expect(error.offset == reader.offset)
                errors.append(error)
                try reader.skipValue()
            }
        }
        try reader.finish()
        #expect(
            errors == [
                .typeMismatch(at: 1), .typeMismatch(at: 9), .typeMismatch(at: 12),
                .numberOutOfRange(at: 16), .numberOutOfRange(at: 19),
            ]
        )
    }

    // MARK: Writing

    @Test(
        "a scaled integer is written without trailing zeros",
        arguments: [
            (0, 0, "0"), (0, 4, "0"), (123, 1, "12.3"), (120, 1, "12"), (-5, 1, "-0.5"),
            (-5, 4, "-0.0005"), (10_500, 4, "1.05"), (1, 18, "0.000000000000000001"),
            (.max, 0, "9223372036854775807"), (.min, 0, "-9223372036854775808"),
            (.min, 18, "-9.223372036854775808"), (100, 2, "1"), (1_000, 2, "10"),
        ] as [(Int64, Int, String)]
    )
    func scaled(_ value: Int64, _ decimals: Int, _ text: String) {
        let bytes = jsonBytes { $0.fixed(scaled: value, decimals: decimals) }
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(
        "a real is rounded half away from zero, and null when it is not finite",
        arguments: [
            (0, 2, "0"), (-0.0, 2, "0"), (0.5, 0, "1"), (-0.5, 0, "-1"), (2.5, 0, "3"),
            (0.49999999999999994, 0, "0"), (0.25, 1, "0.3"), (-0.25, 1, "-0.3"), (-0.01, 1, "0"),
            (99.96, 1, "100"), (1e12, 1, "1000000000000"), (-8.9999e11, 4, "-899990000000"),
            (1e300, 4, "1e+300"), (.infinity, 1, "null"), (.nan, 0, "null"),
            (-.infinity, 4, "null"), (12345.67891, 4, "12345.6789"),
            (0x1p51 + 0.5, 0, "2251799813685249"),
            (0x1p38 + 0.5, 4, "274877906944.5"), (-3_322_953_233.21875, 4, "-3322953233.2188"),
        ] as [(Double, Int, String)]
    )
    func fixed(_ value: Double, _ decimals: Int, _ text: String) {
        let bytes = jsonBytes { $0.fixed(value, decimals: decimals) }
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(
        "a Double is written in its shortest form",
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-3, "-3"), (0.1, "0.1"), (1e-7, "1e-07"),
            (.leastNonzeroMagnitude, "5e-324"), (9_007_199_254_740_991, "9007199254740991"),
            (9_007_199_254_740_992, "9007199254740992"), (1e22, "1e+22"), (.nan, "null"),
            (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (-.infinity, "null"),
        ] as [(Double, String)]
    )
    func shortest(_ value: Double, _ text: String) {
        let bytes = jsonBytes { $0.double(value) }
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    /// Writes all values as one array and reads them back.
    private func roundTrip(
        _ values: [Double],
        _ write: (inout JSONWriter, Double) -> Void
    ) throws -> [Double] {
        let bytes = jsonBytes(capacity: values.count * 16) { writer in
            writer.fragment("[0")
            for value in values {
                writer.fragment(",")
                write(&writer, value)
            }
            writer.fragment("]")
        }
        var reader = JSONReader(bytes.span)
        var result: [Double] = []
        try reader.beginArray()
        while try reader.nextElement() { result.append(try reader.readDouble()) }
        try reader.finish()
        return Array(result.dropFirst())
    }

    @Test("every k/10^d reads back as it was", arguments: [0, 1, 2, 3, 4])
    func everyDecimal(_ decimals: Int) throws {
        let scale = [1.0, 10, 100, 1_000, 10_000][decimals]
        var numbers = (-20_000...20_000).map { Double($0) }
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            let bound = Int64(1) << 53
            let large = Int64.random(in: -bound...bound, using: &generator)
            numbers.append(Double(large >> Int64.random(in: 0..<32, using: &generator)))
        }
        let values = numbers.map { $0 / scale }
        let read = try roundTrip(values) { writer, value in
            writer.fixed(value, decimals: decimals)
        }
        #expect(read == values, "seed \(seed)")
    }

    @Test("every finite Double reads back with all its bits")
    func everyDouble() throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let values = (0..<40_000).map { _ in Double(bitPattern: generator.next()) }
            .filter { $0.isFinite }
        let read = try roundTrip(values) { writer, value in writer.double(value) }
        #expect(read.map(\.bitPattern) == values.map(\.bitPattern), "seed \(seed)")
    }

    @Test("a flag may be a number or a string that is one")
    func lenientBool() {
        for (text, expected) in [
            ("true", true), ("1", true), ("\"1\"", true), ("2", true), ("false", false),
            ("0", false), ("\"0\"", false), ("0.0", false),
        ] {
            let value = read(text) { reader throws(JSONError) in try reader.readLenientBool() }
            #expect(value == .success(expected), "\(text)")
        }
        for text in ["null", "\"yes\"", "\"\"", "[]"] {
            let value = read(text) { reader throws(JSONError) in try reader.readLenientBool() }
            #expect(value == .failure(.typeMismatch(at: 0)), "\(text)")
        }
    }
}
