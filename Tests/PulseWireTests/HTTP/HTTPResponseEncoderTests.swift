import Foundation
import PulseWire
import Testing

@Suite("HTTP answers")
struct HTTPResponseEncoderTests {
    @Test("a head is written line by line")
    func writesHead() {
        let text = encode(400) { encoder in
            encoder.status(.ok)
            encoder.date(HTTPDate(secondsSince1970: 784_111_777))
            encoder.header("Content-Type", "text/plain")
            encoder.header("ETag", String("\"x\t\u{e9}\""))
            encoder.header("Retry-After", 0)
            encoder.contentLength(.max)
            encoder.endHead()
            unsafe encoder.body(Array("hi".utf8).span.bytes)
        }
        #expect(
            text == """
                HTTP/1.1 200 OK\r
                Date: Sun, 06 Nov 1994 08:49:37 GMT\r
                Content-Type: text/plain\r
                ETag: "x\t\u{e9}"\r
                Retry-After: 0\r
                Content-Length: 9223372036854775807\r
                \r
                hi
                """
        )
    }

    @Test("every room too small latches overflow and nothing is written beyond it")
    func overflow() {
        let whole = encode(400, answer)
        #expect(whole.hasSuffix("\r\n\r\nhello"))
        for room in 0...whole.utf8.count {
            let text = encode(room, answer)
            let fits = room == whole.utf8.count
            #expect(text == whole || (!fits && text.hasSuffix("overflowed")), "\(room)")
            #expect(whole.hasPrefix(text.replacing("overflowed", with: "")), "\(room)")
        }
    }

    @Test(
        "a value that could end its line is left out and latches a refusal",
        arguments: [
            "a\r\nSet-Cookie: x=1", "a\n", "a\r", "\0", "\u{1}", "\u{7F}",
            "long enough for a word\r\n",
        ]
    )
    func injection(_ value: String) {
        let text = encode(400) { encoder in
            encoder.status(.ok)
            encoder.header("Location", value)
            unsafe encoder.header("X", Array(value.utf8).span.bytes)
            let refused = encoder.refused
            #expect(refused)
            encoder.endHead()
        }
        #expect(text == "HTTP/1.1 200 OK\r\n\r\nrefused")
    }

    @Test("every status has a line", arguments: HTTPStatus.allCases)
    func statusLines(_ status: HTTPStatus) {
        let line = encode(100) { $0.status(status) }
        #expect(line == "HTTP/1.1 \(status.rawValue) \(status.reasonPhrase)\r\n")
    }

    private func answer(_ encoder: inout HTTPResponseEncoder) {
        encoder.status(.notFound)
        encoder.header("A", "b")
        encoder.contentLength(5)
        encoder.date(HTTPDate(secondsSince1970: 0))
        encoder.endHead()
        unsafe encoder.body(Array("hello".utf8).span.bytes)
    }

    /// What is written into `room` bytes, and what was latched; the zone behind must stay whole.
    private func encode(_ room: Int, _ body: (inout HTTPResponseEncoder) -> Void) -> String {
        var memory = [UInt8](repeating: 0xAA, count: room + 64)
        var text = unsafe memory.withUnsafeMutableBytes { memory in
            let buffer = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[..<room])
            var encoder = unsafe HTTPResponseEncoder(buffer)
            body(&encoder)
            let count = encoder.count
            #expect(count <= room)
            var text = unsafe String(decoding: buffer[..<encoder.count], as: UTF8.self)
            if encoder.overflowed { text += "overflowed" }
            if encoder.refused { text += "refused" }
            return text
        }
        #expect(memory[room...].allSatisfy { $0 == 0xAA })
        text.makeContiguousUTF8()
        return text
    }
}

@Suite("HTTP dates")
struct HTTPDateTests {
    @Test(
        "a time becomes an IMF-fixdate",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
            (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
            (-62_135_596_800, "Mon, 01 Jan 0001 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String)]
    )
    func examples(_ seconds: Int64, _ text: String) {
        #expect(HTTPDate(secondsSince1970: seconds).text == text)
    }

    @Test("every day of 130 years agrees with Foundation")
    func calendar() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        for day in Int64(-365 * 5)..<365 * 125 {
            let seconds = day * 86_400 + (day &* 7919) % 43_200 + 43_200
            let wanted = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            let found = HTTPDate(secondsSince1970: seconds).text
            #expect(found == wanted)
            if found != wanted { return }
        }
    }
}
