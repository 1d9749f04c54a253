import Logging
import PulseFleet
import PulseHTTPClient
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseMonitor

@Suite("Monitor runner", .endsWhenItHangs)
struct MonitorRunnerTests {
    /// Answers as its script says; calls `atEnd` when it has no more lines.
    private final class ScriptedMonitor: Monitor {
        typealias Line = Result<MonitorAnswer, PollError>

        private var script: [Line]
        private let beforeEach: (Int) -> Void
        private let atEnd: () -> Void
        private(set) var count = 0

        init(
            _ script: [Line],
            beforeEach: @escaping (Int) -> Void = { _ in },
            atEnd: @escaping () -> Void
        ) {
            self.script = script
            self.beforeEach = beforeEach
            self.atEnd = atEnd
        }

        func poll(on shard: isolated Shard) async throws(PollError) -> MonitorAnswer {
            beforeEach(count)
            count += 1
            if count == script.count { atEnd() }
            return try script[min(count, script.count) - 1].get()
        }

        func pollDetails(on shard: isolated Shard) async throws(PollError) {}

        func pollDetail(
            of source: DetailSource,
            on shard: isolated Shard
        ) async throws(PollError) -> DetailReport {
            throw .refused(status: 501, reason: "")
        }

        func makeAllDue() {}
    }

    /// What the remote's row said before each round and at the end: status and error.
    private func course(_ script: [Result<MonitorAnswer, PollError>]) async throws -> [String] {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let fleet = FleetOwner(epoch: 1)
            let description = RemoteDescription(name: "lab", kind: .pve, url: "https://a:8006")
            // Each round is so long after the one before that a failure is told at once.
            var time = FleetTime(wallMilliseconds: 1, monotonicNanoseconds: 1)
            let remote = fleet.addRemote(description, pollNanoseconds: 1_000_000, at: time)
            var seen: [String] = []
            let look = {
                fleet.beginTick()
                fleet.endTick()
                let row = stateRows(of: .remotes, in: fleet).first ?? [:]
                let error = row["error"] as? String ?? "-"
                let version = row["version"] as? String ?? "-"
                seen.append("\(row["status"] ?? "?") \(error) \(version)")
            }
            let running = RunningTask()
            let monitor = ScriptedMonitor(
                script,
                beforeEach: { _ in
                    look()
                    time.monotonicNanoseconds += 10_000_000_000
                },
                atEnd: { running.task?.cancel() }
            )
            let runner = MonitorRunner(
                monitor,
                of: description,
                in: fleet,
                as: remote,
                schedule: PollSchedule(intervalNanoseconds: 1_000_000, seed: 0, start: .now()),
                clocks: MonitorRunner.Clocks(now: MonotonicTime.now, fleetNow: { time }),
                log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let reactor = shard.reactor
            let task = Task {
                await withTaskExecutorPreference(reactor) { await runner.run(on: shard) }
            }
            running.task = task
            await task.value
            look()
            #expect(runner.hasTried)
            return seen
        }
    }

    private final class RunningTask {
        var task: Task<Void, Never>?
    }

    private static let down = PollError.noAnswer(.refused(origin: "a:8006"))
    private static let downWords = "a:8006 refuses connections: nothing listens there"

    @Test("the remote's row says how the last round went")
    func rows() async throws {
        let course = try await course([
            .success(MonitorAnswer()),
            .failure(Self.down),
            .failure(.refused(status: 500, reason: "got timeout")),
            .success(MonitorAnswer(version: "9.2.11", problem: "no guests")),
            .success(MonitorAnswer(version: "9.2.11")),
            .success(MonitorAnswer(version: "9.2.11")),
        ])
        #expect(
            course == [
                "connecting - -", "online - -", "failing \(Self.downWords) -",
                "failing the server answers with an error (500): got timeout -",
                "online no guests 9.2.11", "online - 9.2.11", "online - 9.2.11",
            ]
        )
    }

    @Test("what is cancelled is no failure of the remote, and is not asked again at once")
    func cancelled() async throws {
        let course = try await course([
            .success(MonitorAnswer()), .failure(.noAnswer(.cancelled)),
            .failure(.noAnswer(.cancelled)),
        ])
        #expect(course == ["connecting - -", "online - -", "online - -", "online - -"])
    }
}
