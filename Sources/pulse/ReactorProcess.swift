import Glibc
import Logging
import PulseLogging
import PulseReactor
import Synchronization

/// What a process does until a signal ends it.
protocol ProcessService: AnyObject {
    /// Works until the task is cancelled.
    func run(on shard: isolated Shard) async throws
    /// Comes to an end in order.
    func stop(on shard: isolated Shard) async
    /// Ends at once, for those who ask twice.
    func stopNow()
    /// Reads again what it can, as SIGHUP asks.
    func reload(on shard: isolated Shard)
}

extension ProcessService {
    /// Most have nothing to read: SIGHUP ends them.
    func reload(on shard: isolated Shard) {}
}

/// One process: the reactor on the main thread, and the signals that end it.
struct ReactorProcess {
    let io: IOChoice
    let connectionsMax: Int
    let log: Logger
    /// Whether turns that take too long are logged: a load generator says how idle it was instead.
    var reportsSlowTurns = true
    /// Whether SIGHUP is for the service, and does not end the process.
    var reloads = false

    private var signalNumbers: [Int32] { reloads ? [SIGINT, SIGTERM, SIGHUP] : [SIGINT, SIGTERM] }

    /// Makes the service on its shard, and runs it until SIGINT or SIGTERM.
    func run(_ make: @Sendable (isolated Shard) throws -> any ProcessService) throws {
        Signals.block(signalNumbers)
        let reactor = try Reactor(io: io, connectionsMax: connectionsMax)
        if let cause = reactor.fallbackCause {
            log.notice("running on epoll, because \(cause)")
        }
        var slowTurns = SlowTurnLog(log)
        if reportsSlowTurns { reactor.onSlowTurn = { slowTurns.note($0, at: .now()) } }
        let shard = Shard(reactor)
        let outcome = Outcome()
        try shard.assumeIsolated { shard in
            // The signals are waited for before anybody is told that all is ready.
            let signals = try Signals(signalNumbers)
            start(try make(shard), signals, outcome, on: shard)
        }
        try reactor.run()
        if let error = outcome.error.withLock({ $0 }) { throw error }
    }

    /// How the service's tasks ended.
    private final class Outcome: Sendable {
        let error = Mutex<(any Error)?>(nil)
    }

    /// Starts the tasks that run on the shard until a signal ends them.
    private func start(
        _ service: any ProcessService,
        _ signals: Signals,
        _ outcome: Outcome,
        on shard: isolated Shard
    ) {
        let reactor = shard.reactor
        let running = Task {
            await withTaskExecutorPreference(reactor) {
                await run(service, outcome, on: shard)
            }
        }
        Task {
            await withTaskExecutorPreference(reactor) {
                await stopAtSignal(service, signals, running, on: shard)
            }
        }
    }

    private func run(
        _ service: any ProcessService,
        _ outcome: Outcome,
        on shard: isolated Shard
    ) async {
        do {
            try await service.run(on: shard)
        } catch is CancellationError {
            return
        } catch {
            outcome.error.withLock { $0 = error }
            shard.reactor.stop()
        }
    }

    /// The next signal that ends the process, or `nil` when nobody waits any more.
    private func nextEnd(
        _ service: (any ProcessService)?,
        _ signals: Signals,
        on shard: isolated Shard
    ) async -> Int32? {
        while let signal = try? await signals.next(on: shard) {
            if signal != SIGHUP { return signal }
            service?.reload(on: shard)
        }
        return nil
    }

    /// Waits for a signal and stops in order; a second signal ends everything at once.
    private func stopAtSignal(
        _ service: any ProcessService,
        _ signals: Signals,
        _ running: Task<Void, Never>,
        on shard: isolated Shard
    ) async {
        guard let signal = await nextEnd(service, signals, on: shard) else { return }
        log.info("stopping", metadata: ["signal": signal == SIGINT ? "SIGINT" : "SIGTERM"])
        let reactor = shard.reactor
        let second = Task {
            await withTaskExecutorPreference(reactor) {
                if await self.nextEnd(nil, signals, on: shard) != nil { service.stopNow() }
            }
        }
        await service.stop(on: shard)
        running.cancel()
        second.cancel()
        log.info("stopped")
        reactor.stop()
    }
}

extension Logger {
    /// A log on standard error.
    static func standardError(_ level: Level, _ format: LogFormat) -> Logger {
        Logger(label: "pulse") { _ in StandardErrorLogHandler(level: level, format: format) }
    }

    /// The same log, which says what is asked for whatever the level is.
    ///
    /// It is for the lines that people, scripts and tests wait for.
    var alwaysInformative: Logger {
        var log = self
        log.logLevel = min(log.logLevel, .info)
        return log
    }
}
