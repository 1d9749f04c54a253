package import PulseReactor
import PulseWire

/// One connection as HTTP sees it: what has come and is not dealt with, and what comes next.
package final class Session {
    enum Phase {
        /// Waits for a request, or for the rest of one.
        case head
        /// Takes the body of the request whose head it keeps.
        case body
        /// Its request is with whoever answers it; what comes meanwhile waits.
        case asking
        /// An answer is on its way; what comes meanwhile waits.
        case answering
        case webSocket
        /// Everything was said; the peer's end is awaited so that no answer is lost to a reset.
        case draining
    }

    private struct Intake: ~Copyable {
        var input: [UInt8] = []
        var decoder = HTTPRequestDecoder()
        var isHeld = false
    }

    /// Whether something is on its way that a peer may still read that has ended its own side.
    var hasLastWords: Bool {
        phase == .asking || phase == .answering || phase == .webSocket && discardsInput
    }

    /// Its connection.
    package let id: ConnectionID
    private let peer: SocketAddress
    /// Whose request is in work: the peer's own, or that of whom a trusted proxy names.
    private(set) var client: SocketAddress
    /// What a trusted proxy says of that client.
    private(set) var forwarding = Forwarding()
    let peerIsLoopback: Bool
    /// Whether it is a proxy that is believed.
    let peerIsTrusted: Bool
    /// Whether it has one of the places of its client's network, that being a proxy's client.
    var hasShare = false
    var phase = Phase.head
    /// What is worked on with every request: in a cell, since each look at such a property of a
    /// class is checked at run time.
    private let intake = UnsafeCell(Intake())
    /// Bytes that came and are not dealt with.
    var input: [UInt8] {
        _read { yield intake.value.input }
        _modify { yield &intake.value.input }
    }
    var decoder: HTTPRequestDecoder {
        _read { yield intake.value.decoder }
        _modify { yield &intake.value.decoder }
    }
    var inputIsPaused = false
    /// Its WebSocket has as many answers waiting as it may: its messages rest until some are gone.
    package internal(set) var isHeld: Bool {
        _read { yield intake.value.isHeld }
        _modify { yield &intake.value.isHeld }
    }
    /// Some bytes of a request have come, but not all.
    var hasBegunRequest = false
    /// No request has been answered yet.
    var isFresh = true
    /// The peer sends nothing more.
    var inputEnded = false
    /// The head of the request whose body is being taken.
    var head: [UInt8] = []
    /// What has come of a body that somebody reads.
    var body: [UInt8] = []
    var keepsBody = false
    var bodyDecoder: HTTPBodyDecoder?
    /// Our last words are on their way, or said: what still comes is not looked at.
    var discardsInput = false
    /// Whether the answer on its way is the 101 that makes it a WebSocket.
    var upgrades = false
    /// Whether the bytes on their way are the interim 100 and the body is still to come.
    var isContinuing = false
    var webSocket: WebSocketDecoder?
    /// Whether its WebSocket takes compressed messages.
    package internal(set) var deflates = false
    /// When the connection is ended unless something happens; `nil` = the hub watches it.
    var deadline: MonotonicTime?

    /// What its deadline is for.
    var wait: HTTPMetrics.Wait {
        switch phase {
        case .head: hasBegunRequest ? .head : isFresh ? .opening : .idle
        case .body: .body
        case .asking, .answering, .webSocket: .answer
        case .draining: .closing
        }
    }

    init(id: ConnectionID, peer: SocketAddress, isTrusted: Bool, now: MonotonicTime) {
        self.id = id
        self.peer = peer
        client = peer
        peerIsLoopback = peer.isLoopback
        peerIsTrusted = isTrusted
        deadline = now + ServerLimits.headNanoseconds
    }

    /// Notes for whom a trusted proxy asks; whoever it does not name is the proxy itself.
    func note(_ forwarding: Forwarding) {
        self.forwarding = forwarding
        client = forwarding.client ?? peer
    }
}
