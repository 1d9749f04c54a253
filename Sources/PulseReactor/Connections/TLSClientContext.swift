import COpenSSL

/// What every connection to one TLS server has in common: how its certificate is verified, and the
/// session that the next one may resume.
///
/// TLS 1.2 and 1.3; the certificate is always verified. Used on one reactor's thread.
@safe package final class TLSClientContext {
    /// Owned; each session holds a share of its own.
    private let context: OpaquePointer
    /// The name or address that the certificate must be made out to.
    private let host: String

    /// Takes the server's name, or its address without brackets, and whom to trust.
    package init(host: String, trust: ServerTrust) throws(TLSError) {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else { throw .last() }
        do throws(TLSError) {
            guard unsafe cossl_configure_client(context) == 1 else { throw .last() }
            try unsafe TLSClientContext.set(trust, in: context)
        } catch {
            unsafe SSL_CTX_free(context)
            throw error
        }
        unsafe self.context = context
        self.host = host
    }

    deinit { unsafe SSL_CTX_free(context) }

    private static func set(
        _ trust: ServerTrust,
        in context: OpaquePointer
    ) throws(TLSError) {
        switch trust {
        case .system:
            guard unsafe SSL_CTX_set_default_verify_paths(context) == 1 else { throw .last() }
        case .caFile(let path):
            guard unsafe SSL_CTX_load_verify_file(context, path) == 1 else {
                ERR_clear_error()
                throw .noAuthorities(path: path)
            }
        case .fingerprint(let wanted): unsafe cossl_pin(context, wanted.bytes)
        }
    }

    /// The client's end of a new connection; `nil` without memory.
    func session(_ memory: UnsafeMutablePointer<cossl_memory>, resumes: Bool) -> OpaquePointer? {
        unsafe cossl_connect(context, memory, host, resumes ? 1 : 0)
    }
}
