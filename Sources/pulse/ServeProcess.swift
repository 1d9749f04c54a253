import Glibc
import Logging
import PulseLogging
import PulseReactor
import PulseServer
import Synchronization

/// One process that serves: the reactor on the main thread, and the signals that end it.
struct ServeProcess {
    private let configuration: ServerConfiguration
    private let log: Logger

    init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
        let level = configuration.logLevel
        let format = configuration.logFormat
        log = Logger(label: "pulse") { _ in
            StandardErrorLogHandler(level: level, format: format)
        }
    }

    /// Serves until SIGINT or SIGTERM.
    func run() throws {
        Signals.block([SIGINT, SIGTERM])
        let reactor = try Reactor(
            io: configuration.io,
            connectionsMax: configuration.connectionsMax
        )
        if let cause = reactor.fallbackCause {
            log.notice("running on epoll, because \(cause)")
        }
        let shard = Shard(reactor)
        let outcome = Outcome()
        try shard.assumeIsolated { shard in
            let server = try Server(configuration, reactor: reactor, log: log)
            let addresses = try server.listen()
            log.info(
                "pulse \(pulseVersion) starts",
                metadata: ["io": "\(reactor.backendName)", "pid": "\(getpid())"]
            )
            announce(server, addresses)
            let signals = try Signals([SIGINT, SIGTERM])
            start(server, signals, outcome, on: shard)
        }
        try reactor.run()
        if let error = outcome.error.withLock({ $0 }) { throw error }
    }

    /// The line that people, scripts and tests wait for, whatever else is logged.
    private func announce(_ server: Server, _ addresses: [SocketAddress]) {
        var log = log
        log.logLevel = min(log.logLevel, .info)
        if let fingerprint = server.ownFingerprint {
            log.info("the certificate was made just now; its SHA-256 is \(fingerprint)")
        }
        for address in addresses {
            log.info("listening on \(server.scheme)://\(address)")
        }
    }

    /// How the server's tasks ended.
    private final class Outcome: Sendable {
        let error = Mutex<(any Error)?>(nil)
    }

    /// Starts the tasks that run on the shard until a signal ends them.
    private func start(
        _ server: Server,
        _ signals: Signals,
        _ outcome: Outcome,
        on shard: isolated Shard
    ) {
        let reactor = shard.reactor
        let running = Task {
            await withTaskExecutorPreference(reactor) {
                await run(server, outcome, on: shard)
            }
        }
        Task {
            await withTaskExecutorPreference(reactor) {
                await stopAtSignal(server, signals, running, on: shard)
            }
        }
    }

    private func run(_ server: Server, _ outcome: Outcome, on shard: isolated Shard) async {
        do {
            try await server.run(on: shard)
        } catch is CancellationError {
            return
        } catch {
            outcome.error.withLock { $0 = error }
            shard.reactor.stop()
        }
    }

    /// Waits for a signal and stops in order; a second signal ends everything at once.
    private func stopAtSignal(
        _ server: Server,
        _ signals: Signals,
        _ running: Task<Void, Never>,
        on shard: isolated Shard
    ) async {
        guard let signal = try? await signals.next(on: shard) else { return }
        log.info("stopping", metadata: ["signal": signal == SIGINT ? "SIGINT" : "SIGTERM"])
        let reactor = shard.reactor
        let second = Task {
            await withTaskExecutorPreference(reactor) {
                if (try? await signals.next(on: shard)) != nil { server.stopNow() }
            }
        }
        await server.stop(on: shard)
        running.cancel()
        second.cancel()
        log.info("stopped")
        reactor.stop()
    }
}
