/// Why a server's answer to an upgrade is not what RFC 6455 section 4.1 asks of it.
package enum WebSocketRefusal: Error, Hashable, Sendable {
    /// Another status than 101.
    case status(UInt16)
    /// 101 without `Upgrade: websocket` or without the token `Upgrade` in `Connection`.
    case notAnUpgrade
    /// `Sec-WebSocket-Accept` is missing, repeated or not the answer to the key.
    case badAccept
    /// An extension or a subprotocol that was not asked for.
    case unaskedExtension
    /// OpenSSL is configured without SHA-1.
    case digestUnavailable

    /// The reason in words.
    package var reason: String {
        switch self {
        case .status(let code): "the server answered with \(code)"
        case .notAnUpgrade: "the server switches to another protocol"
        case .badAccept: "the server's Sec-WebSocket-Accept is wrong"
        case .unaskedExtension: "the server uses an extension that was not asked for"
        case .digestUnavailable: "SHA-1 is not available"
        }
    }
}

/// The client's part of the opening handshake (RFC 6455 section 4.1).
package struct WebSocketClientHandshake: Sendable {
    /// The value of `Sec-WebSocket-Key`.
    private let key: [UInt8]

    /// Whether compressed messages are offered.
    private let offersDeflate: Bool

    /// Takes the 16 bytes of the key, which should be random and new for each connection.
    package init(key: InlineArray<16, UInt8>, offersDeflate: Bool = false) {
        self.key = Base64.encode(key)
        self.offersDeflate = offersDeflate
    }

    /// The request, whole; `fields` are further header lines, each with its CRLF.
    ///
    /// The caller has seen to it that nothing given here breaks a line.
    package func request(host: String, target: String, fields: String = "") -> [UInt8] {
        let extensions =
            offersDeflate ? "Sec-WebSocket-Extensions: \(WebSocketDeflate.offer)\r\n" : ""
        let head = """
            GET \(target) HTTP/1.1\r
            Host: \(host)\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            \(fields)\(extensions)Sec-WebSocket-Key: \(String(decoding: key, as: UTF8.self))\r
            \r

            """
        return Array(head.utf8)
    }

    /// Checks the answer, whose head `response` has decoded from `bytes`; returns whether messages
    /// may come compressed.
    package func check(
        _ response: borrowing HTTPResponseDecoder,
        in bytes: RawSpan
    ) throws(WebSocketRefusal) -> Bool {
        guard response.status == 101 else { throw .status(response.status) }
        guard response.headerList("upgrade", contains: "websocket", in: bytes),
            response.headerList("connection", contains: "upgrade", in: bytes)
        else { throw .notAnUpgrade }
        guard let answer = response.header("sec-websocket-accept", in: bytes),
            answer.count == 28
        else { throw .badAccept }
        let accept = try wantedAccept()
        for index in 0..<28 where bytes.byte(at: answer.lowerBound + index) != accept[index] {
            throw .badAccept
        }
        guard !response.hasHeader("sec-websocket-protocol", in: bytes) else {
            throw .unaskedExtension
        }
        guard response.hasHeader("sec-websocket-extensions", in: bytes) else { return false }
        guard offersDeflate,
            let answer = response.header("sec-websocket-extensions", in: bytes),
            WebSocketDeflate.isAccepted(by: answer, in: bytes)
        else { throw .unaskedExtension }
        return true
    }

    private func wantedAccept() throws(WebSocketRefusal) -> InlineArray<28, UInt8> {
        do throws(WebSocketHandshakeError) {
            let text = key
            return try unsafe WebSocketHandshake.acceptValue(
                key: 0..<text.count,
                in: text.span.bytes
            )
        } catch {
            throw .digestUnavailable
        }
    }
}
