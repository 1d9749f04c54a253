/// The kinds of frame (RFC 6455 section 5.2).
package enum WebSocketOpcode: UInt8, CaseIterable, Sendable {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    /// Whether frames of this kind may stand between the fragments of a message.
    package var isControl: Bool { rawValue >= 8 }
}
