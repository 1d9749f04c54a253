import COpenSSL

/// Why a certificate or its key cannot be used, in words for whoever gave them.
package enum TLSError: Error, Equatable, CustomStringConvertible {
    /// The file cannot be read; the kernel's reason.
    case unreadable(path: String, reason: String)
    /// A file of authorities that cannot be read, or that holds none.
    case noAuthorities(path: String)
    /// There is no certificate in PEM.
    case noCertificate
    /// There is no private key in PEM.
    case noKey
    /// The private key wants a passphrase, and there is nobody to ask.
    case encryptedKey
    /// The private key has another passphrase.
    case wrongPassphrase
    /// The private key belongs to another certificate.
    case keyDoesNotMatch
    /// A name or address that cannot stand in a certificate.
    case badName(String)
    /// A time that a certificate cannot be valid for.
    case badDays(Int)
    /// OpenSSL's own words.
    case refused(String)

    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .noAuthorities(let path): "\(path) holds no certificates that can be read (PEM)"
        case .noCertificate: "there is no certificate in PEM form (BEGIN CERTIFICATE)"
        case .noKey: "there is no private key in PEM form (BEGIN PRIVATE KEY)"
        case .encryptedKey:
            "the private key is protected by a passphrase; name a file that holds it with "
                + "--tls-key-passphrase-file"
        case .wrongPassphrase: "the private key has another passphrase"
        case .keyDoesNotMatch: "the private key does not belong to the certificate"
        case .badName(let name): "\"\(name)\" cannot stand in a certificate"
        case .badDays(let days): "a certificate cannot be valid for \(days) days"
        case .refused(let reason): "OpenSSL refuses it: \(reason)"
        }
    }

    /// What OpenSSL's queue of errors says, which is empty afterwards.
    static func last() -> TLSError {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard let reason = unsafe ERR_reason_error_string(code) else {
            return .refused("no reason")
        }
        return .refused(unsafe String(cString: reason))
    }
}
