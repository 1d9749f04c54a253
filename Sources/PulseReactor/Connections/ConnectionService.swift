/// Who speaks on connections: an HTTP server's on those of a listener, a client's on its own.
///
/// The reactor calls these on its thread, one after the other, never one inside another. A method
/// may send, pause, resume and close, and is called for what follows from that only after it has
/// returned; it must not run the loop.
package protocol ConnectionService: AnyObject {
    /// A connection was opened by `peer`; bytes follow unless it is paused or closed here.
    func accepted(_ connection: ConnectionID, from peer: SocketAddress)

    /// A connection that the service asked for is open, its TLS handshake included; bytes follow
    /// unless it is paused or closed here.
    func connected(_ connection: ConnectionID)

    /// A connection that the service asked for cannot be had; `closed` follows.
    func connectFailed(_ connection: ConnectionID, _ error: ConnectError)

    /// What a client is told that is turned away because there is no room, if anything.
    var refusal: StaticString? { get }

    /// Bytes arrived. The memory is the reactor's; it may be changed in place and is valid until
    /// this method returns.
    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer)

    /// The peer sends nothing more; it may still read.
    func inputEnded(_ connection: ConnectionID)

    /// The kernel has taken every byte of the send that was in flight.
    func sent(_ connection: ConnectionID)

    /// Whether the service takes what `sent` says for all connections of a turn at once, which
    /// spares a broadcast a call for each; `false` unless it says so.
    var takesSentTogether: Bool { get }

    /// The same for all of these, in place of `sent`. None of them was closed before the call.
    func sent(together connections: Span<ConnectionID>)

    /// The connection is gone, whoever ended it; its name names nothing any more.
    func closed(_ connection: ConnectionID)
}

extension ConnectionService {
    /// Most protocols have no words for it.
    package var refusal: StaticString? { nil }

    /// A few connections do not need it.
    package var takesSentTogether: Bool { false }

    /// Whoever asks for it takes it itself.
    package func sent(together connections: Span<ConnectionID>) {
        preconditionFailure("a service is told together of what it wants to hear one by one")
    }

    /// Most services only answer who comes to them.
    package func connected(_ connection: ConnectionID) {
        preconditionFailure("a service was connected that asked for nothing")
    }

    /// The same.
    package func connectFailed(_ connection: ConnectionID, _ error: ConnectError) {
        preconditionFailure("a service was refused that asked for nothing")
    }
}
