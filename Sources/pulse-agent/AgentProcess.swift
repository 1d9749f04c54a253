import Glibc
import Logging
import PulseAgent
import PulseHTTPClient
import PulseLogging
import PulseReactor
import Synchronization

/// Why `--once` did not bring its report to the server.
struct NotDelivered: Error, CustomStringConvertible {
    let failure: DeliveryFailure

    var description: String { failure.description }
}

/// One process that reports: the reactor on the main thread, and a lane for the collectors.
struct AgentProcess {
    private let configuration: AgentConfiguration
    private let log: Logger

    /// It accepts no connections, and opens one.
    private static let connectionsMax = 1

    init(_ configuration: AgentConfiguration) {
        self.configuration = configuration
        let level = configuration.logLevel
        let format = configuration.logFormat
        log = Logger(label: "pulse-agent") { _ in
            StandardErrorLogHandler(level: level, format: format)
        }
    }

    /// Reports until SIGINT or SIGTERM, or once.
    func run() throws {
        Signals.block([SIGINT, SIGTERM])
        let reactor = try Reactor(io: configuration.io, connectionsMax: Self.connectionsMax)
        if let cause = reactor.fallbackCause {
            log.notice("running on epoll, because \(cause)")
        }
        warn()
        let shard = Shard(reactor)
        let outcome = Outcome()
        try shard.assumeIsolated { shard in
            let signals = try Signals([SIGINT, SIGTERM])
            let lane = try BlockingLane(name: "pulse-collect", waitingMax: 0)
            start(lane, signals, outcome, on: shard)
        }
        try reactor.run()
        if let failure = outcome.failure.withLock({ $0 }) { throw NotDelivered(failure: failure) }
    }

    /// Says what is not as safe as it could be.
    private func warn() {
        if configuration.server.isExposed {
            log.warning("the token travels unprotected: use https for a server on another machine")
        }
        if let file = configuration.token.exposedFile {
            log.warning("every user can read the token: chmod 600 \(file)")
        }
    }

    /// Why the one report was not delivered.
    private final class Outcome: Sendable {
        let failure = Mutex<DeliveryFailure?>(nil)
    }

    /// Starts the tasks that run on the shard until a signal, or the one report, ends them.
    private func start(
        _ lane: BlockingLane,
        _ signals: Signals,
        _ outcome: Outcome,
        on shard: isolated Shard
    ) {
        let reactor = shard.reactor
        let reporting = Task {
            await withTaskExecutorPreference(reactor) {
                await report(lane, outcome, on: shard)
                reactor.stop()
            }
        }
        Task {
            await withTaskExecutorPreference(reactor) {
                guard let signal = try? await signals.next(on: shard) else { return }
                log.info("stopping", metadata: ["signal": signal == SIGINT ? "SIGINT" : "SIGTERM"])
                reporting.cancel()
            }
        }
    }

    private func report(
        _ lane: BlockingLane,
        _ outcome: Outcome,
        on shard: isolated Shard
    ) async {
        let seconds = Int((configuration.intervalMilliseconds + 999) / 1000)
        let reports = HostReports(intervalSeconds: seconds)
        let client = HTTPClient(connectionsMax: Self.connectionsMax, usesProxy: true)
        defer { client.close(on: shard) }
        let sender = ReportSender(
            to: configuration.server,
            token: configuration.token.text,
            agentVersion: pulseVersion,
            trust: configuration.trust,
            over: client,
            now: MonotonicTime.now
        )
        log.info(
            "pulse-agent \(pulseVersion) starts",
            metadata: [
                "io": "\(shard.reactor.backendName)", "pid": "\(getpid())",
                "to": "\(configuration.server.reportURL)",
            ]
        )
        var notices = DeliveryLog()
        var due = MonotonicTime.now() + HostReports.firstSampleNanoseconds
        while (try? await shard.sleep(until: due)) != nil {
            let limit = MonotonicTime.now() + HostReports.collectNanoseconds
            let report: [UInt8]
            do throws(LaneError) {
                report = try await lane.run(until: limit, on: shard) { reports.collect() }
            } catch {
                if error == .cancelled { return }
                log.error("this machine cannot be read", metadata: ["why": "\(error)"])
                due = MonotonicTime.now() + configuration.intervalMilliseconds * 1_000_000
                continue
            }
            let delivery = await sender.deliver(report, on: shard)
            if Task.isCancelled { return }
            if configuration.isOnce {
                outcome.failure.withLock { $0 = delivery.failure }
                return
            }
            let now = MonotonicTime.now()
            if let notice = notices.note(delivery, at: now) { say(notice, sender) }
            // What could not be done in time is left out, as a clock's hand does.
            let interval = configuration.intervalMilliseconds * 1_000_000
            due = due + interval * (1 + now.nanoseconds(since: due) / interval)
        }
    }

    private func say(_ notice: DeliveryLog.Notice, _ sender: ReportSender) {
        let waiting: Logger.Metadata = ["waiting": "\(sender.buffer.count)"]
        switch notice {
        case .delivering: log.info("reports arrive")
        case .failing(let cause): log.warning("reports do not arrive: \(cause)", metadata: waiting)
        case .stillFailing(let cause, let times):
            log.warning(
                "reports still do not arrive: \(cause)",
                metadata: waiting.merging(["times": "\(times)"]) { $1 }
            )
        case .restored(let failures, let sent):
            log.notice(
                "reports arrive again",
                metadata: ["failures": "\(failures)", "sent": "\(sent)"]
            )
        }
    }
}
