/// Why a request is not an upgrade to WebSocket that can be accepted (RFC 6455 section 4.2).
package enum WebSocketHandshakeError: Error, Equatable, CaseIterable, Sendable {
    /// The method is not GET.
    case badMethod
    /// `Upgrade: websocket` or the token `Upgrade` in `Connection` is missing.
    case notAnUpgrade
    /// HTTP/1.0, or a request with a body.
    case badRequest
    /// `Sec-WebSocket-Version` is not 13; the answer must carry `Sec-WebSocket-Version: 13`.
    case unsupportedVersion
    /// `Sec-WebSocket-Key` is missing, repeated or not the base64 of 16 bytes.
    case badKey
    /// OpenSSL is configured without SHA-1.
    case digestUnavailable

    /// The status code to answer with; 426 also wants `Upgrade: websocket` and
    /// `Connection: Upgrade`.
    package var status: HTTPStatus {
        switch self {
        case .badMethod: .methodNotAllowed
        case .notAnUpgrade, .unsupportedVersion: .upgradeRequired
        case .badRequest, .badKey: .badRequest
        case .digestUnavailable: .internalServerError
        }
    }

    /// The reason in words.
    package var reason: StaticString {
        switch self {
        case .badMethod: "a WebSocket is opened with GET"
        case .notAnUpgrade: "this address speaks WebSocket only"
        case .badRequest: "a WebSocket is opened by an HTTP/1.1 request without a body"
        case .unsupportedVersion: "only WebSocket version 13 is supported"
        case .badKey: "the Sec-WebSocket-Key header is missing or malformed"
        case .digestUnavailable: "SHA-1 is not available"
        }
    }
}

/// The server's part of the opening handshake (RFC 6455 section 4.2).
package enum WebSocketHandshake {
    /// Checks an upgrade and returns the value of `Sec-WebSocket-Accept`, 28 ASCII characters.
    ///
    /// `bytes` is the span whose head `request` decoded. Whether the client may connect (`Origin`,
    /// session, token) is the caller's to decide.
    package static func accept(
        _ request: borrowing HTTPRequestDecoder,
        in bytes: RawSpan
    ) throws(WebSocketHandshakeError) -> InlineArray<28, UInt8> {
        guard request.method == .get else { throw .badMethod }
        guard
            request.headerList("upgrade", contains: "websocket", in: bytes),
            request.headerList("connection", contains: "upgrade", in: bytes)
        else { throw .notAnUpgrade }
        guard request.version == .http11, hasNoBody(request.bodyFraming) else { throw .badRequest }
        guard
            request.headerCount("sec-websocket-version", in: bytes) == 1,
            let version = request.header("sec-websocket-version", in: bytes),
            bytes.equals("13", in: version)
        else { throw .unsupportedVersion }
        guard
            request.headerCount("sec-websocket-key", in: bytes) == 1,
            let key = request.header("sec-websocket-key", in: bytes),
            Base64.isSixteenBytes(bytes, key)
        else { throw .badKey }
        return try acceptValue(key: key, in: bytes)
    }

    private static func hasNoBody(_ framing: HTTPBodyFraming) -> Bool {
        framing == .none || framing == .length(0)
    }

    /// The base64 of the SHA-1 of the key's 24 characters and the identifier of RFC 6455.
    static func acceptValue(
        key: Range<Int>,
        in bytes: RawSpan
    ) throws(WebSocketHandshakeError) -> InlineArray<28, UInt8> {
        let identifier: StaticString = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        var text = InlineArray<60, UInt8>(repeating: 0)
        for index in 0..<24 { text[index] = bytes.byte(at: key.lowerBound + index) }
        for index in 0..<36 { text[24 + index] = identifier.byte(at: index) }
        guard let digest = unsafe SHA1.digest(text.span.bytes) else { throw .digestUnavailable }
        return Base64.encode(digest)
    }
}
