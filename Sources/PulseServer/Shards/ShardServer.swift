import Logging
import PulseFleet
import PulseLogging
import PulseReactor
import PulseWire

/// Everything that listens on one reactor: its HTTP service, its hub, and what watches over both.
///
/// A connection lives and dies on the reactor that accepted it. What needs the fleet is asked of
/// the origin; on the fleet's own shard the answer comes at once, elsewhere by a letter.
final class ShardServer {
    let setup: ShardSetup
    /// Which of the shards it serves; the fleet's own is 0.
    let number: Int
    let reactor: Reactor
    let origin: any ShardOrigin
    let ingest: AgentIngest
    var hub: Hub
    private(set) var http: HTTPService?
    private(set) var isStopping = false
    private var refusedHandshakes = RefusedHandshakes()

    var log: Logger { setup.log }
    var configuration: ServerConfiguration { setup.configuration }

    init(
        _ setup: ShardSetup,
        number: Int,
        reactor: Reactor,
        origin: any ShardOrigin,
        timestamp: Int64
    ) {
        self.setup = setup
        self.number = number
        self.reactor = reactor
        self.origin = origin
        ingest = AgentIngest(tokens: setup.configuration.agentTokens, log: setup.log)
        hub = Hub(
            reactor: reactor,
            origin: origin,
            timestamp: timestamp,
            pastSnapshotBytesMax: ServerLimits.pastSnapshotBytesMax(
                shardCount: setup.configuration.threads
            )
        )
        http = nil
        http = HTTPService(
            reactor: reactor,
            delegate: self,
            webSockets: self,
            proxies: setup.configuration.trustedProxies,
            basePath: setup.configuration.basePath,
            budget: setup.budget,
            log: setup.log
        )
    }

    /// Binds an address; see `Reactor.listen`.
    func listen(
        on address: SocketAddress,
        tls: TLSContext?,
        sharing: PortSharing
    ) throws(SystemError) -> SocketAddress {
        guard let http else { preconditionFailure("a shard's server has its HTTP service") }
        return try reactor.listen(
            on: address,
            service: http,
            tls: tls,
            sharing: sharing,
            budget: setup.budget
        )
    }

    /// Listens on a socket that the process was started with.
    func listen(
        on socket: InheritedSocket,
        tls: TLSContext?
    ) throws(SystemError) -> SocketAddress {
        guard let http else { preconditionFailure("a shard's server has its HTTP service") }
        return try reactor.listen(on: socket, service: http, tls: tls, budget: setup.budget)
    }

    // MARK: Sweeps

    /// Ends what is late once a second, however rare the ticks are; sleeps while nobody is here.
    func watchConnections(on shard: isolated Shard) async {
        while !Task.isCancelled {
            await http?.whenOccupied()
            let next = MonotonicTime.now() + ServerLimits.sweepNanoseconds
            guard (try? await shard.sleep(until: next)) != nil else { return }
            sweep(at: .now())
        }
    }

    /// Ends the connections whose time is up.
    func sweep(at now: MonotonicTime) {
        reactor.nameWork("the sweep of late connections")
        http?.sweep(at: now)
        closeStalled(at: now)
        closeSilent(at: now)
        noteRefusedHandshakes(at: now)
    }

    /// Says that clients come faster over TLS than they can be let in, and what helps.
    private func noteRefusedHandshakes(at now: MonotonicTime) {
        let refused = reactor.metrics.handshakesRefused
        guard let count = refusedHandshakes.look(refused, at: now) else { return }
        log.warning(
            """
            TLS handshakes were refused: more clients come anew than can be let in; a key on P-256 \
            costs least, --threads spreads them, and clients should keep their connections
            """,
            metadata: ["refused": "\(count)", "thread": "\(number)"]
        )
    }

    /// Closes dashboards that have taken no byte for a minute.
    private func closeStalled(at now: MonotonicTime) {
        var progressed: [(ConnectionID, UInt64)] = []
        var stalled: [ConnectionID] = []
        hub.forEachClient { client in
            guard client.isSending else { return }
            let mark = reactor.progressMark(client.id)
            if mark != client.progressMark {
                progressed.append((client.id, mark))
            } else if now.nanoseconds(since: client.progressAt) >= ServerLimits.stallNanoseconds {
                stalled.append(client.id)
            }
        }
        for (id, mark) in progressed { hub.noteProgress(id, mark: mark, at: now) }
        for id in stalled {
            log.info(
                "a dashboard that took nothing for a minute was closed",
                metadata: client(of: id)
            )
            http?.metrics.webSocketsStalled += 1
            reactor.abort(id)
        }
    }

    /// Asks dashboards of which nothing was heard for a while whether they are there, and closes
    /// those that do not say so.
    private func closeSilent(at now: MonotonicTime) {
        for id in hub.askSilent(at: now) {
            log.info(
                "a dashboard that had not answered a ping for a minute was closed",
                metadata: client(of: id)
            )
            http?.metrics.webSocketsSilent += 1
            reactor.abort(id)
        }
    }

    /// Whose connection it is, for the log.
    private func client(of id: ConnectionID) -> Logger.Metadata {
        guard let session = http?.session(id) else { return [:] }
        return ["client": "\(session.client.hostText)"]
    }

    // MARK: Stopping

    /// Stops in order: no new connections, answers in work finished, WebSockets closed with 1001.
    ///
    /// Returns when the last connection is gone, after nine seconds at the latest.
    func stop(on shard: isolated Shard) async {
        guard !isStopping, let http else { return }
        isStopping = true
        reactor.stopListening()
        http.stop()
        var open: [ConnectionID] = []
        hub.forEachClient { open.append($0.id) }
        for id in open { close(id, .goingAway, "the server stops") }
        let deadline = reactor.now + ServerLimits.shutdownNanoseconds
        let force = Task {
            await withTaskExecutorPreference(reactor) {
                if (try? await shard.sleep(until: deadline)) != nil { http.closeAll() }
            }
        }
        await http.whenEmpty()
        force.cancel()
    }

    /// Ends every connection at once.
    func closeAll() { http?.closeAll() }

    /// Lets go who waits for a connection.
    func endWaiting() { http?.endWaiting() }
}
