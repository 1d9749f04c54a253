import COpenSSL
import Glibc
import PulseReactor
import PulseTestSupport

/// Something that OpenSSL's client says went wrong, in its words.
struct TLSClientError: Error, Equatable, CustomStringConvertible {
    let description: String

    /// The oldest entry of OpenSSL's queue.
    static func first() -> TLSClientError {
        let code = ERR_peek_error()
        ERR_clear_error()
        guard let reason = unsafe ERR_reason_error_string(code) else {
            return TLSClientError(description: "no reason")
        }
        return TLSClientError(description: unsafe String(cString: reason))
    }
}

/// What a test's client wants of TLS.
struct TLSWishes: Sendable {
    var minimum = TLS1_2_VERSION
    var maximum = TLS1_3_VERSION
    /// Suites of TLS 1.2; `nil` = all of OpenSSL's.
    var suites: String?
    /// ALPN in wire form: a length in front of each.
    var protocols: [UInt8] = []
    /// Whether each byte is sent by itself.
    var drips = false
    /// The certificate to trust, as PEM; `nil` trusts anything.
    var trusted: [UInt8]?
    /// The name or address that the certificate must have.
    var host: String?
    /// The name that the server is told (SNI).
    var serverName: String?

    static let tls12 = TLSWishes(maximum: TLS1_2_VERSION)
    static let tls13 = TLSWishes(minimum: TLS1_3_VERSION)
}

/// OpenSSL's client over memory, carried by a plain socket; used on one lane at a time.
@safe final class TLSClient: @unchecked Sendable {
    let socket: Client
    private let context: OpaquePointer
    private let session: OpaquePointer
    private let input: OpaquePointer
    private let output: OpaquePointer
    private let drips: Bool

    /// Connects and, unless told otherwise, shakes hands; `earlier` resumes that client's session.
    init(
        _ address: SocketAddress,
        _ wishes: TLSWishes = TLSWishes(),
        resuming earlier: TLSClient? = nil,
        receiveBufferBytes: Int32? = nil,
        shakesHands: Bool = true
    ) throws {
        socket = try Client(address, receiveBufferBytes: receiveBufferBytes)
        drips = wishes.drips
        if let earlier {
            unsafe context = earlier.context
            unsafe SSL_CTX_up_ref(context)
        } else {
            unsafe context = try unsafe TLSClient.context(wishes)
        }
        guard let session = unsafe SSL_new(context), let input = unsafe BIO_new(BIO_s_mem()),
            let output = unsafe BIO_new(BIO_s_mem())
        else { throw TLSClientError.first() }
        unsafe self.session = session
        unsafe self.input = input
        unsafe self.output = output
        unsafe SSL_set_bio(session, input, output)
        unsafe SSL_set_connect_state(session)
        if let name = wishes.serverName {
            // The session copies the name.
            unsafe _ = name.withCString { bytes in
                unsafe SSL_ctrl(
                    session,
                    SSL_CTRL_SET_TLSEXT_HOSTNAME,
                    Int(TLSEXT_NAMETYPE_host_name),
                    UnsafeMutableRawPointer(mutating: bytes)
                )
            }
        }
        if let host = wishes.host { unsafe _ = SSL_set1_host(session, host) }
        if let earlier {
            unsafe _ = SSL_set_session(session, SSL_get_session(earlier.session))
        }
        if shakesHands { try self.shakeHands() }
    }

    deinit {
        unsafe SSL_free(session)
        unsafe SSL_CTX_free(context)
    }

