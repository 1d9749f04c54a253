package import Logging
package import PulseFleet
import PulseHTTPClient
package import PulseReactor

/// Runs one monitor on its schedule and tells the fleet and the log how it goes.
///
/// It belongs to one shard.
package final class MonitorRunner {
    /// The clocks that a runner reads, so that a test can hand in its own.
    package struct Clocks {
        package var now: () -> MonotonicTime
        package var fleetNow: () -> FleetTime

        package init(
            now: @escaping () -> MonotonicTime,
            fleetNow: @escaping () -> FleetTime
        ) {
            self.now = now
            self.fleetNow = fleetNow
        }
    }

    /// How often the details lane looks whether something is due.
    static let detailsNanoseconds: UInt64 = 2_000_000_000

    /// How often a remote can be refreshed, by all viewers together.
    static let refreshNanoseconds: UInt64 = 5_000_000_000
    /// The same while it refuses us: PVE delays such answers, and may ban those who insist.
    static let delicateNanoseconds: UInt64 = 30_000_000_000

    private let name: String
    private let monitor: any Monitor
    private let remote: RemoteID
    private let fleet: FleetOwner
    private let clocks: Clocks
    private let log: Logger
    private var schedule: PollSchedule
    private var notes = MonitorLog()
    private var isAnswering = false
    private let alarm = Alarm()
    private let lane: DetailLane
    /// When it was refreshed last.
    private var refreshedAt: MonotonicTime?
    /// Whether asking too often may do harm.
    private var isDelicate = false
    /// Whether the first round has ended, well or not.
    package private(set) var hasTried = false

    /// Runs `monitor`, whose rows are `remote`'s, every `intervalNanoseconds`.
    package init(
        _ monitor: any Monitor,
        of description: RemoteDescription,
        in fleet: FleetOwner,
        as remote: RemoteID,
        schedule: PollSchedule,
        clocks: Clocks,
        log: Logger
    ) {
        self.monitor = monitor
        name = description.name
        self.fleet = fleet
        self.remote = remote
        self.schedule = schedule
        self.clocks = clocks
        self.log = log
        lane = DetailLane(monitor, in: fleet, clocks: clocks)
    }

    // MARK: What viewers want

    /// Lets a round begin now, for all who look; returns nothing, or when that may be asked again.
    package func refresh() -> RefreshRefusal? {
        let now = clocks.now()
        let gap = isDelicate ? Self.delicateNanoseconds : Self.refreshNanoseconds
        if let refreshedAt, now < refreshedAt + gap {
            return RefreshRefusal(waitNanoseconds: (refreshedAt + gap).nanoseconds(since: now))
        }
        refreshedAt = now
        monitor.makeAllDue()
        alarm.ring()
        return nil
    }

    /// Begins to ask for the details of one of its resources, or ends that.
    package func lookAt(_ id: String, _ isLookedAt: Bool) {
        if isLookedAt { lane.begin(id) } else { lane.end(id) }
    }

    // MARK: Rounds

    /// Polls until the task is cancelled.
    package func run(on shard: isolated Shard) async {
        let reactor = shard.reactor
        let details = Task {
            await withTaskExecutorPreference(reactor) { await self.runDetails(on: shard) }
        }
        let looks = Task {
            await withTaskExecutorPreference(reactor) { await self.lane.run(on: shard) }
        }
        var due = schedule.first
        while await alarm.sleep(until: due, on: shard) {
            due = await round(on: shard)
        }
        details.cancel()
        looks.cancel()
        await details.value
        await looks.value
    }

    /// One round; returns when the next one is due.
    private func round(on shard: isolated Shard) async -> MonotonicTime {
        let start = clocks.now()
        defer { hasTried = true }
        do throws(PollError) {
            let answer = try await monitor.poll(on: shard)
            let end = clocks.now()
            isDelicate = false
            noteAnswer(answer, nanoseconds: end.nanoseconds(since: start))
            return schedule.nextAfterSuccess(now: end)
        } catch {
            // Not the remote's fault: either this task ends, or the client has ended.
            if error != .noAnswer(.cancelled) { noteFailure(error) }
            isDelicate = error.retry != .nextRound
            return schedule.next(after: error.retry, now: clocks.now())
        }
    }

    /// What is rare and what may take long goes beside the rounds, while they succeed.
    private func runDetails(on shard: isolated Shard) async {
        while (try? await shard.sleep(until: clocks.now() + Self.detailsNanoseconds)) != nil {
            guard isAnswering else { continue }
            do throws(PollError) {
                try await monitor.pollDetails(on: shard)
            } catch {
                log.debug("details failed", metadata: ["remote": "\(name)", "why": "\(error)"])
            }
        }
    }

    private func noteAnswer(_ answer: MonitorAnswer, nanoseconds: UInt64) {
        isAnswering = true
        let remoteAnswer = RemoteAnswer(
            latencyMilliseconds: Double(nanoseconds) / 1e6,
            version: answer.version,
            problem: answer.problem
        )
        fleet.noteAnswer(remoteAnswer, of: remote, at: clocks.fleetNow())
        for notice in notes.noteAnswer(problem: answer.problem) { say(notice) }
    }

    private func noteFailure(_ error: PollError) {
        isAnswering = false
        let words = "\(error)"
        fleet.noteFailure(words, of: remote, at: clocks.fleetNow())
        if let notice = notes.noteFailure(words, at: clocks.now()) { say(notice) }
    }

    private func say(_ notice: MonitorLog.Notice) {
        switch notice {
        case .answering: log.info("\(name) answers")
        case .incomplete(let words): log.warning("\(name) answers, but \(words)")
        case .failing(let words): log.warning("\(name) cannot be polled: \(words)")
        case .stillFailing(let words, let times):
            log.warning("\(name) still cannot be polled, \(times) times more: \(words)")
        case .restored(let failures):
            log.notice("\(name) answers again after \(failures) failed polls")
        }
    }
}

/// A remote was refreshed a moment ago.
package struct RefreshRefusal: Equatable {
    package let waitNanoseconds: UInt64
}
