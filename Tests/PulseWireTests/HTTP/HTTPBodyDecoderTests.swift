import PulseWire
import Testing

@Suite("HTTP bodies")
struct HTTPBodyDecoderTests {
    @Test("a valid chunked body is put together", arguments: valid)
    func accepts(_ body: BodyCase) {
        body.check()
    }

    @Test("an invalid chunked body is refused", arguments: invalid)
    func refuses(_ body: BodyCase) {
        body.check()
    }

    @Test("a body of known length ends at its last byte and leaves the rest")
    func length() throws {
        var decoder = try HTTPBodyDecoder(.length(5), bytesMax: 5)
        let first = try step(&decoder, "hel")
        #expect(first.consumed == 3 && first.body == 0..<3 && !decoder.isDone)
        let second = try step(&decoder, "loGET /")
        #expect(second.consumed == 2 && second.body == 0..<2 && decoder.isDone)
        let third = try step(&decoder, "GET /")
        #expect(third.consumed == 0 && third.body.isEmpty)
    }

    @Test("no body is done at once", arguments: [HTTPBodyFraming.none, .length(0)])
    func none(_ framing: HTTPBodyFraming) throws {
        #expect(try HTTPBodyDecoder(framing, bytesMax: 0).isDone)
    }

    @Test("an announced length above the limit is refused before any of it came")
    func announcedTooLarge() throws {
        #expect(throws: HTTPError.bodyTooLarge) { try HTTPBodyDecoder(.length(6), bytesMax: 5) }
        #expect(throws: HTTPError.bodyTooLarge) {
            try HTTPBodyDecoder(.length(.max), bytesMax: 1 << 30)
        }
    }

    @Test("chunks in all, extensions and trailers are bounded")
    func bounds() {
        BodyCase("6\r\n", "bodyTooLarge").check(bytesMax: 5)
        BodyCase("3\r\nabc\r\n3\r\n", "abc bodyTooLarge").check(bytesMax: 5)
        BodyCase("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde done").check(bytesMax: 5)
        BodyCase("1\r\na\r\n0\r\n\r\n", "bodyTooLarge").check(bytesMax: 0)
        let long = String(repeating: "x", count: HTTPBodyDecoder.extensionBytesMax - 1)
        BodyCase("1;\(long)\r\na\r\n0\r\n\r\n", "a done").check()
        BodyCase("1;\(long)x\r\na\r\n0\r\n\r\n", "chunkExtensionsTooLong").check()
        BodyCase("1;\(long)\r\na\r\n1;\r\n", "a chunkExtensionsTooLong").check()
        let trailer = String(repeating: "t", count: HTTPBodyDecoder.trailerBytesMax - 4)
        BodyCase("0\r\nX:\(trailer)\r\n\r\n", "done").check()
        BodyCase("0\r\nX:\(trailer)tt\r\n\r\n", "trailersTooLarge").check()
    }

    @Test("what is written in chunks is read again", arguments: [1, 2, 15, 16, 17, 1000])
    func writesChunks(bytesMax: Int) throws {
        for count in [0, 1, 2, 16, 17, 1000, 5000] {
            let body = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let chunks = HTTPChunks.encode(body, bytesMax: bytesMax)
            var decoder = try HTTPBodyDecoder(.chunked, bytesMax: count)
            var read: [UInt8] = []
            var offset = 0
            while !decoder.isDone {
                let rest = unsafe chunks.span.bytes.extracting(offset...)
                let step = try decoder.step(rest)
                read += step.body.map { chunks[offset + $0] }
                offset += step.consumed
            }
            #expect(read == body)
            #expect(offset == chunks.count)
        }
        #expect(
            HTTPChunks.encode(Array("a chunk of 17 B, x".utf8), bytesMax: 17)
                == Array("11\r\na chunk of 17 B, \r\n1\r\nx\r\n0\r\n\r\n".utf8)
        )
    }

    @Test("an error is final")
    func latchesErrors() throws {
        var decoder = try HTTPBodyDecoder(.chunked, bytesMax: 5)
        for text in ["x", "1\r\n"] {
            #expect(throws: HTTPError.badChunk) { try step(&decoder, text) }
        }
    }

    private func step(
        _ decoder: inout HTTPBodyDecoder,
        _ text: String
    ) throws -> HTTPBodyDecoder.Step {
        let bytes = latin1(text)
        return try unsafe decoder.step(bytes.span.bytes)
    }
}

