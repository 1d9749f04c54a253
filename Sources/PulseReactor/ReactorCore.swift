import CIOUring
import Glibc

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
    var frames = FramePool()
    var timers = Timers()
    var listeners = ListenerTable()
    var polls: [PollSlot] = []
    var freePolls: [UInt32] = []
    var metrics = ReactorMetrics()
    var completions: [Completion] = []
    var connectionsMax: Int

    /// Connections whose receive ended for want of buffers; it begins anew after the turn.
    private var starved: [ConnectionID] = []
    /// Connections that were closed with nothing in flight; their service is told after the call
    /// that closed them.
    private var ended: [ConnectionID] = []
    /// A descriptor to spare for the moment when there is none left to accept with.
    var spare: Int32

    /// An operation of `Reactor.poll`: who waits for it.
    struct PollSlot {
        var generation: UInt32 = 0
        var fd: Int32 = -1
        var waiting: CheckedContinuation<UInt32, any Error>?
        var isCancelled = false
    }

    init(backend: consuming Backend, connectionsMax: Int) {
        self.backend = backend
        self.connectionsMax = connectionsMax
        spare = ReactorCore.openSpare()
        completions.reserveCapacity(Limits.completionsPerTurnMax)
    }

    deinit {
        if spare >= 0 { _ = Glibc.close(spare) }
    }

    /// Submits what is queued and takes what has completed, which `completions` then holds.
    mutating func reap(timeoutNanoseconds: UInt64?) throws(SystemError) {
        try backend.reap(into: &completions, timeoutNanoseconds: timeoutNanoseconds)
    }

    // MARK: Receiving

    mutating func armReceive(_ slot: UInt32) {
        let connection = connections[slot]
        guard connection.phase == .open, connection.wantsBytes || connection.isHandshaking,
            !connection.inputEnded, connection.receiving == .idle
        else { return }
        connections[slot].receiving = .armed
        let token = Token(.receive, slot: slot, generation: connection.generation)
        backend.receive(connection.fd, token)
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

    /// Begins the receives anew that found no buffer.
    mutating func feedStarved() {
        if starved.isEmpty { return }
        for id in starved where connections.isOpen(id) { armReceive(id.slot) }
        starved.removeAll(keepingCapacity: true)
    }

    mutating func starve(_ id: ConnectionID) {
        starved.append(id)
    }

    // MARK: Sending

    /// Starts a send; each frame of the list gets a holder until the send has completed.
    mutating func send(_ slot: UInt32, _ list: SendList) {
        precondition(!isSending(slot), "a second send was started while one was in flight")
        let secure = connections[slot].tls
        if secure == Connection.none {
            startSend(slot, list)
        } else {
            tls[secure].source = holdSend(list)
            pumpTLS(slot)
        }
    }

    /// Whether the service's send has not completed.
    func isSending(_ slot: UInt32) -> Bool {
        let connection = connections[slot]
        return connection.tls == Connection.none
            ? connection.sendOperation != Connection.none
            : tls[connection.tls].source != Connection.none
    }

    /// Starts a send of the kernel's.
    mutating func startSend(_ slot: UInt32, _ list: SendList) {
        let index = holdSend(list)
        connections[slot].sendOperation = index
        metrics.sends += 1
        submitSend(slot, index)
    }

    /// Keeps a list, with a share in each of its frames, until `releaseSend`.
    private mutating func holdSend(_ list: SendList) -> UInt32 {
        let index = sends.take()
        sends[index] = SendOperation(list)
        for piece in 0..<list.count {
            if let header = unsafe list.pieces[piece].frame {
                frames.retain(unsafe Frame(header: header))
            }
        }
        return index
    }

    /// Hands what is left of a send to the kernel.
    private mutating func submitSend(_ slot: UInt32, _ index: UInt32) {
        let operation = unsafe sends.address(index)
        let vectors = unsafe UnsafeMutableRawPointer(operation) + ReactorCore.vectorsOffset
        let first = unsafe vectors.assumingMemoryBound(to: iovec.self) + operation.pointee.next
        unsafe operation.pointee.message.msg_iov = unsafe first
        unsafe operation.pointee.message.msg_iovlen =
            unsafe operation.pointee.count - operation.pointee.next
        let message = unsafe UnsafeMutableRawPointer(operation) + ReactorCore.messageOffset
        let connection = connections[slot]
        unsafe backend.send(
            connection.fd,
            message.assumingMemoryBound(to: msghdr.self),
            Token(.send, slot: slot, generation: connection.generation)
        )
    }

    private static let vectorsOffset = offset(of: unsafe \.vectors)
    private static let messageOffset = offset(of: unsafe \.message)

    private static func offset(of field: PartialKeyPath<SendOperation>) -> Int {
        guard let offset = MemoryLayout<SendOperation>.offset(of: field) else {
            preconditionFailure("a send operation's fields lie in line")
        }
        return offset
    }

    /// What a send's completion meant.
    enum SendOutcome {
        /// Some bytes are left and on their way.
        case goesOn
        case done
        case failed
    }

    mutating func completeSend(_ slot: UInt32, _ result: Int32) -> SendOutcome {
        let index = connections[slot].sendOperation
        precondition(index != Connection.none, "a send completed that nobody had started")
        if result > 0 {
            metrics.bytesSent += UInt64(result)
            sends[index].advance(by: Int(result))
            if sends[index].bytesLeft > 0, connections[slot].phase == .open {
                submitSend(slot, index)
                return .goesOn
            }
        } else if result == -EINTR || result == -EAGAIN, connections[slot].phase == .open {
            submitSend(slot, index)
            return .goesOn
        }
        let failed = sends[index].bytesLeft > 0
        releaseSend(index)
        connections[slot].sendOperation = Connection.none
        return failed ? .failed : .done
    }

    mutating func releaseSend(_ index: UInt32) {
        for piece in 0..<sends[index].count {
            if let header = unsafe sends[index].frames[piece] {
                frames.release(unsafe Frame(header: header))
            }
        }
        sends.give(index)
    }

    /// Ends our side of a connection, behind what is being sent over TLS.
    mutating func endOutput(_ slot: UInt32) {
        let secure = connections[slot].tls
        if secure == Connection.none {
            _ = shutdown(connections[slot].fd, Int32(SHUT_WR))
        } else {
            tls[secure].endsOutput = true
            pumpTLS(slot)
        }
    }

    // MARK: Closing

    /// Whether the kernel works on something, the mailbox's poll aside.
    var isBusy: Bool { connections.count > 0 || !listeners.tokens.isEmpty || pollCount > 0 }

    /// Ends a connection; its slot is freed when nothing is in flight any more.
    mutating func close(_ slot: UInt32) {
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
        // Wakes the receive (end of stream) and the send (EPIPE) in flight, if any.
        _ = shutdown(connection.fd, Int32(SHUT_RDWR))
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
        connections.free(slot)
        return true
    }
}
