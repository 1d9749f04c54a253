import PulseWire
import Testing

@Suite("The client's side of WebSocket")
struct WebSocketClientTests {
    /// The key of the example in RFC 6455 section 1.3: "the sample nonce".
    private static let handshake: WebSocketClientHandshake = {
        var key = InlineArray<16, UInt8>(repeating: 0)
        for (index, byte) in "the sample nonce".utf8.enumerated() { key[index] = byte }
        return WebSocketClientHandshake(key: key)
    }()

    private static let good = [
        "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    ]

    @Test("what the client asks, the server accepts, and the client its answer")
    func agrees() throws {
        let request = Self.handshake.request(
            host: "h:1",
            target: "/ws?a=b",
            fields: "Authorization: Bearer x\r\n"
        )
        let head = try Head(request)
        #expect(head.byteCount == request.count)
        #expect(try head.accept() == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(head.header("authorization") == "Bearer x")
        #expect(head.header("sec-websocket-key") == "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(refusal(of: Self.good) == nil)
    }

    @Test("keys of any bytes are the base64 that other tools make")
    func keys() throws {
        for (byte, text) in [
            (0, "AAAAAAAAAAAAAAAAAAAAAA=="), (255, "/////////////////////w=="),
        ] as [(UInt8, String)] {
            let handshake = WebSocketClientHandshake(key: InlineArray(repeating: byte))
            let head = try Head(handshake.request(host: "h", target: "/"))
            #expect(head.header("sec-websocket-key") == text)
            _ = try head.accept()
        }
    }

    @Test(
        "an answer that breaks one rule is refused",
        arguments: [
            (0, "X: y", .notAnUpgrade),
            (0, "Upgrade: h2c", .notAnUpgrade),
            (1, "Connection: close", .notAnUpgrade),
            (2, "X: y", .badAccept),
            (2, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOp=", .badAccept),
            (2, "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=", .badAccept),
            (2, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo", .badAccept),
            (2, good[2] + "\r\n" + good[2], .badAccept),
            (2, good[2] + "\r\nSec-WebSocket-Extensions: x", .unaskedExtension),
            (2, good[2] + "\r\nSec-WebSocket-Protocol: x", .unaskedExtension),
        ] as [(Int, String, WebSocketRefusal)]
    )
    func refuses(_ index: Int, _ line: String, _ refusal: WebSocketRefusal) {
        var fields = Self.good
        fields[index] = line
        #expect(self.refusal(of: fields) == refusal)
    }

    @Test("another status is refused by its number", arguments: [200, 403, 426, 503] as [UInt16])
    func status(_ code: UInt16) {
        #expect(refusal(of: Self.good, status: code) == .status(code))
    }

    private func refusal(of fields: [String], status: UInt16 = 101) -> WebSocketRefusal? {
        let lines = fields.map { $0 + "\r\n" }.joined()
        let bytes = latin1("HTTP/1.1 \(status) X\r\n\(lines)\r\n")
        var decoder = HTTPResponseDecoder()
        do {
            #expect(try unsafe decoder.decodeHead(bytes.span.bytes) == bytes.count)
            _ = try unsafe Self.handshake.check(decoder, in: bytes.span.bytes)
            return nil
        } catch {
            return error as? WebSocketRefusal
        }
    }

    @Test("a client's decoder takes a server's frames, cut anywhere")
    func serverFrames() {
        let frames = [
            ClientFrame.text("hello"), .text("a", isFinal: false), .ping("p"), .more("b"),
            .binary([UInt8](repeating: 1, count: 300)),
            .text(String(repeating: "x", count: 70_000)),
            .close(1001, "bye"),
        ]
        let bytes = frames.flatMap { frame in
            var frame = frame
            frame.mask = nil
            return frame.bytes
        }
        let lines = [
            "text hello", "ping p", "text ab", "binary 300", "text of 70000", "close 1001 bye",
        ]
        for counts in arrivals(of: bytes.count) + [Array(stride(from: 7, to: bytes.count, by: 7))] {
            let found = FrameStream.lines(bytes, arriving: counts, role: .client)
            let isWhole = counts.last == bytes.count
            #expect(isWhole ? found == lines : lines.starts(with: found))
        }
    }

    @Test("a server's frame with a mask is refused at its second byte")
    func masked() {
        let bytes = ClientFrame.text("x").bytes
        #expect(FrameStream.lines(bytes, arriving: [2], role: .client) == ["1002 masked"])
    }

    @Test("masked frames of every length come back as they were", arguments: [0, 1, 7, 8, 125])
    func clientFrames(_ count: Int) {
        for count in [count, count + 126, count + 65_530] {
            let payload = [UInt8](repeating: 0x61, count: count)
            let bytes = WebSocketClientFrame.make(.text, payload: payload, mask: 0x3D21_FA37)
            #expect(bytes == ClientFrame(opcode: 1, payload: payload).bytes)
        }
        let close = WebSocketClientFrame.make(.close, payload: [3, 0xE8], mask: 0x3D21_FA37)
        #expect(FrameStream.lines(close, arriving: [close.count]) == ["close 1000 "])
    }
}
