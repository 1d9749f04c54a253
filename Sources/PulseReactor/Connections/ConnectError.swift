/// Why a connection that was asked for cannot be had.
package enum ConnectError: Error, Hashable, CustomStringConvertible {
    /// What the kernel said.
    case system(SystemError)
    /// Nobody who is trusted vouches for the server's certificate, or not for this name; the words
    /// of OpenSSL.
    case untrusted(reason: String)
    /// The server's certificate is not the pinned one.
    case wrongFingerprint(seen: CertificateFingerprint)
    /// The two ends found no common ground, or the server speaks no TLS; the words of OpenSSL.
    case handshake(reason: String)
    /// The server ended the connection in the middle of the handshake.
    case ended

    package var description: String {
        switch self {
        case .system(let error): error.reason
        case .untrusted(let reason): "the server's certificate is not trusted: \(reason)"
        case .wrongFingerprint(let seen):
            "the server's certificate is not the expected one: its fingerprint is \(seen)"
        case .handshake(let reason): "no TLS with the server: \(reason)"
        case .ended: "the server ended the connection during the TLS handshake"
        }
    }
}
