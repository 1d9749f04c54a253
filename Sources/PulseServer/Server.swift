package import Logging
package import PulseFleet
import PulseJSON
import PulseLogging
package import PulseReactor
package import PulseStore

/// The fleet's owner, its ticks and monitors, and the servers of all shards.
///
/// It lives on the first shard. Its public methods take that shard, and the reactor calls the rest.
/// What listens is a `ShardServer`: one here, and one on each further thread (`ShardThread`).
package final class Server {
    let configuration: ServerConfiguration
    let reactor: Reactor
    let log: Logger
    /// The state that it serves; only its shard may touch it.
    package let fleet: FleetOwner
    let setup: ShardSetup
    let publisher: Publisher
    let desk: FleetDesk
    /// What listens on this shard.
    let first: ShardServer
    private var local: LocalHost?
    private let remotes: Remotes
    private var ticks: TickClock
    let shards: FurtherShards
    private var connectionLimit: ConnectionLimitLog
    /// The metrics on an address of their own, where that is asked for.
    private var metrics: MetricsServer?
    /// What /metrics says of the server as a whole.
    private var totals = MetricsPage.Totals()
    /// Ticks missed since the last one that came in time.
    private var missedTicks: Int64 = 0

    /// What keeps the history over a restart, if there is a folder for it.
    private let history: HistoryKeeping?

    /// Prepares a server; nothing listens yet.
    ///
    /// What an earlier run has kept in `data` is read.
    package init(
        _ configuration: ServerConfiguration,
        data: DataFolder? = nil,
        reactor: Reactor,
        log: Logger
    ) throws {
        self.configuration = configuration
        self.reactor = reactor
        self.log = log
        var random = SystemRandomNumberGenerator()
        fleet = FleetOwner(epoch: random.next())
        history = try data.map { [fleet] in try HistoryKeeping(in: $0, of: fleet, log: log) }
        history?.restore()
        setup = try ShardSetup(configuration, epochText: fleet.epochText, reactor, log)
        let wall = setup.wallMilliseconds
        publisher = Publisher(
            reactor: reactor,
            fleet: fleet,
            timestamp: wall,
            deflating: setup.deflatingClients
        )
        remotes = Remotes(
            configuration.remotes,
            fleet: fleet,
            reactor: reactor,
            intervalMilliseconds: configuration.intervalMilliseconds,
            log: log
        )
        desk = FleetDesk(
            fleet: fleet,
            publisher: publisher,
            remotes: remotes,
            isDemo: configuration.isDemo,
            log: log
        )
        let origin = OwnOrigin(desk, reactor: reactor)
        first = ShardServer(
            setup,
            number: OwnOrigin.shard,
            reactor: reactor,
            origin: origin,
            timestamp: wall
        )
        ticks = TickClock(
            intervalMilliseconds: configuration.intervalMilliseconds,
            now: .now(),
            wallMilliseconds: wall
        )
        shards = FurtherShards(desk, reactor: reactor, log: log)
        connectionLimit = ConnectionLimitLog(setup.budget, log)
    }

    /// Binds the addresses on all shards; when it returns every thread listens.
    ///
    /// Returns them as they are: where 0 was asked for, with a port. Without configured addresses
    /// both loopbacks are taken, and a machine without IPv6 has one.
    package func listen() throws -> [SocketAddress] {
        let context = try setup.tls?.makeContext()
        if !configuration.inherited.isEmpty {
            let bound = try listenOnInherited(tls: context)
            try shards.start(configuration.threads - 1, setup, on: [])
            return bound
        }
        let isDefault = configuration.listensByDefault
        let wanted =
            isDefault
            ? ServerConfiguration.defaultListen.compactMap { SocketAddress($0) }
            : configuration.listen
        var bound: [SocketAddress] = []
        for address in wanted {
            do throws(SystemError) {
                bound.append(
                    try first.listen(
                        on: address,
                        tls: address.isUnix ? nil : context,
                        sharing: configuration.threads > 1 ? .first : .alone
                    )
                )
            } catch {
                if isDefault, address.isIPv6, error.isWithoutIPv6 { continue }
                throw ListenError(address: address, cause: error)
            }
        }
        // The kernel shares ports among sockets, but not the file of a unix socket.
        try shards.start(configuration.threads - 1, setup, on: bound.filter { !$0.isUnix })
        return bound
    }

    /// Listens on what the service manager has opened, and on nothing else; on this shard alone,
    /// since such a socket is one queue.
    private func listenOnInherited(tls: TLSContext?) throws(ListenError) -> [SocketAddress] {
        var bound: [SocketAddress] = []
        for socket in configuration.inherited {
            do throws(SystemError) {
                let context = socket.address.isUnix ? nil : tls
                bound.append(try first.listen(on: socket, tls: context))
            } catch {
                throw ListenError(address: socket.address, cause: error)
            }
        }
        return bound
    }

    /// Binds the address of the metrics, if they have one of their own, and returns it.
    package func listenForMetrics() throws -> SocketAddress? {
        guard let address = configuration.metricsListen else { return nil }
        let server = MetricsServer(first)
        metrics = server
        let context = address.isUnix ? nil : try setup.tls?.makeContext()
        do throws(SystemError) {
            return try server.listen(on: address, tls: context)
        } catch {
            throw ListenError(address: address, cause: error)
        }
    }

    /// An address that it listens on as people write it: `http://127.0.0.1:7655`.
    ///
    /// On a unix socket no TLS is spoken: its bytes stay on this machine.
    package func url(of address: SocketAddress) -> String {
        address.isUnix ? "\(address)" : "\(setup.scheme)://\(address)"
    }

    /// SHA-256 of the certificate that the server made for itself, as AA:BB:….
    package var ownFingerprint: String? {
        setup.tls?.ownFingerprint.map { "\($0)" }
    }

    /// Runs the ticks and reads this machine until the task is cancelled.
    package func run(on shard: isolated Shard) async throws {
        // What everybody may read in a demo must not tell anything about this machine.
        let reader = configuration.isDemo ? nil : try startReadingThisMachine(on: shard)
        let watcher = Task {
            await withTaskExecutorPreference(reactor) {
                await self.first.watchConnections(on: shard)
            }
        }
        let metricsWatcher = Task {
            await withTaskExecutorPreference(reactor) {
                await self.metrics?.watchConnections(on: shard)
            }
        }
        let certificateWatcher = Task {
            await withTaskExecutorPreference(reactor) { await self.watchCertificate(on: shard) }
        }
        let historyKeeper = Task {
            await withTaskExecutorPreference(reactor) { await self.history?.run(on: shard) }
        }
        let polls = remotes.start(on: shard)
        defer {
            historyKeeper.cancel()
            certificateWatcher.cancel()
            for poll in polls { poll.cancel() }
            remotes.close(on: shard)
            reader?.cancel()
            watcher.cancel()
            metricsWatcher.cancel()
            first.endWaiting()
            metrics?.http?.endWaiting()
        }
        while !Task.isCancelled {
            try await shard.sleep(until: ticks.next)
            if let failure = shards.failure {
                // The clients of the other threads are told.
                await stop(on: shard)
                throw failure
            }
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
            desk.ownIdentity = local.identity
            // Whoever has the page open already sees this machine now and not at the next tick.
            if isFirst { tick(at: FleetTime.now().wallMilliseconds) }
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
        let now = MonotonicTime.now()
        totals.ticks += 1
        totals.tickLag.add(now.nanoseconds(since: ticks.next))
        let timestamp = ticks.nextTimestamp
        fleet.expire(at: .now())
        // Before the tick, which shows the totals.
        noteMissed(ticks.advance(now: now))
        tick(at: timestamp)
        if let jump = ticks.follow(
            now: now,
            wallMilliseconds: FleetTime.now().wallMilliseconds
        ) {
            log.notice("the wall clock jumped", metadata: ["milliseconds": "\(jump)"])
            if abs(jump) >= ServerLimits.historyJumpMilliseconds, fleet.forgetRestoredHistory() {
                log.notice("the history from before the start is forgotten: its time is not known")
            }
        }
        connectionLimit.look()
        first.noteMetrics()
    }

    /// Makes a tick: encodes each changed stream that somebody watches, once, and gives it to the
    /// hubs of all shards.
    func tick(at timestamp: Int64) {
        reactor.nameWork("a tick")
        publisher.publish(at: timestamp)
        // Before anybody has it: who was told of a delta finds it among those that were encoded.
        totals.encoded = publisher.counts
        totals.deflate = publisher.twins.figures
        totals.history = history?.figures
        setup.board.note(totals)
        desk.forgetStates()
        // The others first: what they send goes out while this shard serves its own clients.
        shards.postTick()
        let deltas = publisher.deltas(for: OwnOrigin.shard)
        for delta in deltas { reactor.retain(delta.frame) }
        first.hub.take(
            StreamTick(
                timestamp: timestamp,
                generations: publisher.generations,
                deltas: deltas,
                parts: publisher.places(for: OwnOrigin.shard)
            )
        )
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

    // MARK: Stopping

    /// Stops in order: no new connections, answers in work finished, WebSockets closed with 1001.
    ///
    /// Returns when the last connection of the last shard is gone, after nine seconds at the
    /// latest, the other threads have ended, and the recent history is written.
    package func stop(on shard: isolated Shard) async {
        if first.isStopping { return }
        let reactor = reactor
        let deadline = reactor.now + ServerLimits.lastHistorySaveNanoseconds
        let lastSave = Task {
            await withTaskExecutorPreference(reactor) {
                await self.history?.end(until: deadline, on: shard)
            }
        }
        shards.stop()
        // A scrape in work is not waited for: it can be had again.
        metrics?.http?.closeAll()
        await first.stop(on: shard)
        await shards.whenEnded()
        await lastSave.value
    }

    /// Ends everything at once, for those who ask twice.
    package func stopNow() {
        history?.giveUp()
        shards.closeAll()
        metrics?.http?.closeAll()
        first.closeAll()
    }
}
