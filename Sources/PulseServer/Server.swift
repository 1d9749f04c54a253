package import Logging
package import PulseFleet
import PulseJSON
import PulseLogging
package import PulseReactor
import PulseWire

/// Everything that listens: the fleet's owner, the hub, the HTTP service and the ticks.
///
/// It lives on one shard. Its public methods take that shard, and the reactor calls the rest.
package final class Server {
    let configuration: ServerConfiguration
    let reactor: Reactor
    let log: Logger
    /// The state that it serves; only its shard may touch it.
    package let fleet: FleetOwner
    let assets: Assets
    private let startedAt = MonotonicTime.now()
    /// What /metrics says of the server as a whole.
    private(set) var totals = MetricsPage.Totals()
    /// The metrics on an address of their own, where that is asked for.
    private var metricsHTTP: HTTPService?
    private lazy var metricsEndpoint = MetricsEndpoint(self)
    let ingest: AgentIngest
    let tls: ServerTLS?
    private var local: LocalHost?
    private let remotes: Remotes
    private var ticks: TickClock
    var hub: Hub
    private(set) var http: HTTPService?
    private var isStopping = false
    /// Ticks missed since the last one that came in time.
    private var missedTicks: Int64 = 0

    /// Where the page's files come from.
    enum Assets {
        case embedded(AssetCatalog)
        case folder(AssetFolder)
    }

    /// Prepares a server; nothing listens yet.
    package init(
        _ configuration: ServerConfiguration,
        reactor: Reactor,
        log: Logger
    ) throws(ConfigurationError) {
        self.configuration = configuration
        self.reactor = reactor
        self.log = log
        if let path = configuration.assets {
            guard let folder = AssetFolder(path: path) else {
                throw ConfigurationError(
                    "--assets \(path): there is no readable index.html in that folder"
                )
            }
            assets = .folder(folder)
        } else {
            assets = .embedded(AssetCatalog())
        }
        tls = try ServerTLS(configuration)
        var random = SystemRandomNumberGenerator()
        fleet = FleetOwner(epoch: random.next())
        ingest = AgentIngest(fleet: fleet, tokens: configuration.agentTokens, log: log)
        remotes = Remotes(
            configuration.remotes,
            fleet: fleet,
            reactor: reactor,
            intervalMilliseconds: configuration.intervalMilliseconds,
            log: log
        )
        let wall = FleetTime.now().wallMilliseconds
        ticks = TickClock(
            intervalMilliseconds: configuration.intervalMilliseconds,
            now: .now(),
            wallMilliseconds: wall
        )
        hub = Hub(reactor: reactor, fleet: fleet, timestamp: wall)
    }

    /// Binds the addresses and returns them as they are: where 0 was asked for, with a port.
    ///
    /// Without configured addresses both loopbacks are taken, and a machine without IPv6 has one.
    package func listen() throws(ListenError) -> [SocketAddress] {
        let http = HTTPService(reactor: reactor, delegate: self, webSockets: self, log: log)
        self.http = http
        if !configuration.inherited.isEmpty { return try listenOnInherited(http) }
        let isDefault = configuration.listensByDefault
        let wanted =
            isDefault
            ? ServerConfiguration.defaultListen.compactMap { SocketAddress($0) }
            : configuration.listen
        var bound: [SocketAddress] = []
        for address in wanted {
            do throws(SystemError) {
                bound.append(
                    try reactor.listen(on: address, service: http, tls: context(for: address))
                )
            } catch {
                if isDefault, address.isIPv6, error.isWithoutIPv6 { continue }
                throw ListenError(address: address, cause: error)
            }
        }
        return bound
    }

    /// Binds the address of the metrics, if they have one of their own, and returns it.
    package func listenForMetrics() throws(ListenError) -> SocketAddress? {
        guard let address = configuration.metricsListen else { return nil }
        let service = HTTPService(reactor: reactor, delegate: metricsEndpoint, log: log)
        do throws(SystemError) {
            let bound = try reactor.listen(
                on: address,
                service: service,
                tls: context(for: address)
            )
            metricsHTTP = service
            return bound
        } catch {
            throw ListenError(address: address, cause: error)
        }
    }

    /// Listens on what the service manager has opened, and on nothing else.
    private func listenOnInherited(_ http: HTTPService) throws(ListenError) -> [SocketAddress] {
        var bound: [SocketAddress] = []
        for socket in configuration.inherited {
            do throws(SystemError) {
                bound.append(
                    try reactor.listen(
                        on: socket,
                        service: http,
                        tls: context(for: socket.address)
                    )
                )
            } catch {
                throw ListenError(address: socket.address, cause: error)
            }
        }
        return bound
    }

    /// What TLS is spoken with there: never on a unix socket, whose bytes stay on this machine.
    private func context(for address: SocketAddress) -> TLSContext? {
        address.isUnix ? nil : tls?.context
    }

    /// The scheme of the server's own addresses.
    var scheme: String { tls == nil ? "http" : "https" }

    /// An address that it listens on as people write it: `http://127.0.0.1:7655`.
    package func url(of address: SocketAddress) -> String {
        address.isUnix ? "\(address)" : "\(scheme)://\(address)"
    }

    /// SHA-256 of the certificate that the server made for itself, as AA:BB:….
    package var ownFingerprint: String? {
        tls.flatMap { $0.isSelfSigned ? $0.fingerprint : nil }
    }

    /// Runs the ticks and reads this machine until the task is cancelled.
    package func run(on shard: isolated Shard) async throws {
        // What everybody may read in a demo must not tell anything about this machine.
        let reader = configuration.isDemo ? nil : try startReadingThisMachine(on: shard)
        let watchers = [http, metricsHTTP].compactMap { $0 }.map { service in
            Task {
                await withTaskExecutorPreference(reactor) {
                    await self.watchConnections(of: service, on: shard)
                }
            }
        }
        let polls = remotes.start(on: shard)
        defer {
            for poll in polls { poll.cancel() }
            remotes.close(on: shard)
            reader?.cancel()
            for watcher in watchers { watcher.cancel() }
            http?.endWaiting()
            metricsHTTP?.endWaiting()
        }
        while !Task.isCancelled {
            try await shard.sleep(until: ticks.next)
            tick()
        }
    }

    private func startReadingThisMachine(
        on shard: isolated Shard
    ) throws -> Task<Void, Never> {
        let local = try LocalHost(
            fleet: fleet,
            reactor: reactor,
            intervalMilliseconds: configuration.intervalMilliseconds,
            log: log
        )
        self.local = local
        return Task {
            await withTaskExecutorPreference(reactor) {
                await self.readThisMachine(local, on: shard)
            }
        }
    }

    /// Reads this machine a little before each tick, so that the tick shows it fresh.
    private func readThisMachine(_ local: LocalHost, on shard: isolated Shard) async {
        let interval = UInt64(configuration.intervalMilliseconds) * 1_000_000
        let ahead = min(ServerLimits.collectAheadNanoseconds, interval / 4)
        // The processor's load is what happened since the collectors were made: give it a moment.
        try? await shard.sleep(until: .now() + ServerLimits.firstSampleNanoseconds)
        while !Task.isCancelled {
            let isFirst = local.identity == nil
            await local.report(on: shard)
            // Whoever has the page open already sees this machine now and not at the next tick.
            if isFirst { hub.tick(at: FleetTime.now().wallMilliseconds) }
            // The tick that this report was for may have passed meanwhile.
            var due = ticks.next
            while due.nanoseconds <= MonotonicTime.now().nanoseconds + ahead {
                due = due + interval
            }
            guard
                (try? await shard.sleep(
                    until: MonotonicTime(nanoseconds: due.nanoseconds - ahead)
                )) != nil
            else { return }
        }
    }

    // MARK: Ticks

    private func tick() {
        reactor.nameWork("a tick")
        let now = MonotonicTime.now()
        totals.ticks += 1
        totals.tickLag.add(now.nanoseconds(since: ticks.next))
        let timestamp = ticks.nextTimestamp
        fleet.expire(at: .now())
        hub.tick(at: timestamp)
        noteMissed(ticks.advance(now: now))
        if let jump = ticks.follow(
            now: now,
            wallMilliseconds: FleetTime.now().wallMilliseconds
        ) {
            log.notice("the wall clock jumped", metadata: ["milliseconds": "\(jump)"])
        }
    }

    /// Says when ticks begin to be missed, and when that is over.
    private func noteMissed(_ missed: Int64) {
        totals.ticksMissed += UInt64(missed)
        if missed > 0, missedTicks == 0 { log.warning("ticks are missed: the machine is too busy") }
        if missed == 0, missedTicks > 0 {
            log.notice("ticks are on time again", metadata: ["missed": "\(missedTicks)"])
        }
        missedTicks = missed == 0 ? 0 : missedTicks + missed
    }

    // MARK: Sweeps

    /// Ends what is late once a second, however rare the ticks are; sleeps while nobody is here.
    private func watchConnections(of service: HTTPService, on shard: isolated Shard) async {
        while !Task.isCancelled {
            await service.whenOccupied()
            let next = MonotonicTime.now() + ServerLimits.sweepNanoseconds
            guard (try? await shard.sleep(until: next)) != nil else { return }
            sweep(at: .now())
        }
    }

    /// Ends the connections whose time is up.
    func sweep(at now: MonotonicTime) {
        reactor.nameWork("the sweep of late connections")
        http?.sweep(at: now)
        metricsHTTP?.sweep(at: now)
        closeStalled(at: now)
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
            log.info("a dashboard that took nothing for a minute was closed")
            http?.metrics.webSocketsStalled += 1
            reactor.close(id)
        }
    }

    // MARK: Stopping

    /// Stops in order: no new connections, answers in work finished, WebSockets closed with 1001.
    ///
    /// Returns when the last connection is gone, after nine seconds at the latest.
    package func stop(on shard: isolated Shard) async {
        guard !isStopping, let http else { return }
        isStopping = true
        reactor.stopListening()
        http.stop()
        metricsHTTP?.stop()
        var open: [ConnectionID] = []
        hub.forEachClient { open.append($0.id) }
        for id in open { close(id, .goingAway, "the server stops") }
        let deadline = reactor.now + ServerLimits.shutdownNanoseconds
        let force = Task {
            await withTaskExecutorPreference(reactor) {
                if (try? await shard.sleep(until: deadline)) != nil { self.stopNow() }
            }
        }
        await http.whenEmpty()
        await metricsHTTP?.whenEmpty()
        force.cancel()
    }

    /// Ends everything at once, for those who ask twice.
    package func stopNow() {
        http?.closeAll()
        metricsHTTP?.closeAll()
    }

    /// Sends a close frame; the connection ends when it has been taken.
    private func close(_ id: ConnectionID, _ code: WebSocketCloseCode, _ reason: String) {
        close(id, frame: WebSocketControlFrame.close(code, reason: reason))
    }

    private func close(_ id: ConnectionID, frame: [UInt8]) {
        hub.send(id, control: frame, closing: true)
        if let session = http?.session(id) { http?.ignoreInput(session) }
    }

    // MARK: Facts for the routes

    /// Whether this machine has reported once and each remote was asked once.
    var isReady: Bool { (configuration.isDemo || ownIdentity != nil) && remotes.areTried }

    /// The identity under which this machine stands in the fleet, once it does.
    var ownIdentity: String? { local?.identity }

    /// Since the server was made.
    var uptimeNanoseconds: UInt64 { MonotonicTime.now().nanoseconds(since: startedAt) }
    var uptimeSeconds: UInt64 { uptimeNanoseconds / 1_000_000_000 }
}

