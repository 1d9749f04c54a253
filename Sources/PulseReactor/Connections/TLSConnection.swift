/// What a connection over TLS has beside its record in the connection table.
///
/// `Connection.sendOperation` is then a send of ciphertext; the service's own send is `source`.
@safe struct TLSConnection: BitwiseCopyable {
    enum Phase: UInt8, BitwiseCopyable {
        /// Nothing has come yet, so the peer may turn out to speak plain HTTP.
        case fresh
        case handshaking
        case open
        /// It was told that it does not speak TLS; what it still sends is dropped.
        case refused
        /// An error ended it, and OpenSSL must not be asked to say anything more.
        case failed
    }

    var session: TLSSession?
    /// OpenSSL has written something: a hello that came in pieces is answered once it is whole.
    var hasSpoken = false
    /// We connected, and the service is told of it when the handshake is done.
    var isClient = false
    var phase = Phase.fresh
    /// The service's send as far as it is not encrypted, or `Connection.none`.
    var source = Connection.none
    /// All of `source` is encrypted, and the last of it on its way.
    var isEncrypted = false
    /// The service sends nothing after `source`.
    var endsOutput = false
    /// Our close_notify is written.
    var hasSaidEnd = false
    /// Our side of the socket is shut.
    var hasEndedOutput = false
    /// Ends the wait for the send in flight, behind which a connection that is closed says its last
    /// words.
    var closing: TimerID?
    /// What came for a handshake that waits for its turn; held here.
    var held: UnsafeMutablePointer<Frame.Header>?
    /// Ciphertext that waits for the send in flight; held here.
    var queued: UnsafeMutablePointer<Frame.Header>?

    /// The session, which lives as long as the connection has its slot.
    var live: TLSSession {
        guard let session else { preconditionFailure("a TLS connection without a session") }
        return session
    }
}
