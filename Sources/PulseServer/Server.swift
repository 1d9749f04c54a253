package import Logging
package import PulseFleet
import PulseJSON
import PulseLogging
package import PulseReactor

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
    /// Ticks missed since the last one that came in time.
    private var missedTicks: Int64 = 0

    /// Prepares a server; nothing listens yet.
    package init(
        _ configuration: ServerConfiguration,
        reactor: Reactor,
        log: Logger
    ) throws(ConfigurationError) {
        self.configuration = configuration
        self.reactor = reactor
        self.log = log
        var random = SystemRandomNumberGenerator()
        fleet = FleetOwner(epoch: random.next())
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
        first = ShardServer(setup, reactor: reactor, origin: origin, timestamp: wall)
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
        let isDefault = configuration.listensByDefault
        let wanted =
            isDefault
            ? ServerConfiguration.defaultListen.compactMap { SocketAddress($0) }
            : configuration.listen
        let context = try setup.tls?.makeContext()
        var bound: [SocketAddress] = []
        for address in wanted {
            do throws(SystemError) {
                bound.append(
                    try first.listen(
                        on: address,
                        tls: context,
                        sharing: configuration.threads > 1 ? .first : .alone
                    )
                )
            } catch {
                if isDefault, address.isIPv6, error.isWithoutIPv6 { continue }
                throw ListenError(address: address, cause: error)
            }
        }
        try shards.start(configuration.threads - 1, setup, on: bound)
        return bound
    }

    /// The scheme of the server's own addresses.
    package var scheme: String { setup.scheme }

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
        let polls = remotes.start(on: shard)
        defer {
            for poll in polls { poll.cancel() }
            remotes.close(on: shard)
            reader?.cancel()
            watcher.cancel()
            first.endWaiting()
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
        let timestamp = ticks.nextTimestamp
        fleet.expire(at: .now())
        tick(at: timestamp)
        noteMissed(ticks.advance(now: now))
        if let jump = ticks.follow(
            now: now,
            wallMilliseconds: FleetTime.now().wallMilliseconds
        ) {
            log.notice("the wall clock jumped", metadata: ["milliseconds": "\(jump)"])
        }
        connectionLimit.look()
    }

    /// Makes a tick: encodes each changed stream that somebody watches, once, and gives it to the
    /// hubs of all shards.
    func tick(at timestamp: Int64) {
        publisher.publish(at: timestamp)
        desk.forgetStates()
        // The others first: what they send goes out while this shard serves its own clients.
        shards.postTick()
        let deltas = publisher.deltas(for: OwnOrigin.shard)
        for delta in deltas { reactor.retain(delta.frame) }
        first.hub.take(
            StreamTick(
                timestamp: timestamp,
                generations: publisher.generations,
                deltas: deltas
            )
        )
    }

    /// Says when ticks begin to be missed, and when that is over.
    private func noteMissed(_ missed: Int64) {
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
    /// latest, and the other threads have ended.
    package func stop(on shard: isolated Shard) async {
        if first.isStopping { return }
        shards.stop()
        await first.stop(on: shard)
        await shards.whenEnded()
    }

    /// Ends everything at once, for those who ask twice.
    package func stopNow() {
        shards.closeAll()
        first.closeAll()
    }
}
