import PulseJSON
import Testing

/// No byte outside of what was given is read or written, whatever is in it.
@Suite struct JSONBoundsTests {
    private static let documents: [String] = [
        #"{"name":"web-01","cpu":0.12345678901234567,"mem":[1,-2,3.5e+7],"on":true,"x":null}"#,
        #"["ü🚀é","\ud83d\ude80\u00fc\n\"","0123456789abcdef0123456789abcdefü",{"":{}},[[]]]"#,
        "  { \"a\" : [ false , true , null ] , \"bcdefghijklmnop\\u0041\" : -0.0e-0 }\r\n\t",
        #""0123456789012345678901234567890123456789\\""#, "[123456789012345678901234567890]",
        "true", "false", "null", "[1e400e]", #"{"12345678":12345678,"123456789":"1"}"#,
    ]

    @Test("a document cut at any byte is an error and reads nothing behind the cut")
    func cuts() {
        let pages = GuardedPages()
        for document in Self.documents {
            let bytes = Array(document.utf8)
            let content = document.trimmedEnd.utf8.count
            for count in 0..<content {
                pages.withCopy(of: bytes[..<count]) { cut in
                    let error = skipError(cut)
                    #expect(error != nil, "\(document) cut to \(count)")
                    #expect(JSONValue.document(cut).error == error, "\(document) cut to \(count)")
                }
            }
        }
    }

    @Test("digits right behind the payload are not read")
    func digitsBehind() throws {
        let bytes = Array("1234".utf8)
        var reader = JSONReader(bytes.span.extracting(0..<2))
        #expect(try reader.readUInt64() == 12)
        try reader.finish()
        let long = Array("0.1234567890123456789999".utf8)
        var longReader = JSONReader(long.span.extracting(0..<20))
        #expect(try longReader.readDouble() == 0.123456789012345678)
        let exponent = Array("1e99".utf8)
        var exponentReader = JSONReader(exponent.span.extracting(0..<3))
        #expect(try exponentReader.readDouble() == 1e9)
    }

    @Test("a string stops at the first special byte, wherever it is")
    func stops() {
        let pages = GuardedPages()
        for special in ["\"", "\\", "\u{1f}", "ü"] {
            for length in 0..<70 {
                for position in 0..<max(length, 1) {
                    var text = String(repeating: "a", count: length)
                    let index = text.index(text.startIndex, offsetBy: min(position, length))
                    text.insert(contentsOf: special, at: index)
                    let bytes = jsonBytes { $0.string(text) }
                    let expected = JSONValue.string(text)
                    pages.withCopy(of: bytes) { copy in
                        #expect(JSONValue.document(copy) == .success(expected))
                    }
                    pages.withCopy(of: text.utf8) { copy in
                        #expect(jsonBytes { $0.string(copy) } == bytes)
                    }
                    // Without its quote the text runs into the guard.
                    pages.withCopy(of: bytes.dropLast()) { copy in
                        #expect(skipError(copy) == .unexpectedEnd(at: copy.count))
                    }
                }
            }
        }
    }

    @Test("a writer stays within any capacity and says when it did not fit")
    func capacities() {
        let pages = GuardedPages()
        let value = JSONValue.array([
            .string("0123456789abcdef\"\\\u{1}\n€"), .number(-12.5), .number(1e300), .bool(true),
            .object([.init(key: Array("k".utf8), value: .null)]), .number(18_446_744_073),
        ])
        let whole = jsonBytes { value.write(to: &$0) }
        for capacity in 0...whole.count + 3 {
            unsafe pages.withBuffer(count: capacity) { buffer in
                var writer = unsafe JSONWriter(buffer)
                value.write(to: &writer)
                let fits = capacity >= whole.count
                #expect(writer.overflowed == !fits)
                #expect(writer.count <= capacity)
                let written = unsafe Array(buffer.prefix(writer.count))
                #expect(fits ? written == whole : whole.starts(with: written))
            }
        }
    }

    @Test("random documents read back; mutated ones are read or refused, never a crash")
    func randomDocuments() {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let pages = GuardedPages()
        for round in 0..<2_000 {
            let value = JSONValue.random(using: &generator, depth: 5)
            var bytes = jsonBytes(capacity: 64) { value.write(to: &$0) }
            pages.withCopy(of: bytes) { copy in
                #expect(JSONValue.document(copy) == .success(value), "seed \(seed) \(round)")
                #expect(skipError(copy) == nil, "seed \(seed) \(round)")
            }
            for _ in 0..<4 {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] =
                    Bool.random(using: &generator)
                    ? .random(in: 0...255, using: &generator)
                    : Array("{}[]\",:\\0e-.tn".utf8).randomElement(using: &generator) ?? 0
                pages.withCopy(of: bytes) { copy in
                    let error = JSONValue.document(copy).error
                    #expect(skipError(copy) == error, "seed \(seed) \(round)")
                }
            }
        }
    }
}

extension String {
    fileprivate var trimmedEnd: Substring {
        self[...(lastIndex { !$0.isWhitespace } ?? startIndex)]
    }
}

extension JSONValue {
    /// A document whose numbers and strings are of every length and kind.
    fileprivate static func random(using generator: inout SeededGenerator, depth: Int) -> JSONValue
    {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .string(randomText(using: &generator))
        case 3: return .number(Double(Int.random(in: -1_000_000...1_000_000, using: &generator)))
        case 4: return .number(Double.random(in: -1...1, using: &generator))
        case 5:
            let number = Double(bitPattern: generator.next())
            return .number(number.isFinite ? number : 0)
        case 6:
            return .array(
                (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
                    random(using: &generator, depth: depth - 1)
                }
            )
        default:
            return .object(
                (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
                    Member(
                        key: Array(randomText(using: &generator).utf8),
                        value: random(using: &generator, depth: depth - 1)
                    )
                }
            )
        }
    }

    private static func randomText(using generator: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<40, using: &generator) {
            let limit: UInt32 =
                [0x20, 0x80, 0x80, 0x80, 0x800, 0x110000]
                .randomElement(using: &generator) ?? 0x80
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
