import COpenSSL

/// One end of one TLS connection: bytes in, bytes out, no socket and no clock.
///
/// It is a plain handle, as a frame is: whoever made it frees it once. Each call reads and writes
/// the `TLSMemory` that the session was made with.
@safe struct TLSSession: BitwiseCopyable {
    private let session: OpaquePointer

    /// The most plaintext that one record carries (RFC 8446 section 5.1).
    static let recordBytesMax = 16_384
    /// What a record adds to its plaintext at most: header 5, nonce 8, tag 16, and the content's
    /// type; the rest is for a key update in front of it.
    static let recordOverheadMax = 128

    /// The type of the records that a handshake is made of (RFC 8446 section 5.1).
    static let handshakeRecord: UInt8 = 22

    /// Room for the records of a send, or for as many as are encrypted at a time.
    static func capacity(for send: SendOperation) -> Int {
        let recordCount = send.count + send.bytesLeft / recordBytesMax + 1
        return min(send.bytesLeft + recordCount * recordOverheadMax, Limits.ciphertextBytesMax)
    }

    /// What a call came to.
    enum Outcome: Equatable {
        case done
        /// Bytes of plaintext, in the memory or out of the caller's.
        case bytes(Int)
        /// Everything that came is dealt with; more must come.
        case needsInput
        /// The room for output is full: take it away and call again.
        case needsRoom
        /// The peer sends nothing more (close_notify).
        case inputEnded
        /// The connection cannot go on; the alert that says so is in the output.
        case failed
    }

    /// Begins a server's session; `nil` without memory.
    init?(_ context: TLSContext, memory: borrowing TLSMemory, now: MonotonicTime) {
        guard let session = unsafe cossl_accept(context.current(at: now), memory.exchange) else {
            ERR_clear_error()
            return nil
        }
        unsafe self.session = session
    }

    /// Begins a client's session; `nil` without memory.
    init?(_ context: TLSClientContext, memory: borrowing TLSMemory, resumes: Bool) {
        ERR_clear_error()
        guard let session = unsafe context.session(memory.exchange, resumes: resumes) else {
            ERR_clear_error()
            return nil
        }
        unsafe self.session = session
    }

    func free() { unsafe SSL_free(session) }

    /// Goes on with the handshake.
    func shakeHands() -> Outcome {
        ERR_clear_error()
        let code = unsafe SSL_do_handshake(session)
        return code == 1 ? .done : outcome(code)
    }

    /// Decrypts what has come, one record at most.
    func read(into plaintext: UnsafeMutableRawBufferPointer) -> Outcome {
        ERR_clear_error()
        var count = 0
        let code = unsafe SSL_read_ex(session, plaintext.baseAddress, plaintext.count, &count)
        return code == 1 ? .bytes(count) : outcome(code)
    }

    /// Encrypts the bytes, one record at most; tells how many it took.
    func write(_ plaintext: UnsafeRawBufferPointer) -> Outcome {
        ERR_clear_error()
        var count = 0
        let code = unsafe SSL_write_ex(session, plaintext.baseAddress, plaintext.count, &count)
        return code == 1 ? .bytes(count) : outcome(code)
    }

    /// Says that nothing more is sent (close_notify).
    func endOutput() {
        ERR_clear_error()
        unsafe _ = SSL_shutdown(session)
    }

    /// Whether the handshake went on with the keys of an earlier session.
    var isResumed: Bool { unsafe SSL_session_reused(session) == 1 }

    /// Why the handshake of a client has failed; asked for straight behind the call that said so.
    var refusal: ConnectError {
        defer { ERR_clear_error() }
        let result = unsafe SSL_get_verify_result(session)
        if result == Int(X509_V_ERR_APPLICATION_VERIFICATION) {
            var seen = [UInt8](repeating: 0, count: 32)
            unsafe cossl_seen(SSL_get_SSL_CTX(session), &seen)
            return .wrongFingerprint(seen: CertificateFingerprint(bytes: seen))
        }
        if result != Int(X509_V_OK) {
            return .untrusted(
                reason: unsafe String(cString: X509_verify_cert_error_string(result))
            )
        }
        guard let reason = unsafe ERR_reason_error_string(ERR_peek_error()) else { return .ended }
        return .handshake(reason: unsafe String(cString: reason))
    }

    private func outcome(_ code: Int32) -> Outcome {
        switch unsafe SSL_get_error(session, code) {
        case SSL_ERROR_WANT_READ: .needsInput
        case SSL_ERROR_WANT_WRITE: .needsRoom
        case SSL_ERROR_ZERO_RETURN: .inputEnded
        default: .failed
        }
    }
}