// MARK: WebSockets

extension Server: HTTPDelegate, WebSocketDelegate {
    var webSocketPath: String { "/ws" }

    func opened(_ session: Session) {
        // Read first: the hub is being changed while the closure runs.
        let timestamp = hub.timestamp
        hub.add(session.id) { writer in
            fleet.encodeHello(
                ts: timestamp,
                version: pulseVersion,
                intervalMilliseconds: Int(configuration.intervalMilliseconds),
                demo: configuration.isDemo,
                into: &writer
            )
        }
        if isStopping { close(session.id, .goingAway, "the server stops") }
    }

    func received(_ session: Session, _ event: WebSocketEvent, _ payload: RawSpan) -> Bool {
        switch event {
        case .text: obey(session.id, payload)
        case .binary: close(session.id, .unsupportedData, "commands are text")
        case .ping: hub.send(session.id, control: WebSocketControlFrame.pong(payload))
        case .pong: break
        case .close(let code):
            close(session.id, frame: WebSocketControlFrame.close(code: code))
        }
        return hub.hasControlRoom(session.id)
    }

    func failed(_ session: Session, _ error: WebSocketError) {
        log.debug("a WebSocket was refused", metadata: ["why": "\(error.reason)"])
        close(session.id, error.closeCode, String(describing: error.reason))
    }

