package import PulseReactor

/// Why there is no answer, in words a person can act on.
package enum TransportError: Error, Equatable, CustomStringConvertible {
    case invalidRequest(String)
    case nameNotFound(host: String)
    case refused(origin: String)
    case unreachable(origin: String, why: String)
    case connectTimedOut(origin: String)
    case answerTimedOut(origin: String)
    /// No authority that is trusted vouches for the certificate.
    case untrusted(origin: String, why: String)
    case certificateExpired(origin: String)
    case wrongName(origin: String)
    case wrongFingerprint(origin: String, seen: CertificateFingerprint)
    case authoritiesUnreadable(String)
    case handshakeFailed(origin: String, why: String)
    /// The connection ended before the answer did.
    case closed(origin: String)
    case answerTooLarge(origin: String, bytesMax: Int)
    case protocolViolation(origin: String, why: String)
    case failed(origin: String, why: String)
    /// The task that asked was cancelled, or the client ended.
    case cancelled

    package var description: String {
        switch self {
        case .invalidRequest(let why): "the request cannot be made: \(why)"
        case .nameNotFound(let host): "the name \(host) does not resolve"
        case .refused(let origin): "\(origin) refuses connections: nothing listens there"
        case .unreachable(let origin, let why): "\(origin) cannot be reached: \(why)"
        case .connectTimedOut(let origin): "no connection to \(origin) in time"
        case .answerTimedOut(let origin): "no answer from \(origin) in time"
        case .untrusted(let origin, let why):
            "the certificate of \(origin) is not trusted (\(why)): name its authority's file, or "
                + "the certificate's fingerprint"
        case .certificateExpired(let origin):
            "the certificate of \(origin) has expired or is not valid yet"
        case .wrongName(let origin): "the certificate of \(origin) is for another name"
        case .wrongFingerprint(let origin, let seen):
            "the certificate of \(origin) is not the expected one: its fingerprint is \(seen)"
        case .authoritiesUnreadable(let path): "\(path) cannot be read as certificates (PEM)"
        case .handshakeFailed(let origin, let why): "no TLS with \(origin): \(why)"
        case .closed(let origin): "\(origin) closed the connection before its answer was complete"
        case .answerTooLarge(let origin, let bytesMax):
            "the answer of \(origin) is longer than \(bytesMax) bytes"
        case .protocolViolation(let origin, let why): "\(origin) does not speak HTTP: \(why)"
        case .failed(let origin, let why): "\(origin): \(why)"
        case .cancelled: "cancelled"
        }
    }
}
