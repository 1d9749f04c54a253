/// Whole control frames, which are rare and short (RFC 6455 section 5.5).
package enum WebSocketControlFrame {
    /// The most bytes that a control frame carries.
    package static let payloadBytesMax = 125

    /// A close frame; a reason that does not fit is cut at the end of a character.
    package static func close(_ code: WebSocketCloseCode, reason: String = "") -> [UInt8] {
        close(code: code.rawValue, reason: reason)
    }

    /// The answer to a peer's close frame: its code given back, or none if it gave none.
    package static func close(code: UInt16?, reason: String = "") -> [UInt8] {
        guard let code else { return frame(.close, payload: []) }
        var payload = [UInt8(code >> 8), UInt8(truncatingIfNeeded: code)]
        for character in reason {
            guard payload.count + character.utf8.count <= payloadBytesMax else { break }
            payload.append(contentsOf: character.utf8)
        }
        return frame(.close, payload: payload)
    }

    /// The answer to a ping, with its payload given back.
    package static func pong(_ payload: RawSpan) -> [UInt8] {
        unsafe frame(.pong, payload: payload.withUnsafeBytes { unsafe [UInt8]($0) })
    }

    /// A ping.
    package static func ping(_ payload: RawSpan) -> [UInt8] {
        unsafe frame(.ping, payload: payload.withUnsafeBytes { unsafe [UInt8]($0) })
    }

    /// A ping that asks for nothing but a sign of life.
    package static let emptyPing = frame(.ping, payload: [])

    private static func frame(_ opcode: WebSocketOpcode, payload: [UInt8]) -> [UInt8] {
        precondition(payload.count <= payloadBytesMax, "a control frame is too long")
        return [0x80 | opcode.rawValue, UInt8(payload.count)] + payload
    }
}
