// Listening, connecting, and what a service asks for one connection.
extension Reactor {
    /// Listens on an address; what connects there is the service's, which the reactor keeps.
    ///
    /// With `tls` the service still sees plaintext only; a client has no more time for its
    /// handshake than the service gives it for its first byte. The listeners of a reactor that have
    /// a budget have the same one. Returns the address with the port that the kernel chose when 0
    /// was asked for.
    package func listen(
        on address: SocketAddress,
        service: any ConnectionService,
        tls: TLSContext? = nil,
        sharing: PortSharing = .alone,
        budget: ConnectionBudget? = nil
    ) throws(SystemError) -> SocketAddress {
        let service = index(of: service)
        let socket = try core.backend.listen(on: address, sharing: sharing)
        return add(Listener(socket, service: service, tls: tls, budget: budget))
    }

    /// Listens on a socket that the process was started with, which is the reactor's from here on.
    ///
    /// Returns its address.
    package func listen(
        on socket: InheritedSocket,
        service: any ConnectionService,
        tls: TLSContext? = nil,
        budget: ConnectionBudget? = nil
    ) throws(SystemError) -> SocketAddress {
        let service = index(of: service)
        return add(Listener(try .inherited(socket), service: service, tls: tls, budget: budget))
    }

    private func add(_ listener: Listener) -> SocketAddress {
        if let budget = listener.budget {
            precondition(core.budget.map { $0 === budget } ?? true, "a reactor has one budget")
            core.budget = budget
        }
        core.armAccept(core.listeners.add(listener))
        return listener.address
    }

    /// Connects to an address; `connected` or `connectFailed` follows, or `closed` alone when it is
    /// closed or a send of its handshake fails before.
    ///
    /// With `tls` the service sees plaintext only, and is told when the handshake is done; where
    /// it `resumes`, it goes on with the keys of the context's newest session.
    ///
    /// A client of many connections gives each some thousand of them a `source` of their own, since
    /// an address has no more ports than that. Until it is connected the name can be closed and
    /// nothing else. One that takes longer than `nanoseconds` fails with ETIMEDOUT; the kernel's
    /// own limit is minutes. A handshake of TLS behind it is the service's to limit.
    package func connect(
        to address: SocketAddress,
        from source: SocketAddress? = nil,
        within nanoseconds: UInt64 = Limits.connectNanoseconds,
        service: any ConnectionService,
        tls: TLSClientContext? = nil,
        resumes: Bool = false
    ) throws(SystemError) -> ConnectionID {
        let id = try core.connect(
            to: address,
            from: source,
            service: index(of: service),
            tls: tls,
            resumes: resumes
        )
        core.limitConnect(id, until: .now() + nanoseconds)
        return id
    }

    /// Closes every listening socket; the open connections go on.
    ///
    /// Clients that the service has not been told of are reset or closed.
    package func stopListening() { core.stopListening() }

    /// Closes the listening socket of one address, in the form in which `listen` returned it.
    ///
    /// Its connections go on, and the address can be listened on again at once.
    package func stopListening(on address: SocketAddress) { core.stopListening(on: address) }

    /// Starts the connection's one send; frames in the list are held until it has completed.
    ///
    /// The caller waits for `sent` before the next one. Bytes for a connection that is closing are
    /// dropped, since `closed` is still on its way to whoever sends them.
    @inline(never)
    package func send(_ id: ConnectionID, _ list: SendList) {
        precondition(core.connections.isCurrent(id), "bytes for a connection that is gone")
        if core.connections.isOpen(id) { core.send(id.slot, list) }
    }

    /// Whether the connection can be used.
    @inline(never)
    package func isOpen(_ id: ConnectionID) -> Bool {
        core.connections.isOpen(id) && !core.isGreeting(id.slot)
    }

    /// Whether a send is in flight.
    @inline(never)
    package func isSending(_ id: ConnectionID) -> Bool {
        core.connections.isCurrent(id) && core.isSending(id.slot)
    }

    /// Stops taking bytes from a connection; those already taken still arrive.
    package func pauseReceiving(_ id: ConnectionID) {
        if core.connections.isOpen(id) { core.pauseReceiving(id.slot) }
    }

    /// Takes bytes again.
    package func resumeReceiving(_ id: ConnectionID) {
        if core.connections.isOpen(id) { core.resumeReceiving(id.slot) }
    }

    /// Says to the peer that nothing more comes (FIN); its own bytes are still taken.
    package func endOutput(_ id: ConnectionID) {
        if core.connections.isOpen(id) { core.endOutput(id.slot) }
    }

    /// Ends a connection at once; `closed` follows after the caller has returned, when the kernel
    /// has let go of its memory.
    package func close(_ id: ConnectionID) {
        guard core.connections.isLive(id) else { return }
        if core.connections.isOpen(id) { core.metrics.closedByService += 1 }
        core.close(id.slot)
    }

    /// Ends a connection by a reset.
    ///
    /// For a peer that takes nothing: the kernel would keep for minutes what an orderly end leaves
    /// to be sent, and could not even say that it is the end.
    package func abort(_ id: ConnectionID) {
        guard core.connections.isOpen(id) else { return close(id) }
        core.backend.dropAtClose(core.connections[id.slot].fd)
        core.metrics.closedByService += 1
        core.close(id.slot, isOrderly: false)
    }

    /// A number that changes whenever the peer's host takes bytes of what is being sent to it.
    package func progressMark(_ id: ConnectionID) -> UInt64 {
        core.connections.isOpen(id) ? core.progressMark(id.slot) : 0
    }

    /// What the TLS handshakes of those who connect may cost.
    package var handshakeLimits: HandshakeLimits {
        get { core.handshakes.limits }
        set { core.handshakes.limits = newValue }
    }

    /// Open and closing connections.
    package var connectionCount: Int { core.connections.count }

    /// Slots of connections are below this.
    package var connectionSlotEnd: UInt32 { core.connections.slotEnd }
}
