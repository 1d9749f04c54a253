import PulseWire
import Testing

@Suite("WebSocket handshake")
struct WebSocketHandshakeTests {
    private static let good = [
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ]

    @Test("the example of RFC 6455 section 1.3, and other spellings of it")
    func accepts() throws {
        let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        #expect(try Head(fields: Self.good).accept() == accept)
        #expect(try Head(fields: Self.good + ["Content-Length: 0"]).accept() == accept)
        var fields = Self.good
        fields[0] = "UPGRADE: foo, WebSocket"
        fields[1] = "connection: keep-alive\r\nConnection: upgrade"
        #expect(try Head(fields: fields).accept() == accept)
    }

    @Test(
        "a request that breaks one rule is refused",
        arguments: [
            (0, "X: y", .notAnUpgrade),
            (0, "Upgrade: h2c", .notAnUpgrade),
            (0, "Upgrade: websocketx", .notAnUpgrade),
            (1, "X: y", .notAnUpgrade),
            (1, "Connection: close", .notAnUpgrade),
            (2, "X: y", .badKey),
            (2, "Sec-WebSocket-Key:", .badKey),
            (2, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=", .badKey),
            (2, "Sec-WebSocket-Key: SGVsbG8sIHdvcmxkIQ==", .badKey),
            (2, good[2] + "\r\n" + good[2], .badKey),
            (3, "X: y", .unsupportedVersion),
            (3, "Sec-WebSocket-Version: 8", .unsupportedVersion),
            (3, "Sec-WebSocket-Version: 13, 8", .unsupportedVersion),
            (3, "Sec-WebSocket-Version: 013", .unsupportedVersion),
            (3, good[3] + "\r\n" + good[3], .unsupportedVersion),
            (3, good[3] + "\r\nContent-Length: 1", .badRequest),
            (3, good[3] + "\r\nTransfer-Encoding: chunked", .badRequest),
        ] as [(Int, String, WebSocketHandshakeError)]
    )
    func refuses(_ index: Int, _ line: String, _ error: WebSocketHandshakeError) throws {
        var fields = Self.good
        fields[index] = line
        let head = try Head(fields: fields)
        #expect(throws: error) { try head.accept() }
    }

    @Test("other methods and HTTP/1.0 are refused")
    func methods() throws {
        let rest = Self.good.map { $0 + "\r\n" }.joined() + "\r\n"
        let post = try Head(latin1("POST / HTTP/1.1\r\nHost: h\r\n" + rest))
        #expect(throws: WebSocketHandshakeError.badMethod) { try post.accept() }
        let old = try Head(latin1("GET / HTTP/1.0\r\nHost: h\r\n" + rest))
        #expect(throws: WebSocketHandshakeError.badRequest) { try old.accept() }
    }

    @Test("every error has a status and words", arguments: WebSocketHandshakeError.allCases)
    func errors(_ error: WebSocketHandshakeError) {
        #expect((400..<600).contains(error.status.rawValue))
        #expect(error.reason.utf8CodeUnitCount > 10)
    }
}
