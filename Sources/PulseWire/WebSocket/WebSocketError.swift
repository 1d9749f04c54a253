/// How a peer broke RFC 6455; the connection is closed with `closeCode`.
package enum WebSocketError: Error, Equatable, CaseIterable, Sendable {
    /// A reserved bit without an extension that gives it a meaning.
    case reservedBits
    /// An opcode that is not assigned.
    case unknownOpcode
    /// A client's frame without a mask (section 5.1).
    case unmasked
    /// A server's frame with a mask (section 5.1).
    case masked
    /// A control frame that is not final (section 5.5).
    case fragmentedControl
    /// A control frame of more than 125 bytes (section 5.5).
    case oversizedControl
    /// A length in more bytes than it needs, or with its highest bit set (section 5.2).
    case badLength
    /// A continuation without a message that it could continue.
    case unexpectedContinuation
    /// A new message before the last one ended.
    case interruptedMessage
    /// A close frame with one byte, or with a code that nobody may send.
    case badClose
    /// Text, or the reason of a close, that is not UTF-8.
    case invalidText
    /// A compressed message that does not inflate to its end.
    case badCompression
    /// A message above the decoder's limit.
    case messageTooBig

    /// The code for the close frame.
    package var closeCode: WebSocketCloseCode {
        switch self {
        case .invalidText, .badCompression: .invalidPayload
        case .messageTooBig: .messageTooBig
        default: .protocolError
        }
    }

    /// The reason in words, short enough for a close frame.
    package var reason: StaticString {
        switch self {
        case .reservedBits: "reserved bit set"
        case .unknownOpcode: "unknown opcode"
        case .unmasked: "frame is not masked"
        case .masked: "frame is masked"
        case .fragmentedControl: "control frame is fragmented"
        case .oversizedControl: "control frame is too long"
        case .badLength: "frame length is malformed"
        case .unexpectedContinuation: "nothing to continue"
        case .interruptedMessage: "message was not continued"
        case .badClose: "close frame is malformed"
        case .invalidText: "text is not UTF-8"
        case .badCompression: "compressed message is malformed"
        case .messageTooBig: "message is too big"
        }
    }
}