    func sent(_ session: Session) {
        hub.sent(session.id)
        if hub.isClosing(session.id) {
            if hub.isAtRest(session.id) { http?.drain(session) }
        } else if session.isHeld, hub.hasControlRoom(session.id) {
            http?.resume(session)
        }
    }

    func closed(_ session: Session) { hub.remove(session.id) }

    /// Does what a dashboard asks, or says why not.
    private func obey(_ id: ConnectionID, _ text: RawSpan) {
        do throws(CommandRefusal) {
            switch try DashboardCommand(text) {
            case .subscribe(let stream, let epoch, let generation):
                let resume = epoch == fleet.epochText ? generation : nil
                hub.subscribe(id, to: stream, after: resume)
            case .unsubscribe(let stream): hub.unsubscribe(id, from: stream)
            case .ping(let number):
                hub.reply(id) { writer in
                    writer.fragment("{\"type\":\"pong\",\"id\":")
                    if let number { writer.int(number) } else { writer.null() }
                    writer.fragment("}")
                }
            }
        } catch {
            hub.reply(id) { writer in
                writer.fragment("{\"type\":\"error\",\"code\":")
                writer.string(error.code)
                writer.fragment(",\"message\":")
                writer.string(error.message)
                writer.fragment("}")
            }
        }
    }
}
