import Glibc
package import PulseReactor

/// One run against one server, from the first connection to the report.
package final class LoadRun {
    private let options: LoadOptions
    private let requirements: [Requirement]
    private let reactor: Reactor
    private let dashboards: Dashboards
    private let agents: Agents
    private let tls: TLSClientContext?
    private let replays: Replays
    private let begin: MonotonicTime
    private let serverPID: Int32?
    /// Where the progress goes, and how often.
    private let tell: (String) -> Void
    private let progressNanoseconds: UInt64
    private var isInterrupted = false
    private var isFinished = false
    private var baseline: Baseline?
    /// When every dashboard had its first state, or was no longer waited for.
    private var settledAt: MonotonicTime?

    /// What had been used when the measured time began.
    fileprivate struct Baseline {
        let time: MonotonicTime
        let own: ThreadTime?
        let server: ProcessFigures?
        /// Dashboards that were still without a state.
        let unsettled: Int
    }

    /// Prepares a run; the first client connects when it runs.
    package init(
        _ options: LoadOptions,
        requirements: [Requirement],
        reactor: Reactor,
        progressNanoseconds: UInt64,
        tell: @escaping (String) -> Void
    ) throws(LoadFailure) {
        precondition(
            options.stalled + options.reconnecting <= options.clients,
            "a client cannot be of two kinds"
        )
        self.options = options
        self.requirements = requirements
        self.reactor = reactor
        self.progressNanoseconds = progressNanoseconds
        self.tell = tell
        tls = try options.clientContext()
        serverPID =
            options.serverPID
            ?? (options.address.isLoopback
                ? ListeningProcess.find(port: options.address.port) : nil)
        // Looking through all processes takes its time, which is not the run's.
        begin = .now()
        replays = Replays(clients: options.clients, isWanted: options.replays)
        dashboards = Dashboards(options, reactor, tls, replays: replays, begin: begin)
        agents = Agents(options, reactor, tls, begin: begin)
    }

    /// Runs to the end of the measured time, or until the task is cancelled.
    package func run(on shard: isolated Shard) async throws -> LoadReport {
        await load(on: shard)
        let shares = baseline?.shares(until: .now(), pid: serverPID)
        await awaitLastTick(on: shard)
        if let failure = dashboards.failure { throw failure }
        dashboards.isEnding = true
        dashboards.finishTicks()
        var report = report()
        if let shares { report.take(shares) }
        await compare(&report, on: shard)
        report.requirements = requirements.map { $0.check(report) }
        return report
    }

    /// Ends the load with a report of what there is.
    package func interrupt() { isInterrupted = true }

    /// Whether the measured time has begun.
    var isMeasuring: Bool { baseline != nil }

    /// Ends the measured time now, as if it had passed.
    package func finish() { isFinished = true }

    // MARK: The load

    private func load(on shard: isolated Shard) async {
        var nextSweep = begin
        var nextLine = begin + progressNanoseconds
        while dashboards.failure == nil, !isInterrupted {
            let now = MonotonicTime.now()
            if baseline == nil, isReady(at: now) { beginMeasuring(at: now) }
            if isOver(at: now) { return }
            dashboards.step(at: now)
            agents.step(at: now)
            if now >= nextSweep {
                dashboards.sweep(at: now)
                nextSweep = now + LoadLimits.sweepNanoseconds
            }
            replays.step(nanoseconds: LoadLimits.replayStepNanoseconds)
            if now >= nextLine {
                tell(progressLine(at: now))
                nextLine = now + progressNanoseconds
            }
            do {
                try await shard.sleep(until: now + LoadLimits.stepNanoseconds)
            } catch {
                isInterrupted = true
                return
            }
        }
    }

    /// Whether what comes from now on is the steady state that is to be measured.
    ///
    /// The first states are a load of their own, many times that of a tick.
    private func isReady(at now: MonotonicTime) -> Bool {
        let rampEnd = begin + options.rampNanoseconds
        guard now >= rampEnd else { return false }
        if settledAt == nil,
            dashboards.unsettledCount == 0
                || now >= rampEnd + LoadLimits.settleNanosecondsMax
        {
            settledAt = now
        }
        return settledAt.map { now >= $0 + options.warmUpNanoseconds } ?? false
    }

    private func isOver(at now: MonotonicTime) -> Bool {
        if isFinished || isAllOver { return true }
        guard let baseline else { return false }
        return now >= baseline.time + options.durationNanoseconds
    }

    private func beginMeasuring(at now: MonotonicTime) {
        dashboards.beginMeasuring()
        baseline = Baseline(
            time: now,
            own: ThreadTime(),
            server: serverPID.flatMap { ProcessFigures(pid: $0) },
            unsettled: dashboards.unsettledCount
        )
    }

    /// Waits one interval for what was to be sent before the end: a late tick is measured too.
    private func awaitLastTick(on shard: isolated Shard) async {
        dashboards.endMeasuring()
        let milliseconds = min(
            dashboards.hello?.intervalMilliseconds ?? 0,
            LoadLimits.graceMillisecondsMax
        )
        let end = MonotonicTime.now() + milliseconds * 1_000_000
        while !isInterrupted, .now() < end, !isAllOver {
            guard await pause(on: shard) else { return }
        }
    }

    /// Whether nobody is left, so that waiting would show nothing more.
    private var isAllOver: Bool {
        options.agents == 0 && dashboards.clients.allSatisfy { $0.phase == .ended }
    }

    private func progressLine(at now: MonotonicTime) -> String {
        let figures = dashboards.figures
        let p99 = figures.latencies.percentile(99).map { ", p99 \(Words.time($0))" } ?? ""
        let reports =
            options.agents == 0 ? "" : ", \(Words.count(agents.figures.accepted)) reports"
        return "\(Words.seconds(now.nanoseconds(since: begin))): \(dashboards.openCount) of "
            + "\(options.clients) open, \(Words.count(figures.messages)) messages\(p99)\(reports), "
            + "\(figures.errorCount) errors"
    }

    // MARK: The report

    private func report() -> LoadReport {
        let figures = dashboards.figures
        var report = LoadReport()
        report.url = "\(tls == nil ? "ws" : "wss")://\(options.host)\(options.target)"
        report.backend = reactor.backendName
        report.streams = dashboards.streams
        report.intervalMilliseconds = dashboards.hello?.intervalMilliseconds ?? 0
        report.clients = options.clients
        report.stalled = options.stalled
        report.reconnecting = options.reconnecting
        report.openAtEnd = dashboards.openCount
        report.wasInterrupted = isInterrupted
        report.rampNanoseconds = options.rampNanoseconds
        report.warmUpNanoseconds = options.warmUpNanoseconds
        if let settledAt {
            let prepared = settledAt.nanoseconds(since: begin)
            report.settleNanoseconds = prepared - min(prepared, options.rampNanoseconds)
        }
        report.unsettled = baseline?.unsettled ?? dashboards.unsettledCount
        report.behind = dashboards.behindCount
        report.take(figures)
        if options.agents > 0 { report.agents = LoadReport.Agents(agents.figures, options.agents) }
        return report
    }

    // MARK: The comparison

    /// Compares what the replayed clients have with what the server says, at the same generation.
    private func compare(_ report: inout LoadReport, on shard: isolated Shard) async {
        if !options.replays { return }
        let alive = replays.alive(among: dashboards.clients)
        report.replayedClients = alive.count { $0 }
        guard !isInterrupted, report.replayedClients > 0 else {
            if !isInterrupted, report.opened > 0 {
                report.replayFailure = "no replayed client was there at the end"
            }
            return
        }
        replays.hold()
        let deadline = MonotonicTime.now() + LoadLimits.replayPatienceNanoseconds
        for stream in report.streams.indices {
            do throws(LoadFailure) {
                let state = try await state(of: report.streams[stream], deadline, on: shard)
                while !replays.advance(stream, to: state), .now() < deadline {
                    guard await pause(on: shard) else { break }
                }
                let alive = replays.alive(among: dashboards.clients)
                report.replays.append(replays.compare(stream, with: state, alive: alive))
            } catch {
                report.replayFailure =
                    "the state of \(report.streams[stream]) cannot be had: \(error)"
                return
            }
        }
    }

    private func state(
        of stream: String,
        _ deadline: MonotonicTime,
        on shard: isolated Shard
    ) async throws(LoadFailure) -> Replica {
        let request = StateRequest("/api/state/\(stream)", options, reactor, tls)
        while request.result == nil {
            guard .now() < deadline, await pause(on: shard) else {
                request.cancel()
                throw LoadFailure("it did not come in time")
            }
        }
        guard let result = request.result else { throw LoadFailure("there was no answer") }
        var state = Replica()
        guard state.apply(try result.get()) else {
            throw LoadFailure("the answer is not a state")
        }
        return state
    }

    private func pause(on shard: isolated Shard) async -> Bool {
        (try? await shard.sleep(until: .now() + LoadLimits.stepNanoseconds)) != nil
    }
}

extension LoadRun.Baseline {
    /// What was used since.
    fileprivate func shares(until now: MonotonicTime, pid: Int32?) -> LoadShares {
        let wall = now.nanoseconds(since: time)
        var shares = LoadShares(measuredNanoseconds: wall)
        if let own, let end = ThreadTime(), wall > 0 {
            let busy =
                end.runNanoseconds - own.runNanoseconds + end.waitNanoseconds - own.waitNanoseconds
            shares.idleShare = max(0, 1 - Double(busy) / Double(wall))
        }
        if let server, let pid, let end = ProcessFigures(pid: pid) {
            shares.server = LoadReport.ServerFigures(
                pid: pid,
                cpuNanoseconds: end.cpuNanoseconds - min(end.cpuNanoseconds, server.cpuNanoseconds),
                residentBytes: end.residentBytes
            )
        }
        return shares
    }
}