/// A chunked body and what comes out: its text, then `done`, `more` or the error.
struct BodyCase: CustomTestStringConvertible, Sendable {
    let bytes: [UInt8]
    let outcome: String

    init(_ text: String, _ outcome: String) {
        bytes = latin1(text)
        self.outcome = outcome
    }

    var testDescription: String { String(decoding: bytes.prefix(60), as: UTF8.self) }

    func check(bytesMax: Int = 1000) {
        for counts in arrivals(of: bytes.count) {
            let found = run(bytesMax: bytesMax, counts)
            #expect(found == outcome, "\(testDescription), called at \(counts.prefix(2))")
            if found != outcome { return }
        }
    }

    private func run(bytesMax: Int, _ counts: [Int]) -> String {
        var text: [UInt8] = []
        var end = "more"
        do throws(HTTPError) {
            var decoder = try HTTPBodyDecoder(.chunked, bytesMax: bytesMax)
            var offset = 0
            for count in counts {
                while offset < count, !decoder.isDone {
                    let rest = unsafe bytes.span.bytes.extracting(offset..<count)
                    let step = try decoder.step(rest)
                    #expect(step.consumed > 0 && step.consumed <= count - offset)
                    text +=
                        bytes[offset..<count][
                            step.body.lowerBound + offset..<step.body.upperBound + offset
                        ]
                    offset += step.consumed
                }
            }
            if decoder.isDone {
                end = offset == bytes.count ? "done" : "left \(bytes.count - offset)"
            }
        } catch {
            end = "\(error)"
        }
        return (text.isEmpty ? "" : String(decoding: text, as: UTF8.self) + " ") + end
    }
}

private let valid = [
    BodyCase("0\r\n\r\n", "done"),
    BodyCase("0000000000000000\r\n\r\n", "done"),
    BodyCase("1\r\na\r\n1\r\nb\r\n0\r\n\r\n", "ab done"),
    BodyCase("a\r\n0123456789\r\n0\r\n\r\n", "0123456789 done"),
    BodyCase("4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n done"),
    BodyCase("1;\r\na\r\n0;x=\"y;z\"\r\n\r\n", "a done"),
    BodyCase("1 ; x\r\na\r\n0\t;x\r\n\r\n", "a done"),
    BodyCase("0\r\nX: y\r\nDigest:\r\n\r\n", "done"),
    BodyCase("0\r\n\r\nGET / HTTP/1.1\r\n", "left 16"),
    BodyCase("1\r\na\r\n", "a more"),
    BodyCase("5\r\nhel", "hel more"),
    BodyCase("0\r\n", "more"),
]

private let invalid = [
    BodyCase("\r\n", "badChunk"),
    BodyCase(";x\r\n", "badChunk"),
    BodyCase(" 1\r\n", "badChunk"),
    BodyCase("1 \r\na\r\n", "badChunk"),
    BodyCase("1 2\r\n", "badChunk"),
    BodyCase("1\n", "badChunk"),
    BodyCase("1\r\r", "badChunk"),
    BodyCase("1;a\nb", "badChunk"),
    BodyCase("1;a\u{0}", "badChunk"),
    BodyCase("1;a\rb", "badChunk"),
    BodyCase("00000000000000001\r\n", "badChunk"),
    BodyCase("7FFFFFFFFFFFFFFF\r\n", "bodyTooLarge"),
    BodyCase("8000000000000000\r\n", "bodyTooLarge"),
    BodyCase("FFFFFFFFFFFFFFFE\r\n", "bodyTooLarge"),
    BodyCase("1\r\nab\r\n", "a badChunk"),
    BodyCase("1\r\na\n0\r\n\r\n", "a badChunk"),
    BodyCase("1\r\na\rb", "a badChunk"),
    BodyCase("1\r\na\r\n\r\n", "a badChunk"),
    BodyCase("0\r\n X: y\r\n\r\n", "malformedField"),
    BodyCase("0\r\nX : y\r\n\r\n", "malformedField"),
    BodyCase("0\r\nX\r\n\r\n", "malformedField"),
    BodyCase("0\r\nX: y\nZ: z\r\n\r\n", "malformedField"),
    BodyCase("0\r\nX: \u{1}\r\n\r\n", "malformedField"),
    BodyCase("0\r\n\rX", "badChunk"),
    BodyCase("0\r\n\n", "malformedField"),
]
