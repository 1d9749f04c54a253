import PulseWire
import Testing

@Suite("HTTP request heads")
struct HTTPRequestDecoderTests {
    @Test("a valid head is taken apart", arguments: valid)
    func accepts(_ request: RequestCase) {
        request.check()
    }

    @Test("an invalid request line is refused", arguments: badRequestLines)
    func refusesLine(_ request: RequestCase) {
        request.check()
    }

    @Test("an invalid header is refused", arguments: badHeaders)
    func refusesHeader(_ request: RequestCase) {
        request.check()
    }

    @Test("a line up to the limit is taken, one byte more is 414")
    func requestLineLimit() {
        let limits = HTTPLimits(requestLineBytesMax: 20, headBytesMax: 200, fieldsMax: 4)
        #expect(head("GET /aaaaaa HTTP/1.1\r\nHost: h\r\n\r\n", limits) == "33")
        #expect(head("GET /aaaaaaa HTTP/1.1\r\nHost: h\r\n\r\n", limits) == "requestLineTooLong")
        #expect(head("\r\nGET /aaaaaa HTTP/1.1\r\nHost: h\r\n\r\n", limits) == "35")
    }

    @Test("a head up to the limit is taken, one byte or line more is 431")
    func headLimit() {
        let limits = HTTPLimits(requestLineBytesMax: 20, headBytesMax: 40, fieldsMax: 3)
        #expect(head("GET / HTTP/1.1\r\nHost: h\r\nA: 45678901\r\n\r\n", limits) == "40")
        #expect(head("GET / HTTP/1.1\r\nHost: h\r\nA: 456789012\r\n\r\n", limits) == "headTooLarge")
        #expect(head("GET / HTTP/1.1\r\nHost: h\r\na:\r\nb:\r\n\r\n", limits) == "35")
        #expect(
            head("GET / HTTP/1.1\r\nHost: h\r\na:\r\nb:\r\nc:\r\n\r\n", limits) == "headTooLarge"
        )
    }

    @Test("headers are found in either case, by occurrence, by prefix and in lists")
    func lookups() throws {
        let bytes = latin1(
            "GET /p HTTP/1.1\r\nhOST: h:1\r\nVia: a\r\nX-Forwarded-For: 1\r\nvia:  b \r\n"
                + "Connection: x\r\nConnection: y, Keep-Alive\r\n\r\nBODY"
        )
        let found = try Head(bytes)
        #expect(found.byteCount == bytes.count - 4)
        #expect(found.fieldCount == 6)
        #expect(found.header("host") == "h:1")
        #expect(found.header("Via") == "a")
        #expect(found.header("VIA", occurrence: 1) == "b")
        #expect(found.header("via", occurrence: 2) == nil)
        #expect(found.header("vias") == nil)
        #expect(found.count("via") == 2)
        #expect(found.count("vi") == 0)
        #expect(found.hasPrefix("x-forwarded-"))
        #expect(!found.hasPrefix("x-real-"))
        #expect(found.list("connection", contains: "keep-alive"))
        #expect(!found.list("connection", contains: "keep"))
    }

    @Test("an error is final")
    func latchesErrors() {
        let bytes = latin1("GET / HTTP/1.1\r\nHost: h\r\nbad\r\n\r\n")
        var decoder = HTTPRequestDecoder()
        for _ in 0..<2 {
            #expect(throws: HTTPError.malformedField) {
                try unsafe decoder.decodeHead(bytes.span.bytes)
            }
        }
    }

    @Test("a decoder stays small and keeps its table outside")
    func layout() {
        #expect(MemoryLayout<HTTPRequestDecoder>.size <= 128)
        #expect(MemoryLayout<HTTPBodyDecoder>.size <= 64)
    }

    @Test("every error has a 4xx or 5xx status and words", arguments: HTTPError.allCases)
    func errors(_ error: HTTPError) {
        #expect((400..<600).contains(error.status.rawValue))
        #expect(error.reason.utf8CodeUnitCount > 10)
    }

    /// The byte count of the head, `nil`, or the error, the same for every way of arriving.
    private func head(_ text: String, _ limits: HTTPLimits) -> String {
        let bytes = latin1(text)
        let results = arrivals(of: bytes.count).map { counts in
            var decoder = HTTPRequestDecoder(limits: limits)
            do throws(HTTPError) {
                for count in counts {
                    let prefix = unsafe bytes.span.bytes.extracting(0..<count)
                    if let taken = try decoder.decodeHead(prefix) { return "\(taken)" }
                }
                return "nil"
            } catch {
                return "\(error)"
            }
        }
        return Set(results).sorted().joined(separator: " or ")
    }
}

private func request(_ name: String, _ text: String, _ lines: String) -> RequestCase {
    RequestCase(name, text, lines)
}

/// A request whose line is fine.
private func fields(_ name: String, _ text: String, _ lines: String) -> RequestCase {
    RequestCase(name, "GET / HTTP/1.1\r\n\(text)\r\n", lines)
}

