import PulseWire
import Testing

@Suite("HTTP answers")
struct HTTPResponseDecoderTests {
    @Test(
        "a head is the same however it arrives",
        arguments: [
            ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "101 none"),
            ("HTTP/1.1 101\r\n\r\n", "101 none"),
            ("HTTP/1.0 200 \r\n\r\n", "200 to the end"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", "200 length(12)"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "200 chunked"),
            ("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", "204 none"),
            ("HTTP/1.1 304 Not Modified\r\n\r\n", "304 none"),
            ("HTTP/1.1 599 \u{e9}\r\nX:\r\n\r\n", "599 to the end"),
        ]
    )
    func accepts(_ text: String, _ line: String) {
        check(text, line, taken: latin1(text).count)
        check(text + "body", line, taken: latin1(text).count)
    }

    @Test(
        "what is not an answer is refused",
        arguments: [
            ("SSH-2.0-OpenSSH_9.2\r\n", "malformedStatusLine"),
            ("HTTP/1.1 20 OK\r\n\r\n", "malformedStatusLine"),
            ("HTTP/1.1 2000 OK\r\n\r\n", "malformedStatusLine"),
            ("HTTP/1.1 099 OK\r\n\r\n", "malformedStatusLine"),
            ("HTTP/1.1  200 OK\r\n\r\n", "malformedStatusLine"),
            ("HTTP/11 200 OK\r\n\r\n", "malformedStatusLine"),
            ("HTTP/1.1 20x OK\r\n\r\n", "malformedStatusLine"),
            ("HTTP/\r\n\r\n", "malformedStatusLine"),
            ("\r\nHTTP/1.1 200 OK\r\n\r\n", "malformedStatusLine"),
            ("HTTP/2.0 200 OK\r\n\r\n", "unsupportedVersion"),
            ("HTTP/1.1 200 OK\nX: y\r\n\r\n", "badField(PulseWire.HTTPError.controlCharacter)"),
            ("HTTP/1.1 200 OK\r\rX", "badField(PulseWire.HTTPError.controlCharacter)"),
            ("HTTP/1.1 200 OK\r\n X: y\r\n\r\n", "badField(PulseWire.HTTPError.malformedField)"),
            ("HTTP/1.1 200 OK\r\nX : y\r\n\r\n", "badField(PulseWire.HTTPError.malformedField)"),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
                "badField(PulseWire.HTTPError.badContentLength)"
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "badField(PulseWire.HTTPError.conflictingFraming)"
            ),
        ]
    )
    func refuses(_ text: String, _ line: String) {
        check(text, line, taken: nil)
    }

    @Test("heads up to the limits pass, one byte or line more is refused")
    func limits() {
        let limits = HTTPLimits(requestLineBytesMax: 40, headBytesMax: 40, fieldsMax: 2)
        let fits = "HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 16) + "\r\n\r\n"
        #expect(describe(latin1(fits), [40], limits).line == "200 to the end")
        let long = fits.replacing("X: ", with: "X: a")
        for counts in arrivals(of: 41) {
            #expect(describe(latin1(long), counts, limits).line == "headTooLarge")
        }
        let three = "HTTP/1.1 200 OK\r\nA:\r\nB:\r\nC:\r\n\r\n"
        #expect(describe(latin1(three), [latin1(three).count], limits).line == "headTooLarge")
    }

    private func check(_ text: String, _ line: String, taken: Int?) {
        let bytes = latin1(text)
        for counts in arrivals(of: bytes.count) {
            let found = describe(bytes, counts)
            #expect(found.line == line, "\(text.prefix(20)), called at \(counts.prefix(2))")
            #expect(found.taken == taken)
        }
    }

    private func describe(
        _ bytes: [UInt8],
        _ counts: [Int],
        _ limits: HTTPLimits = .standard
    ) -> (line: String, taken: Int?) {
        var decoder = HTTPResponseDecoder(limits: limits)
        do throws(HTTPResponseError) {
            for count in counts {
                let given = Array(bytes[..<count])
                guard let taken = try unsafe decoder.decodeHead(given.span.bytes) else { continue }
                let framing = decoder.bodyFraming.map { "\($0)" } ?? "to the end"
                return ("\(decoder.status) \(framing)", taken)
            }
            return ("incomplete", nil)
        } catch {
            return ("\(error)", nil)
        }
    }
}
