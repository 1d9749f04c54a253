import CIOUring
import DequeModule
import Glibc
import Synchronization

/// Everything that a reactor owns, and every method that touches it.
///
/// It sits behind one private property of `Reactor`, so a call into it costs one exclusivity check
/// and not one for each field (docs/decisions/0002). It calls no service and resumes no task:
/// `Reactor` does, between two calls, so that a handler finds the core free.
struct ReactorCore: ~Copyable {
    var backend: Backend
    var connections = ConnectionTable()
    var sends = UnsafeSlab(blank: SendOperation())
    var connects = UnsafeSlab(blank: ConnectOperation())
    var tls = UnsafeSlab(blank: TLSConnection())
    let tlsMemory = TLSMemory()
    var handshakes = HandshakeQueue()
    var frames = FramePool()
    var timers = Timers()
    var listeners = ListenerTable()
    var polls: [PollSlot] = []
    var freePolls: [UInt32] = []
    var metrics = ReactorMetrics()
    var watch = TurnWatch(now: .now())
    /// The monotonic clock as this turn read it.
    var now = MonotonicTime.now()
    var completions: [Completion] = []
    var connectionsMax: Int
    /// What the listeners' connections count against together with those of other reactors.
    var budget: ConnectionBudget?
    /// The network of each connection that counts against its network's share, by slot.
    var networks: [PeerNetwork?] = []

    /// Connections whose receive ended for want of buffers, in the order in which they get their
    /// turn.
    private var starved = Deque<ConnectionID>()
    /// Connections that were closed with nothing in flight; their service is told after the call
    /// that closed them.
    var ended: [ConnectionID] = []
    /// Connections whose send is done; their services are told together.
    var sent: [ConnectionID] = []
    /// A descriptor to spare for the moment when there is none left to accept with.
    var spare: Int32
    /// Never read or written: a struct with an atomic in it has an address and is used there.
    ///
    /// One that the compiler (Swift 6.3) takes for a value that could lie in registers is copied
    /// whole, here 1.4 KB, for each call of a method that changes nothing, such as `isSending`.
    private let anchor = Atomic<Bool>(false)

    /// An operation of `Reactor.poll`: who waits for it.
    struct PollSlot {
        var generation: UInt32 = 0
        var fd: Int32 = -1
        var waiting: CheckedContinuation<UInt32, any Error>?
        var isCancelled = false
        /// Ends it at its deadline, if it has one.
        var timer: TimerID?
        var isLate = false
    }

    init(backend: consuming Backend, connectionsMax: Int) {
        self.backend = backend
        self.connectionsMax = connectionsMax
        spare = self.backend.openSpare()
        completions.reserveCapacity(Limits.completionsPerTurnMax)
    }

    deinit {
        if spare >= 0 { backend.close(spare) }
    }

    /// Submits what is queued and takes what has completed, which `completions` then holds.
    mutating func reap(timeoutNanoseconds: UInt64?) throws(SystemError) {
        metrics.waits += 1
        try backend.reap(into: &completions, timeoutNanoseconds: timeoutNanoseconds)
    }

    // MARK: Receiving

    mutating func armReceive(_ slot: UInt32) {
        let connection = connections[slot]
        guard connection.phase == .open, connection.wantsBytes || connection.isHandshaking,
            !connection.inputEnded, connection.receiving == .idle, !isHeld(slot)
        else { return }
        connections[slot].receiving = .armed
        let token = Token(.receive, slot: slot, generation: connection.generation)
        backend.receive(connection.fd, token, once: isServersHandshake(slot))
    }

    mutating func pauseReceiving(_ slot: UInt32) {
        connections[slot].wantsBytes = false
        if connections[slot].isHandshaking { return }
        cancelReceive(slot)
    }

    private mutating func cancelReceive(_ slot: UInt32) {
        let connection = connections[slot]
        guard connection.receiving == .armed else { return }
        connections[slot].receiving = .cancelling
        backend.cancel(
            connection.fd,
            Token(.receive, slot: slot, generation: connection.generation)
        )
    }

    mutating func resumeReceiving(_ slot: UInt32) {
        connections[slot].wantsBytes = true
        armReceive(slot)
    }

    /// Begins as many receives anew as there are buffers.
    ///
    /// More would find none again: with thousands that have something to say, all of them in every
    /// turn, that costs more than the receiving.
    mutating func feedStarved() {
        for _ in 0..<Limits.receiveBufferCount {
            guard let id = starved.popFirst() else { return }
            if connections.isOpen(id) { armReceive(id.slot) }
        }
    }

    /// Whether somebody waits for buffers whom no event will wake.
    var hasStarved: Bool { !starved.isEmpty }

    mutating func starve(_ id: ConnectionID) {
        metrics.starved += 1
        starved.append(id)
    }

    /// The service of a connection, or of the one that has its slot by now.
    func service(of token: Token) -> UInt8 {
        token.slot < connections.slotEnd ? connections[token.slot].service : 0
    }

    // MARK: Closing

    /// Whether the kernel works on something, the mailbox's poll aside.
    var isBusy: Bool { connections.count > 0 || !listeners.tokens.isEmpty || pollCount > 0 }

    /// Ends a connection; its slot is freed when nothing is in flight any more.
    ///
    /// `isOrderly` where the peer should hear of it.
    mutating func close(_ slot: UInt32, isOrderly: Bool = true) {
        if connections[slot].phase == .connecting { return cancelConnect(slot) }
        guard connections[slot].phase == .open else { return }
        sayLastWords(slot)
        connections[slot].phase = .closing
        connections[slot].wantsBytes = false
        let connection = connections[slot]
        guard connection.isBusy else {
            ended.append(connections.id(of: slot))
            return
        }
        if isOrderly, awaitLastWords(slot) { return cancelReceive(slot) }
        // Wakes the receive (end of stream) and the send (EPIPE) in flight, if any.
        backend.shutdown(connection.fd, SHUT_RDWR)
        cancelReceive(slot)
    }

    /// Frees the next connection that was closed with nothing in flight.
    mutating func popEnded() -> (id: ConnectionID, service: UInt8)? {
        guard let id = ended.popLast() else { return nil }
        let service = connections[id.slot].service
        precondition(finishClosing(id.slot), "an operation was started on a closed connection")
        return (id, service)
    }

    /// Frees a closing connection once nothing is in flight; returns whether it did.
    mutating func finishClosing(_ slot: UInt32) -> Bool {
        guard connections[slot].phase == .closing, !connections[slot].isBusy else { return false }
        backend.close(connections[slot].fd)
        endTLS(slot)
        givePlace(slot)
        connections.free(slot)
        return true
    }
}