/// A request whose headers are fine.
private func line(_ text: String, _ lines: String) -> RequestCase {
    RequestCase(text, "\(text)\r\nHost: h\r\n\r\n", lines)
}

private let valid = [
    line("GET / HTTP/1.1", "GET / h keep"),
    line("HEAD /a/b.c HTTP/1.1", "HEAD /a/b.c h keep"),
    line("PUT /a?b HTTP/1.1", "PUT /a?b h keep"),
    line("PATCH /a?b?c=/d HTTP/1.1", "PATCH /a?b?c=/d h keep"),
    line("DELETE /? HTTP/1.1", "DELETE /? h keep"),
    line("OPTIONS * HTTP/1.1", "OPTIONS * h keep"),
    line("OPTIONS / HTTP/1.1", "OPTIONS / h keep"),
    line("GET /a%20b|c{}^` HTTP/1.1", "GET /a%20b|c{}^` h keep"),
    line("GET //x HTTP/1.1", "GET //x h keep"),
    line("GET http://other:80/x?y HTTP/1.1", "GET /x?y other:80 keep"),
    line("GET HTTPS://[::1]:7655 HTTP/1.1", "GET  [::1]:7655 keep"),
    line("GET http://other?y HTTP/1.1", "GET ?y other keep"),
    line("GET / HTTP/1.0", "GET / h close"),
    line("GET / HTTP/1.9", "GET / h keep"),
    fields("keep-alive in 1.1", "Host: h\r\nConnection: keep-alive\r\n", "GET / h keep"),
    fields("close in a list", "Host: h\r\nConnection: x, CLOSE\r\n", "GET / h close"),
    fields(
        "close wins",
        "Host: h\r\nConnection: keep-alive\r\nConnection: close\r\n",
        "GET / h close"
    ),
    fields("closed is not close", "Host: h\r\nConnection: closed\r\n", "GET / h keep"),
    fields("length 0", "Host: h\r\nContent-Length: 0\r\n", "GET / h keep length(0)"),
    fields("leading zeros", "Host: h\r\nContent-Length: 000\r\n", "GET / h keep length(0)"),
    fields("expectation without a body", "Host: h\r\nExpect: 100-Continue\r\n", "GET / h keep"),
    fields("tab within a value", "Host: h\r\nX: a\tb\r\n", "GET / h keep"),
    fields("every token character", "Host: h\r\n!#$%&'*+-.^_`|~aZ09: x\r\n", "GET / h keep"),
    fields(
        "IPv6 host",
        "Host: [2001:db8::192.0.2.1]:65535\r\n",
        "GET / [2001:db8::192.0.2.1]:65535 keep"
    ),
    fields("empty port", "Host: h:\r\n", "GET / h: keep"),
    request(
        "1.0 keeps when asked",
        "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
        "GET / - keep"
    ),
    request(
        "1.0 with close and keep-alive",
        "GET / HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n",
        "GET / - close"
    ),
    request(
        "1.0 expectation is ignored",
        "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx",
        "POST / - close length(1) x"
    ),
]

