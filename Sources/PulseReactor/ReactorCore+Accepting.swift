import CIOUring
import Glibc

/// The listening sockets of one reactor, by slot and generation.
///
/// A slot is freed when the last completion of its accept has been seen, since each completion
/// before that carries a descriptor that somebody must own.
struct ListenerTable {
    private struct Slot {
        var generation: UInt32 = 0
        var listener: Listener?
    }

    private var slots: [Slot] = []

    mutating func add(_ listener: Listener) -> Token {
        let index = slots.firstIndex { $0.listener == nil } ?? slots.count
        if index == slots.count { slots.append(Slot()) }
        slots[index].listener = listener
        return token(UInt32(index))
    }

    mutating func remove(_ token: Token) {
        slots[Int(token.slot)].listener = nil
        slots[Int(token.slot)].generation =
            (slots[Int(token.slot)].generation &+ 1) & Token.generationMask
    }

    /// The tokens of the listeners, those that end among them.
    var tokens: [Token] {
        slots.indices.filter { slots[$0].listener != nil }.map { token(UInt32($0)) }
    }

    private func token(_ index: UInt32) -> Token {
        Token(.accept, slot: index, generation: slots[Int(index)].generation)
    }

    /// The listener that a token names, or `nil` when it is gone.
    subscript(token: Token) -> Listener? {
        get {
            let index = Int(token.slot)
            guard index < slots.count, slots[index].generation == token.generation else {
                return nil
            }
            return slots[index].listener
        }
        set {
            precondition(self[token] != nil, "a listener was changed that is gone")
            slots[Int(token.slot)].listener = newValue
        }
    }
}

extension ReactorCore {
    mutating func armAccept(_ token: Token) {
        guard let listener = listeners[token], !listener.isAccepting, !listener.isEnding else {
            return
        }
        listeners[token]?.isAccepting = true
        backend.accept(listener.fd, token)
    }

    /// Ends all listeners: the kernel refuses clients from here on.
    mutating func stopListening() {
        for token in listeners.tokens { stopListening(token) }
    }

    /// Ends the listeners of one address.
    mutating func stopListening(on address: SocketAddress) {
        for token in listeners.tokens where listeners[token]?.address == address {
            stopListening(token)
        }
    }

    private mutating func stopListening(_ token: Token) {
        guard let listener = listeners[token], !listener.isEnding else { return }
        listeners[token]?.isEnding = true
        // The descriptor itself stays open as long as the accept in flight names it.
        // An inherited socket is the manager's too, who goes on listening: who connects from now on
        // waits for the next server.
        if !listener.socket.isInherited {
            listener.socket.file?.remove()
            backend.shutdown(listener.fd, SHUT_RDWR)
        }
        if listener.isAccepting { backend.cancel(listener.fd, token) }
        finishListening(token)
    }

    /// Frees a listener that ends, once no accept is in flight.
    mutating func finishListening(_ token: Token) {
        guard let listener = listeners[token], listener.isEnding, !listener.isAccepting else {
            return
        }
        backend.close(listener.fd)
        listeners.remove(token)
    }

    /// Takes a fresh descriptor into the table, or closes it when there is no place for it.
    ///
    /// `refusal` is what the client is told then.
    mutating func adopt(
        _ fd: Int32,
        of peer: SocketAddress,
        for listener: Listener,
        refusal: StaticString?
    ) -> ConnectionID? {
        let network = listener.budget?.network(of: peer)
        do throws(ConnectionBudget.Refusal) {
            try takePlace(listener, network)
        } catch {
            switch error {
            case .full: metrics.refusedAtLimit += 1
            case .network: metrics.refusedForNetwork += 1
            }
            turnAway(fd, listener, refusal)
            return nil
        }
        // Answers and frames are whole when they are sent: waiting for more only delays them.
        SocketOption.set(fd, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        let id = connections.open(fd, service: listener.service)
        connections[id.slot].wantsBytes = true
        connections[id.slot].isCounted = listener.budget != nil
        note(network, of: id.slot)
        if let context = listener.tls, !beginTLS(id.slot, context, at: now) {
            metrics.refusedForMemory += 1
            backend.close(fd)
            givePlace(id.slot)
            connections.free(id.slot)
            return nil
        }
        metrics.accepted += 1
        return id
    }

    /// Takes a place in the budget and in the table.
    ///
    /// The budget comes first: it counts whom it refuses, and its limit is what was asked for.
    private func takePlace(
        _ listener: Listener,
        _ network: PeerNetwork?
    ) throws(ConnectionBudget.Refusal) {
        try listener.budget?.take(for: network)
        if connections.count < connectionsMax { return }
        listener.budget?.give(for: network)
        throw .full
    }

    /// Remembers what a connection counts against, beside the table: a broadcast does not ask.
    private mutating func note(_ network: PeerNetwork?, of slot: UInt32) {
        let slot = Int(slot)
        if slot >= networks.count {
            if network == nil { return }
            networks += Array(repeating: nil, count: slot + 1 - networks.count)
        }
        networks[slot] = network
    }

    /// Gives a connection's place back, if it has one.
    mutating func givePlace(_ slot: UInt32) {
        guard connections[slot].isCounted else { return }
        connections[slot].isCounted = false
        budget?.give(for: Int(slot) < networks.count ? networks[Int(slot)] : nil)
    }

    /// Closes the clients that wait although no descriptor is left for them.
    ///
    /// They would hang otherwise, until one is free or they give up.
    mutating func refuseWaiting(_ listener: Listener, refusal: StaticString?) {
        for _ in 0..<Limits.acceptsPerTurnMax where spare >= 0 {
            backend.close(spare)
            let fd = backend.acceptNow(listener.fd)
            if fd >= 0 {
                metrics.refusedForDescriptors += 1
                listener.budget?.noteRefused()
                turnAway(fd, listener, refusal)
            }
            spare = backend.openSpare()
            if fd < 0 { return }
        }
    }

    /// Closes a fresh connection, and says why where that can be done at once.
    ///
    /// Its send buffer is empty, so the words go in whole. What the client has said already is
    /// taken, or the close would be a reset that may overtake them. A client that expects TLS could
    /// not read them.
    private func turnAway(_ fd: Int32, _ listener: Listener, _ words: StaticString?) {
        defer { backend.close(fd) }
        guard listener.tls == nil, let words else { return }
        unsafe backend.sendNow(
            fd,
            UnsafeRawBufferPointer(start: words.utf8Start, count: words.utf8CodeUnitCount)
        )
        backend.shutdown(fd, SHUT_WR)
        unsafe withUnsafeTemporaryAllocation(
            byteCount: Limits.refusedBytesMax,
            alignment: 1
        ) { buffer in
            unsafe backend.receiveNow(fd, buffer)
        }
    }
}
