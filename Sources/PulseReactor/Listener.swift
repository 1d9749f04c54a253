/// A listening socket and the service that answers on it.
struct Listener {
    let socket: ListeningSocket
    let service: UInt8
    /// What its connections speak TLS with, or `nil` for plain bytes.
    let tls: TLSContext?
    /// What its connections count against, beside the reactor's own limit.
    let budget: ConnectionBudget?
    /// Whether an accept is in flight.
    var isAccepting = false
    /// Whether it only waits for its accept to end.
    var isEnding = false

    init(
        _ socket: ListeningSocket,
        service: UInt8,
        tls: TLSContext?,
        budget: ConnectionBudget?
    ) {
        self.socket = socket
        self.service = service
        self.tls = tls
        self.budget = budget
    }

    var fd: Int32 { socket.fd }
    /// The address with the port that the kernel gave.
    var address: SocketAddress { socket.address }
}