    private static func context(_ wishes: TLSWishes) throws -> OpaquePointer {
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw TLSClientError.first()
        }
        // What is too old or too weak is refused by our server, and not by the client.
        unsafe SSL_CTX_set_security_level(context, 0)
        let versions = [
            (SSL_CTRL_SET_MIN_PROTO_VERSION, wishes.minimum),
            (SSL_CTRL_SET_MAX_PROTO_VERSION, wishes.maximum),
        ]
        for (command, version) in versions {
            unsafe SSL_CTX_ctrl(context, command, Int(version), nil)
        }
        if let suites = wishes.suites { unsafe _ = SSL_CTX_set_cipher_list(context, suites) }
        if !wishes.protocols.isEmpty {
            unsafe _ = SSL_CTX_set_alpn_protos(
                context,
                wishes.protocols,
                UInt32(wishes.protocols.count)
            )
        }
        if let trusted = wishes.trusted {
            let bio = unsafe BIO_new_mem_buf(trusted, Int32(trusted.count))
            let certificate = unsafe PEM_read_bio_X509(bio, nil, nil, nil)
            unsafe X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate)
            unsafe X509_free(certificate)
            unsafe BIO_free(bio)
            unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        }
        return unsafe context
    }

    // MARK: Talking

    func shakeHands() throws {
        while true {
            ERR_clear_error()
            let code = unsafe SSL_do_handshake(session)
            try flush()
            if code == 1 { return }
            try mend(code)
        }
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            // As much as a record holds, so that the memory BIO stays small.
            var count = 0
            ERR_clear_error()
            let code = unsafe rest.withUnsafeBytes { buffer in
                unsafe SSL_write_ex(session, buffer.baseAddress, min(buffer.count, 16_384), &count)
            }
            try flush()
            if code == 1 { rest = rest.dropFirst(count) } else { try mend(code) }
        }
    }

    /// Receives up to `count` bytes; empty after the server's close_notify.
    func receive(atMost count: Int) throws -> [UInt8] {
        while true {
            var received = 0
            var code: Int32 = 0
            ERR_clear_error()
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                code = unsafe SSL_read_ex(session, buffer.baseAddress, count, &received)
                filled = code == 1 ? received : 0
            }
            try flush()
            if code == 1 { return bytes }
            if unsafe SSL_get_error(session, code) == SSL_ERROR_ZERO_RETURN { return [] }
            try mend(code)
        }
    }

    /// Receives exactly `count` bytes, or fewer when the server ends its side before.
    func receive(exactly count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(count, 1 << 20))
        while bytes.count < count {
            let piece = try receive(atMost: min(65_536, count - bytes.count))
            if piece.isEmpty { break }
            bytes += piece
        }
        return bytes
    }

    /// Sends close_notify; the socket stays open.
    func endOutput() throws {
        unsafe _ = SSL_shutdown(session)
        try flush()
    }

    /// Encrypts without sending, for tests that cut or mangle what comes of it.
    func ciphertext(of bytes: [UInt8]) -> [UInt8] {
        var count = 0
        unsafe _ = SSL_write_ex(session, bytes, bytes.count, &count)
        return takeOutput()
    }

    /// The ClientHello, without sending it.
    func hello() -> [UInt8] {
        unsafe _ = SSL_do_handshake(session)
        return takeOutput()
    }

    /// Asks for a new handshake within the connection, which TLS 1.2 has.
    func renegotiate() throws {
        guard unsafe SSL_renegotiate(session) == 1 else { throw TLSClientError.first() }
        try shakeHands()
    }

    /// Lets both sides go on with new keys, from the next bytes on.
    func changeKeys() throws {
        guard unsafe SSL_key_update(session, SSL_KEY_UPDATE_REQUESTED) == 1 else {
            throw TLSClientError.first()
        }
    }

    // MARK: Facts

    /// "TLSv1.3" or "TLSv1.2".
    var version: String { unsafe String(cString: SSL_get_version(session)) }

    var suite: String {
        unsafe String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(session)))
    }

    var isResumed: Bool { unsafe SSL_session_reused(session) == 1 }

    /// The protocol that the server chose (ALPN).
    var selectedProtocol: String {
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(session, &bytes, &count)
        // The bytes are the session's.
        return unsafe String(
            decoding: UnsafeBufferPointer(start: bytes, count: Int(count)),
            as: UTF8.self
        )
    }

    /// Certificates that the server sent.
    var chainCount: Int { unsafe Int(OPENSSL_sk_num(SSL_get_peer_cert_chain(session))) }

    /// SHA-256 of the server's certificate.
    var fingerprint: [UInt8] {
        let certificate = unsafe SSL_get1_peer_certificate(session)
        defer { unsafe X509_free(certificate) }
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe _ = cossl_fingerprint(certificate, &digest)
        return digest
    }

    // MARK: The way to the socket

    /// Gets what the session waits for, or throws why it cannot go on.
    private func mend(_ code: Int32) throws {
        switch unsafe SSL_get_error(session, code) {
        case SSL_ERROR_WANT_READ:
            let bytes = try socket.receive(atMost: 65_536)
            if bytes.isEmpty { throw TLSClientError(description: "end of stream") }
            var count = 0
            unsafe _ = BIO_write_ex(input, bytes, bytes.count, &count)
        default: throw TLSClientError.first()
        }
    }

    private func flush() throws {
        let bytes = takeOutput()
        if !drips { return try socket.send(bytes) }
        for byte in bytes { try socket.send([byte]) }
    }

    private func takeOutput() -> [UInt8] {
        let pending = unsafe BIO_ctrl_pending(output)
        var count = 0
        var bytes = [UInt8](repeating: 0, count: pending)
        if pending > 0 { unsafe _ = BIO_read_ex(output, &bytes, pending, &count) }
        return bytes
    }
}

/// A certificate for tests and the context that shows it.
struct TestCertificate {
    let made: MadeCertificate

    init() throws {
        made = try CertificateMaker.make(names: ["localhost"], addresses: ["127.0.0.1"], days: 1)
    }

    func context() throws -> TLSContext {
        try TLSContext(certificatePEM: made.certificatePEM, privateKeyPEM: made.privateKeyPEM)
    }
}
