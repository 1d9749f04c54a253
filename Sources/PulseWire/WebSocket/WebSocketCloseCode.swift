/// The close codes that the product sends (RFC 6455 section 7.4.1 and the IANA registry).
package enum WebSocketCloseCode: UInt16, CaseIterable, Sendable {
    case normal = 1000
    case goingAway = 1001
    case protocolError = 1002
    case unsupportedData = 1003
    case invalidPayload = 1007
    case policyViolation = 1008
    case messageTooBig = 1009
    case internalError = 1011
    case tryAgainLater = 1013

    /// Whether a peer may send this code: not the ones that only stand for "none was sent", nor
    /// any that no registry assigns.
    package static func isAllowed(fromPeer code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
