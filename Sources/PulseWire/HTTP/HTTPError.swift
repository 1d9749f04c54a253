/// Why a request cannot be served; after any of these the connection must be closed, because the
/// place where the next request begins is not known.
package enum HTTPError: Error, Equatable, CaseIterable, Sendable {
    /// The first line is not `method SP target SP HTTP/d.d` (RFC 9112 section 3).
    case malformedRequestLine
    /// A control character, or a CR or LF that is not part of a CRLF (RFC 9112 section 2.2).
    case controlCharacter
    /// The target is in no form that the method allows, or holds a byte that no URI may hold.
    case badTarget
    /// A header line without a name, with white space before its colon, or folded.
    case malformedField
    /// `Host` is missing, repeated or not an authority (RFC 9112 section 3.2).
    case badHost
    /// `Content-Length` is repeated or is not a plain decimal number (RFC 9112 section 6.3).
    case badContentLength
    /// Both `Content-Length` and `Transfer-Encoding`: the mark of request smuggling.
    case conflictingFraming
    /// `Transfer-Encoding` does not end in exactly one `chunked`, or came with HTTP/1.0.
    case badTransferEncoding
    /// The body is chunked and has a further coding below that nobody here can undo.
    case unsupportedTransferEncoding
    /// A chunk's size line or ending breaks RFC 9112 section 7.1.
    case badChunk
    /// The chunk extensions of one body passed their limit.
    case chunkExtensionsTooLong
    /// A method that the product does not serve.
    case unsupportedMethod
    /// A major version of HTTP other than 1.
    case unsupportedVersion
    /// An expectation other than `100-continue`.
    case unsupportedExpectation
    /// The request line passed `HTTPLimits.requestLineBytesMax`.
    case requestLineTooLong
    /// The head passed `HTTPLimits.headBytesMax` or holds more than `HTTPLimits.fieldsMax` lines.
    case headTooLarge
    /// The trailers behind a chunked body passed their limit.
    case trailersTooLarge
    /// The body is longer, or says that it will be longer, than its route allows.
    case bodyTooLarge

    /// The status code to answer with before closing.
    package var status: HTTPStatus {
        switch self {
        case .malformedRequestLine, .controlCharacter, .badTarget, .malformedField, .badHost,
            .badContentLength, .conflictingFraming, .badTransferEncoding, .badChunk,
            .chunkExtensionsTooLong:
            .badRequest
        case .unsupportedMethod, .unsupportedTransferEncoding: .notImplemented
        case .unsupportedVersion: .versionNotSupported
        case .unsupportedExpectation: .expectationFailed
        case .requestLineTooLong: .uriTooLong
        case .headTooLarge, .trailersTooLarge: .headerFieldsTooLarge
        case .bodyTooLarge: .contentTooLarge
        }
    }

    /// The reason in words, fit for the answer's body and for a log line.
    package var reason: StaticString {
        switch self {
        case .malformedRequestLine: "the request line is malformed"
        case .controlCharacter: "the head holds a control character or a bare CR or LF"
        case .badTarget: "the request target is malformed"
        case .malformedField: "a header line is malformed"
        case .badHost: "the Host header is missing, repeated or malformed"
        case .badContentLength: "the Content-Length header is repeated or malformed"
        case .conflictingFraming: "Content-Length and Transfer-Encoding exclude each other"
        case .badTransferEncoding: "the Transfer-Encoding header is not usable"
        case .unsupportedTransferEncoding: "only the transfer coding chunked is supported"
        case .badChunk: "the chunked body is malformed"
        case .chunkExtensionsTooLong: "the chunk extensions are too long"
        case .unsupportedMethod: "the method is not supported"
        case .unsupportedVersion: "only HTTP/1.0 and HTTP/1.1 are supported"
        case .unsupportedExpectation: "only the expectation 100-continue is supported"
        case .requestLineTooLong: "the request line is too long"
        case .headTooLarge: "the header section is too large"
        case .trailersTooLarge: "the trailer section is too large"
        case .bodyTooLarge: "the body is too large"
        }
    }
}
