import CIOUring
import Glibc

// Between the socket and the service of a connection over TLS.
//
// OpenSSL numbers its records, so they leave in the order in which it wrote them: what a read or
// the handshake wrote while a send was in flight waits in `queued`, in front of what is encrypted
// next.
extension ReactorCore {
    /// What the next bytes of the peer came to.
    @safe enum TLSStep {
        /// Bytes for the service, valid until the next step of any connection.
        case plaintext(UnsafeMutableRawBufferPointer)
        case inputEnded
        case needsInput
        /// The handshake that we began is done.
        case connected
        /// The connection cannot go on; why, where it is one that we were just opening.
        case failed(ConnectError?)
    }

    /// Puts TLS in front of a fresh connection; returns whether there was memory for it.
    mutating func beginTLS(_ slot: UInt32, _ context: TLSContext, at now: MonotonicTime) -> Bool {
        guard let session = TLSSession(context, memory: tlsMemory, now: now) else { return false }
        addTLS(slot, session)
        return true
    }

    /// Puts TLS in front of a connection that is on its way; returns whether there was memory.
    mutating func beginTLS(_ slot: UInt32, _ context: TLSClientContext, resumes: Bool) -> Bool {
        guard let session = TLSSession(context, memory: tlsMemory, resumes: resumes) else {
            return false
        }
        addTLS(slot, session)
        tls[connections[slot].tls].isClient = true
        tls[connections[slot].tls].phase = .handshaking
        return true
    }

    private mutating func addTLS(_ slot: UInt32, _ session: TLSSession) {
        let index = tls.take()
        var record = TLSConnection()
        record.session = session
        tls[index] = record
        connections[slot].tls = index
        connections[slot].isHandshaking = true
    }

    /// Says hello to the server, to which the connection is open now.
    mutating func greetTLS(_ slot: UInt32) -> TLSStep {
        var nothing = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        let step = unsafe stepTLS(slot, &nothing)
        // What has failed is ended by the caller.
        if tls[connections[slot].tls].phase != .failed { pumpTLS(slot) }
        return step
    }

    /// Whether the service has asked for the connection and not been told that it is there.
    func isGreeting(_ slot: UInt32) -> Bool {
        let connection = connections[slot]
        return connection.isHandshaking && tls[connection.tls].isClient
    }

    /// Frees what a connection had for TLS; the kernel holds nothing of it any more.
    mutating func endTLS(_ slot: UInt32) {
        let index = connections[slot].tls
        if index == Connection.none { return }
        connections[slot].tls = Connection.none
        if tls[index].source != Connection.none { releaseSend(tls[index].source) }
        if let frame = takeQueued(index) { frames.release(frame) }
        if let frame = takeHeld(index) { frames.release(frame) }
        if let timer = tls[index].closing { timers.cancel(timer) }
        tls[index].live.free()
        tls[index].session = nil
        tls.give(index)
    }

    // MARK: What comes

