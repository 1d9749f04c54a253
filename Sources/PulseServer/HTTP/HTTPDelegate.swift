package import PulseReactor
package import PulseWire

/// What the HTTP service hands its requests to.
package protocol HTTPDelegate: AnyObject {
    /// The largest body that a request may have, or `nil` where nobody reads one.
    ///
    /// A body without a reader is taken up to a limit and dropped, so that the connection can go
    /// on.
    func bodyBytesMax(_ decoder: borrowing HTTPRequestDecoder, in head: RawSpan) -> Int?

    /// Answers a request of the session's whose body is wanted and complete.
    ///
    /// `nil` where `HTTPService.answer` follows.
    func respond(toBody body: RawSpan, of session: Session, in head: RawSpan) -> Response?

    /// Answers a request that has no body, or one that nobody reads.
    ///
    /// `nil` where `HTTPService.answer` follows.
    func respond(to request: Request, of session: Session, in head: RawSpan) -> Response?
}

extension HTTPDelegate {
    /// Most read no bodies.
    package func respond(
        toBody body: RawSpan,
        of session: Session,
        in head: RawSpan
    ) -> Response? {
        preconditionFailure("a body was wanted that nobody reads")
    }
}

/// What the HTTP service hands its WebSockets to, where there may be any.
package protocol WebSocketDelegate: AnyObject {
    /// Says why a WebSocket may not be opened, or `nil` when it may.
    func refusal(of request: Request) -> Response?

    /// The path at which WebSockets are opened.
    var webSocketPath: String { get }

    /// A WebSocket is open.
    func opened(_ session: Session)

    /// An event of a WebSocket; returns `false` to get no more until it calls `resume`.
    func received(_ session: Session, _ event: WebSocketEvent, _ payload: RawSpan) -> Bool

    /// A WebSocket's client broke the protocol.
    func failed(_ session: Session, _ error: WebSocketError)

    /// The bytes that were on their way to these connections have been taken, most of them
    /// WebSockets; returns those that need more than the next bytes, or that are none.
    func sent(_ connections: Span<ConnectionID>) -> [ConnectionID]

    /// Looks after a WebSocket that `sent` has returned.
    func tend(_ session: Session)

    /// A WebSocket's connection is gone.
    func closed(_ session: Session)
}
