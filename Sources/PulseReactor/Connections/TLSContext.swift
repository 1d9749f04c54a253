import COpenSSL
import Glibc

/// Certificates with their keys, and what every connection of a listener is told about TLS.
///
/// TLS 1.2 and 1.3 with forward-secret, authenticated suites; no renegotiation, no compression;
/// session tickets whose keys change. Used on one reactor's thread.
@safe package final class TLSContext {
    /// Owned; each session holds a share of its own.
    private var context: OpaquePointer
    /// SHA-256 of each certificate's DER.
    package private(set) var fingerprints: [[UInt8]]
    /// That of the first, which is shown to whoever asks for no name of another one.
    package var fingerprint: [UInt8] { fingerprints[0] }
    private var ticketKeys: TicketKeys
    private var ticketKeysUntil = MonotonicTime(nanoseconds: 0)
    /// Where newer certificates come from, and which of them this is.
    private let identity: TLSIdentity?
    private var version: UInt64 = 0

    /// Takes a certificate, with the chain behind it, and its key; contexts of several reactors
    /// share their tickets' keys.
    package init(
        certificatePEM: [UInt8],
        privateKeyPEM: [UInt8],
        ticketKeys: TicketKeys = TicketKeys()
    ) throws(TLSError) {
        let made = try unsafe TLSContext.make(
            TLSIdentity.Certificate(certificatePEM: certificatePEM, privateKeyPEM: privateKeyPEM)
        )
        unsafe context = made.context
        fingerprints = unsafe made.fingerprints
        self.ticketKeys = ticketKeys
        identity = nil
    }

    /// Shows what an identity holds, and what it will hold.
    package convenience init(_ identity: TLSIdentity) throws(TLSError) {
        // The number first: what is newer than that is taken over with the next connection.
        let version = identity.version
        try self.init(identity.current, of: identity, version)
    }

    /// Shows certificates whose keys may have passphrases.
    init(
        _ content: TLSIdentity.Content,
        of identity: TLSIdentity? = nil,
        _ version: UInt64 = 0
    ) throws(TLSError) {
        let made = try unsafe TLSContext.make(content)
        unsafe context = made.context
        fingerprints = unsafe made.fingerprints
        ticketKeys = content.ticketKeys
        self.identity = identity
        self.version = version
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// Shows another certificate to the clients that connect from now on; open connections go on.
    ///
    /// Its tickets have other keys, so that clients who come back see it too. Where it throws,
    /// everything stays as it was.
    package func replace(
        certificatePEM: [UInt8],
        privateKeyPEM: [UInt8],
        ticketKeys: TicketKeys = TicketKeys()
    ) throws(TLSError) {
        let made = try unsafe TLSContext.make(
            TLSIdentity.Certificate(certificatePEM: certificatePEM, privateKeyPEM: privateKeyPEM)
        )
        unsafe replace(with: made, ticketKeys)
    }

    private func replace(with made: Made, _ ticketKeys: TicketKeys) {
        unsafe SSL_CTX_free(context)
        unsafe context = unsafe made.context
        fingerprints = unsafe made.fingerprints
        self.ticketKeys = ticketKeys
        ticketKeysUntil = MonotonicTime(nanoseconds: 0)
    }

    /// Takes over what the identity holds, if that is newer.
    private func follow(_ identity: TLSIdentity) {
        let newest = identity.version
        if newest == version { return }
        let content = identity.current
        do throws(TLSError) {
            let made = try unsafe TLSContext.make(content)
            unsafe replace(with: made, content.ticketKeys)
            version = newest
        } catch {
            // It was checked when it came, so this is want of memory: the next connection tries
            // again, and this one gets what there was.
            return
        }
    }

    /// The context for a new session, with ticket keys that are not too old.
    func current(at now: MonotonicTime) -> OpaquePointer {
        if let identity { follow(identity) }
        if now >= ticketKeysUntil {
            // Without any it keeps those that OpenSSL drew for it.
            ticketKeysUntil = unsafe ticketKeys.install(in: context, at: now)
        }
        return unsafe context
    }

    // MARK: Making one

    @unsafe private struct Made {
        var context: OpaquePointer
        var fingerprints: [[UInt8]]
    }

    /// A context for the first certificate that knows those of the others by their names.
    private static func make(_ content: TLSIdentity.Content) throws(TLSError) -> Made {
        var first = try unsafe make(content.certificates[0])
        do throws(TLSError) {
            for certificate in content.certificates.dropFirst() {
                let made = try unsafe make(certificate)
                guard unsafe cossl_add_choice(first.context, made.context) == 1 else {
                    unsafe SSL_CTX_free(made.context)
                    throw .last()
                }
                unsafe first.fingerprints += made.fingerprints
            }
        } catch {
            unsafe SSL_CTX_free(first.context)
            throw error
        }
        return unsafe first
    }

    private static func make(_ certificate: TLSIdentity.Certificate) throws(TLSError) -> Made {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { throw .last() }
        do throws(TLSError) {
            guard unsafe cossl_configure(context) == 1 else { throw .last() }
            let fingerprint = try unsafe useCertificates(certificate.certificatePEM, in: context)
            try unsafe useKey(certificate.privateKeyPEM, certificate.passphrase, in: context)
            return unsafe Made(context: context, fingerprints: [fingerprint])
        } catch {
            unsafe SSL_CTX_free(context)
            ERR_clear_error()
            throw error
        }
    }

    /// The first certificate is the server's own; the others are sent along, in their order.
    private static func useCertificates(
        _ pem: [UInt8],
        in context: OpaquePointer
    ) throws(TLSError) -> [UInt8] {
        try unsafe withBIO(pem) { bio throws(TLSError) in
            guard let leaf = unsafe PEM_read_bio_X509(bio, nil, cossl_no_passphrase, nil) else {
                throw .noCertificate
            }
            // The context takes a share of its own in the leaf.
            defer { unsafe X509_free(leaf) }
            guard unsafe SSL_CTX_use_certificate(context, leaf) == 1 else { throw .last() }
            while let issuer = unsafe PEM_read_bio_X509(bio, nil, cossl_no_passphrase, nil) {
                guard unsafe cossl_add_chain(context, issuer) == 1 else {
                    unsafe X509_free(issuer)
                    throw .last()
                }
            }
            // The last one was followed by none: that is an error of OpenSSL's, not of ours.
            ERR_clear_error()
            var fingerprint = [UInt8](repeating: 0, count: 32)
            guard unsafe cossl_fingerprint(leaf, &fingerprint) == 1 else { throw .last() }
            return fingerprint
        }
    }

    private static func useKey(
        _ pem: [UInt8],
        _ passphrase: [UInt8]?,
        in context: OpaquePointer
    ) throws(TLSError) {
        try unsafe withBIO(pem) { bio throws(TLSError) in
            guard let key = unsafe read(bio, passphrase) else {
                if !isEncrypted(pem) { throw .noKey }
                throw passphrase == nil ? .encryptedKey : .wrongPassphrase
            }
            // The context takes a share of its own in the key.
            defer { unsafe EVP_PKEY_free(key) }
            let leaf = unsafe SSL_CTX_get0_certificate(context)
            guard unsafe X509_check_private_key(leaf, key) == 1 else { throw .keyDoesNotMatch }
            guard unsafe SSL_CTX_use_PrivateKey(context, key) == 1 else { throw .last() }
        }
    }

    private static func read(_ bio: OpaquePointer, _ passphrase: [UInt8]?) -> OpaquePointer? {
        guard let passphrase else {
            return unsafe PEM_read_bio_PrivateKey(bio, nil, cossl_no_passphrase, nil)
        }
        return unsafe passphrase.withUnsafeBufferPointer { bytes in
            // Both live for the call, which copies what it needs.
            var given = unsafe cossl_passphrase(bytes: bytes.baseAddress, count: bytes.count)
            return unsafe PEM_read_bio_PrivateKey(bio, nil, cossl_give_passphrase, &given)
        }
    }

    private static func isEncrypted(_ pem: [UInt8]) -> Bool {
        pem.split(separator: UInt8(ascii: "\n")).contains { line in
            line.starts(with: "-----BEGIN ENCRYPTED".utf8)
                || line.starts(with: "Proc-Type: 4,ENCRYPTED".utf8)
        }
    }

    /// Calls `body` with a BIO that reads `bytes`.
    private static func withBIO<R>(
        _ bytes: [UInt8],
        _ body: (OpaquePointer) throws(TLSError) -> R
    ) throws(TLSError) -> R {
        let bytes = bytes.span
        return try unsafe bytes.withUnsafeBytes { buffer throws(TLSError) in
            guard let count = Int32(exactly: buffer.count),
                // The BIO reads the array in place and is gone before it.
                let bio = unsafe BIO_new_mem_buf(buffer.baseAddress, count)
            else { throw .last() }
            defer { unsafe BIO_free(bio) }
            return try unsafe body(bio)
        }
    }

    /// Reads a file in PEM, whole.
    package static func read(_ path: String) throws(TLSError) -> [UInt8] {
        let fd = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { throw unreadable(path) }
        defer { _ = close(fd) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = unsafe Glibc.read(fd, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= fileBytesMax else {
                throw .unreadable(path: path, reason: "it is over 256 KiB")
            }
        }
    }

    /// A certificate has 1 to 2 KiB in PEM, and a chain a handful of them.
    private static let fileBytesMax = 256 * 1024

    private static func unreadable(_ path: String) -> TLSError {
        .unreadable(path: path, reason: unsafe String(cString: strerror(errno)))
    }
}