    /// Deals with the next of the bytes that came, and moves `rest` on.
    mutating func stepTLS(_ slot: UInt32, _ rest: inout UnsafeRawBufferPointer) -> TLSStep {
        let index = connections[slot].tls
        if tls[index].phase == .fresh, let first = unsafe rest.first {
            tls[index].phase = .handshaking
            // A ClientHello begins with 22, a request with the letters of its method.
            if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) { refusePlain(slot) }
        }
        if tls[index].phase == .refused { return .needsInput }
        unsafe tlsMemory.takeInput(rest)
        let outcome = exchange(slot)
        unsafe rest = tlsMemory.giveInput()
        switch outcome {
        case .bytes(let count):
            return unsafe .plaintext(
                UnsafeMutableRawBufferPointer(rebasing: tlsMemory.plaintext[..<count])
            )
        case .done: return .connected
        case .needsInput: return .needsInput
        case .inputEnded:
            connections[slot].inputEnded = true
            pauseReceiving(slot)
            return .inputEnded
        case .needsRoom, .failed:
            let isGreeting = isGreeting(slot)
            if tls[index].phase == .handshaking { metrics.handshakesFailed += 1 }
            tls[index].phase = .failed
            return .failed(isGreeting ? tls[index].live.refusal : nil)
        }
    }

    /// Shakes hands and then reads, until there is plaintext or nothing more to be had; `done`
    /// when the handshake is that we began.
    private mutating func exchange(_ slot: UInt32) -> TLSSession.Outcome {
        let index = connections[slot].tls
        let session = tls[index].live
        while true {
            let isOpen = tls[index].phase == .open
            let outcome =
                isOpen ? unsafe session.read(into: tlsMemory.plaintext) : session.shakeHands()
            guard keepOutput(index) else { return .failed }
            switch outcome {
            case .needsRoom: continue
            case .done:
                endHandshake(slot)
                if tls[index].isClient { return .done }
            default: return outcome
            }
        }
    }

    private mutating func endHandshake(_ slot: UInt32) {
        tls[connections[slot].tls].phase = .open
        metrics.handshakes += 1
        if tls[connections[slot].tls].live.isResumed { metrics.handshakesResumed += 1 }
        connections[slot].isHandshaking = false
        // Whoever paused meanwhile meant the plaintext.
        if !connections[slot].wantsBytes { pauseReceiving(slot) }
    }

    /// Tells a client that speaks plain HTTP what this port is.
    ///
    /// It is ended when it ends its side, or by its service, to which it has not sent a byte.
    private mutating func refusePlain(_ slot: UInt32) {
        tls[connections[slot].tls].phase = .refused
        metrics.handshakesFailed += 1
        let answer: StaticString = """
            HTTP/1.1 400 Bad Request\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Length: 64\r
            Connection: close\r
            \r
            This is the https port: write https:// in front of the address.

            """
        // The answer fits an empty socket buffer; a client that is gone does not need it.
        let fd = connections[slot].fd
        unsafe backend.sendNow(
            fd,
            UnsafeRawBufferPointer(start: answer.utf8Start, count: answer.utf8CodeUnitCount)
        )
        backend.shutdown(fd, SHUT_WR)
    }

    // MARK: What goes

    /// Starts the next send of ciphertext, if none is in flight and there is something to send.
    mutating func pumpTLS(_ slot: UInt32) {
        let connection = connections[slot]
        guard connection.phase == .open, connection.sendOperation == Connection.none else { return }
        let index = connection.tls
        var list = SendList()
        let queued = takeQueued(index)
        if let queued { list.append(queued) }
        let isSending = tls[index].source != Connection.none && !tls[index].isEncrypted
        var fresh: Frame?
        if tls[index].phase == .open {
            if isSending {
                fresh = encrypt(index)
                if fresh == nil { tls[index].phase = .failed }
            } else if tls[index].source == Connection.none, tls[index].endsOutput {
                fresh = sayEnd(index)
            }
        }
        if let fresh { list.append(fresh) }
        if tls[index].phase == .failed {
            close(slot)
        } else if !list.isEmpty {
            startSend(slot, list)
        } else if tls[index].hasSaidEnd, !tls[index].hasEndedOutput {
            tls[index].hasEndedOutput = true
            backend.shutdown(connection.fd, SHUT_WR)
        }
        // Only now the send in flight has a share of its own in each frame.
        if let queued { frames.release(queued) }
        if let fresh { frames.release(fresh) }
    }

    /// Goes on when the kernel has taken a send; returns whether the service's own is done.
    mutating func continueTLS(_ slot: UInt32) -> Bool {
        let index = connections[slot].tls
        let isDone = tls[index].isEncrypted
        if isDone {
            releaseSend(tls[index].source)
            tls[index].source = Connection.none
            tls[index].isEncrypted = false
        }
        pumpTLS(slot)
        return isDone
    }

    /// Encrypts the next part of the service's send; `nil` when the session is broken.
    private mutating func encrypt(_ index: UInt32) -> Frame? {
        let session = tls[index].live
        let source = tls[index].source
        let frame = frames.make(capacity: TLSSession.capacity(for: sends[source]))
        unsafe tlsMemory.setOutput(frame.storage)
        defer { tlsMemory.clearOutput() }
        while let piece = unsafe sends[source].nextPiece {
            let room = tlsMemory.room - TLSSession.recordOverheadMax
            let wanted = min(piece.count, TLSSession.recordBytesMax)
            // A record that does not fit whole waits for the next send.
            if room < wanted { break }
            guard
                case .bytes(let count) = unsafe session.write(
                    UnsafeRawBufferPointer(rebasing: piece[..<wanted])
                )
            else {
                frames.release(frame)
                return nil
            }
            sends[source].advance(by: count)
        }
        tls[index].isEncrypted = sends[source].bytesLeft == 0
        frame.setContent(0..<tlsMemory.writtenCount)
        return frame
    }

    /// Writes our close_notify, once.
    private mutating func sayEnd(_ index: UInt32) -> Frame? {
        if tls[index].hasSaidEnd { return nil }
        tls[index].hasSaidEnd = true
        tls[index].live.endOutput()
        return keepOutput(index) ? takeQueued(index) : nil
    }

    /// Says what there is to say before a connection is closed, as far as the socket takes it.
    mutating func sayLastWords(_ slot: UInt32) {
        let connection = connections[slot]
        // In the middle of a send of ciphertext nothing can be said.
        guard connection.tls != Connection.none, connection.sendOperation == Connection.none else {
            return
        }
        let index = connection.tls
        if tls[index].phase == .open, !tls[index].hasSaidEnd {
            tls[index].hasSaidEnd = true
            tls[index].live.endOutput()
            _ = keepOutput(index)
        }
        guard let frame = takeQueued(index) else { return }
        unsafe backend.sendNow(connection.fd, frame.bytes)
        frames.release(frame)
    }

    /// Whether a connection that is being closed waits for what TLS itself has in flight, the
    /// tickets behind a handshake: a close_notify is to follow them.
    @inline(never)
    mutating func awaitLastWords(_ slot: UInt32) -> Bool {
        let connection = connections[slot]
        guard connection.tls != Connection.none, connection.sendOperation != Connection.none,
            tls[connection.tls].phase == .open, !tls[connection.tls].hasSaidEnd,
            tls[connection.tls].source == Connection.none
        else { return false }
        let timer = timers.reserve()
        tls[connection.tls].closing = timer
        let deadline = now + Limits.lastWordsNanoseconds
        return timers.arm(timer, at: deadline, .endClosing(connections.id(of: slot)))
    }

    /// Whether it does.
    func isAwaitingLastWords(_ slot: UInt32) -> Bool {
        let index = connections[slot].tls
        return index != Connection.none && tls[index].closing != nil
    }

    /// Says them, now that the kernel has taken what was in flight.
    mutating func endLastWords(_ slot: UInt32) {
        if isAwaitingLastWords(slot) { sayLastWords(slot) }
    }

    /// Ends the wait of a connection whose peer takes nothing.
    mutating func expireClosing(_ id: ConnectionID) {
        guard connections.isCurrent(id), connections[id.slot].tls != Connection.none else { return }
        tls[connections[id.slot].tls].closing = nil
        backend.shutdown(connections[id.slot].fd, SHUT_RDWR)
    }

    // MARK: Output that waits

    /// Takes what OpenSSL wrote on its own behalf; `false` when a peer that does not read makes it
    /// write too much.
    private mutating func keepOutput(_ index: UInt32) -> Bool {
        let added = tlsMemory.writtenCount
        if added == 0 { return true }
        tls[index].hasSpoken = true
        let old = takeQueued(index)
        let kept = old?.byteCount ?? 0
        let frame = frames.make(capacity: kept + added)
        unsafe frame.storage.copyMemory(
            from: old?.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0)
        )
        unsafe UnsafeMutableRawBufferPointer(rebasing: frame.storage[kept...]).copyMemory(
            from: tlsMemory.written
        )
        frame.setContent(0..<kept + added)
        tlsMemory.clearOutput()
        if let old { frames.release(old) }
        unsafe tls[index].queued = frame.header
        return kept + added <= Limits.handshakeBytesMax
    }

    private mutating func takeQueued(_ index: UInt32) -> Frame? {
        guard let header = unsafe tls[index].queued else { return nil }
        unsafe tls[index].queued = nil
        return unsafe Frame(header: header)
    }
}