private let badRequestLines = [
    line("GET / HTTP/2.0", "505 unsupportedVersion"),
    line("GET / HTTP/0.9", "505 unsupportedVersion"),
    line("PRI * HTTP/2.0", "501 unsupportedMethod"),
    line("GET / http/1.1", "400 malformedRequestLine"),
    line("GET / HTTP/1.10", "400 malformedRequestLine"),
    line("GET / HTTP/11", "400 malformedRequestLine"),
    line("GET / HTTP/1.1 ", "400 malformedRequestLine"),
    line("GET / HTTP 1.1", "400 malformedRequestLine"),
    line("GET /  HTTP/1.1", "400 malformedRequestLine"),
    line("GET /a b HTTP/1.1", "400 malformedRequestLine"),
    line(" GET / HTTP/1.1", "400 malformedRequestLine"),
    line("GET\t/\tHTTP/1.1", "400 malformedRequestLine"),
    line("GET", "400 malformedRequestLine"),
    line("GET ", "400 malformedRequestLine"),
    line("GET /", "400 malformedRequestLine"),
    line("G@T / HTTP/1.1", "400 malformedRequestLine"),
    line("TRACE / HTTP/1.1", "501 unsupportedMethod"),
    line("GETS / HTTP/1.1", "501 unsupportedMethod"),
    line("GET a HTTP/1.1", "400 badTarget"),
    line("GET * HTTP/1.1", "400 badTarget"),
    line("OPTIONS ** HTTP/1.1", "400 badTarget"),
    line("GET /a#b HTTP/1.1", "400 badTarget"),
    line("GET /a\"b HTTP/1.1", "400 badTarget"),
    line("GET /a\\b HTTP/1.1", "400 badTarget"),
    line("GET /<a> HTTP/1.1", "400 badTarget"),
    line("GET /\u{E9} HTTP/1.1", "400 badTarget"),
    line("GET /a\tb HTTP/1.1", "400 badTarget"),
    line("GET ftp://h/ HTTP/1.1", "400 badTarget"),
    line("GET http:///x HTTP/1.1", "400 badTarget"),
    line("GET http://u:p@h/ HTTP/1.1", "400 badTarget"),
    line("GET http://h:65536/ HTTP/1.1", "400 badTarget"),
    line("GET http:/h/ HTTP/1.1", "400 badTarget"),
    line("GET h:80 HTTP/1.1", "400 badTarget"),
    request(
        "two empty lines in front",
        "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "400 malformedRequestLine"
    ),
    request("bare CR", "GET / HTTP/1.1\rHost: h\r\n\r\n", "400 controlCharacter"),
    request("DEL in the line", "GET /\u{7F} HTTP/1.1\r\nHost: h\r\n\r\n", "400 controlCharacter"),
    request("LF in front", "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "400 controlCharacter"),
]

private let badHeaders = [
    fields("empty host", "Host:\r\n", "400 badHost"),
    fields("host with a path", "Host: h/x\r\n", "400 badHost"),
    fields("host with a user", "Host: u@h\r\n", "400 badHost"),
    fields("host with a space", "Host: a b\r\n", "400 badHost"),
    fields("host of a port only", "Host: :80\r\n", "400 badHost"),
    fields("port in letters", "Host: h:http\r\n", "400 badHost"),
    fields("port out of range", "Host: h:65536\r\n", "400 badHost"),
    fields("port of six digits", "Host: h:000080\r\n", "400 badHost"),
    fields("open bracket", "Host: [::1\r\n", "400 badHost"),
    fields("empty brackets", "Host: []\r\n", "400 badHost"),
    fields("zone in brackets", "Host: [fe80::1%25eth0]\r\n", "400 badHost"),
    fields("text behind brackets", "Host: [::1]x\r\n", "400 badHost"),
    fields("escape in a host", "Host: a%41\r\n", "400 badHost"),
    fields("two equal hosts", "Host: h\r\nHost: h\r\n", "400 badHost"),
    fields("fold on the first line", " Host: h\r\n", "400 malformedField"),
    fields("tab fold", "Host: h\r\n\tx\r\n", "400 malformedField"),
    fields("blank line that is not empty", "Host: h\r\n \r\n", "400 malformedField"),
    fields("tab before the colon", "Host\t: h\r\n", "400 malformedField"),
    fields("name with a bracket", "Host: h\r\nX[: h\r\n", "400 malformedField"),
    fields("name beyond ASCII", "Host: h\r\nX\u{E9}: h\r\n", "400 malformedField"),
    fields("bare CR in a value", "Host: h\r\nX: a\rb\r\n", "400 controlCharacter"),
    fields("bare LF in a value", "Host: h\r\nX: a\nb\r\n", "400 controlCharacter"),
    fields("CR CR LF", "Host: h\r\nX: a\r\r\n", "400 controlCharacter"),
    fields("DEL in a value", "Host: h\r\nX: aaaaaaaaaaaa\u{7F}\r\n", "400 controlCharacter"),
    fields(
        "two equal lengths",
        "Host: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
        "400 badContentLength"
    ),
    fields("empty length", "Host: h\r\nContent-Length:\r\n", "400 badContentLength"),
    fields("spaced length", "Host: h\r\nContent-Length: 1 2\r\n", "400 badContentLength"),
    fields("hexadecimal length", "Host: h\r\nContent-Length: 0x1\r\n", "400 badContentLength"),
    fields(
        "length above 63 bits",
        "Host: h\r\nContent-Length: 9223372036854775808\r\n",
        "413 bodyTooLarge"
    ),
    fields("no coding", "Host: h\r\nTransfer-Encoding:\r\n", "400 badTransferEncoding"),
    fields(
        "chunked twice",
        "Host: h\r\nTransfer-Encoding: chunked, chunked\r\n",
        "400 badTransferEncoding"
    ),
    fields(
        "two coding lines",
        "Host: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "400 badTransferEncoding"
    ),
    fields(
        "unknown coding below",
        "Host: h\r\nTransfer-Encoding: gzip, chunked\r\n",
        "501 unsupportedTransferEncoding"
    ),
    fields("xchunked", "Host: h\r\nTransfer-Encoding: xchunked\r\n", "400 badTransferEncoding"),
    fields(
        "quoted chunked",
        "Host: h\r\nTransfer-Encoding: \"chunked\"\r\n",
        "400 badTransferEncoding"
    ),
    fields(
        "chunked with a parameter",
        "Host: h\r\nTransfer-Encoding: chunked;q=1\r\n",
        "400 badTransferEncoding"
    ),
    fields(
        "coding before length",
        "Host: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        "400 conflictingFraming"
    ),
    fields("other expectation", "Host: h\r\nExpect: 200-ok\r\n", "417 unsupportedExpectation"),
    request("1.0 with two hosts", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400 badHost"),
    request("no end", "GET / HTTP/1.1\r\nHost: h\r\n", "more"),
    request("half an end", "GET / HTTP/1.1\r\nHost: h\r\n\r", "more"),
]
