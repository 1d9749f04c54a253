// Handshakes that wait for their turn. What came for one is kept, and its socket is not read
// meanwhile: a connection that shakes hands receives once at a time.
extension ReactorCore {
    /// Whether bytes that came for a connection over TLS are dealt with now.
    ///
    /// Otherwise they are kept until `nextHandshake` gives them out, or the connection is closed.
    mutating func admits(_ id: ConnectionID, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard isServersHandshake(id.slot) else { return true }
        let index = connections[id.slot].tls
        // What is no handshake is refused at no cost.
        if tls[index].phase == .fresh, unsafe bytes.first != TLSSession.handshakeRecord {
            return true
        }
        let isFresh = !tls[index].hasSpoken
        switch handshakes.admit(id, isFresh: isFresh, byteCount: bytes.count, at: now) {
        case .now: return true
        case .later:
            precondition(!isHeld(id.slot), "bytes came of a client that was not to be read")
            metrics.handshakesDelayed += 1
            let frame = frames.make(capacity: bytes.count)
            unsafe frame.storage.copyMemory(from: bytes)
            frame.setContent(0..<bytes.count)
            unsafe tls[index].held = frame.header
        case .never:
            metrics.handshakesRefused += 1
            close(id.slot)
        }
        return false
    }

    /// Whether the connection is a client's of ours that has not ended its handshake.
    func isServersHandshake(_ slot: UInt32) -> Bool {
        let connection = connections[slot]
        guard connection.isHandshaking else { return false }
        return !tls[connection.tls].isClient && tls[connection.tls].phase != .refused
    }

    /// Whether what came for the connection waits, and no more is to be taken.
    func isHeld(_ slot: UInt32) -> Bool {
        let connection = connections[slot]
        guard connection.isHandshaking else { return false }
        return unsafe tls[connection.tls].held != nil
    }

    /// The next connection whose handshake goes on, and what came for it: the caller's frame.
    ///
    /// Nobody has looked at the sockets of those that wait: who has left meanwhile is closed here,
    /// for a poll in place of the step that is dear.
    mutating func nextHandshake() -> (id: ConnectionID, frame: Frame)? {
        while let id = handshakes.next(at: .now()) {
            // One that was closed meanwhile has given its bytes back.
            guard connections.isOpen(id), let frame = takeHeld(connections[id.slot].tls) else {
                continue
            }
            guard !backend.peerHasEnded(connections[id.slot].fd) else {
                frames.release(frame)
                metrics.closedByError += 1
                close(id.slot)
                continue
            }
            return (id, frame)
        }
        return nil
    }

    /// Takes the time of a step that has begun at `startedAt`.
    mutating func noteHandshake(since startedAt: MonotonicTime) {
        let now = MonotonicTime.now()
        handshakes.note(nanoseconds: now.nanoseconds(since: startedAt), at: now)
    }

    /// Takes what is kept of a connection that waits.
    mutating func takeHeld(_ index: UInt32) -> Frame? {
        guard let header = unsafe tls[index].held else { return nil }
        unsafe tls[index].held = nil
        let frame = unsafe Frame(header: header)
        handshakes.release(byteCount: frame.byteCount)
        return frame
    }
}
