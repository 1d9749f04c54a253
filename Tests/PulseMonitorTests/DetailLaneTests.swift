import Logging
import PulseFleet
import PulseJSON
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseMonitor

@Suite("Looking at resources", .endsWhenItHangs)
struct DetailLaneTests {
    /// Answers every question, and says who was asked for and when.
    private final class LookedAt: Monitor {
        private(set) var asked: [(source: DetailSource, at: MonotonicTime)] = []
        private(set) var rounds = 0
        var failure: PollError?
        /// Called after each question, and each round.
        var onNews: () -> Void = {}

        func poll(on shard: isolated Shard) async throws(PollError) -> MonitorAnswer {
            rounds += 1
            onNews()
            if let failure { throw failure }
            return MonitorAnswer()
        }

        func pollDetails(on shard: isolated Shard) async throws(PollError) {}

        func pollDetail(
            of source: DetailSource,
            on shard: isolated Shard
        ) async throws(PollError) -> DetailReport {
            asked.append((source, .now()))
            onNews()
            if let failure { throw failure }
            return DetailReport()
        }

        func makeAllDue() {}
    }

    private struct Bench {
        let fleet: FleetOwner
        let monitor: LookedAt
        let runner: MonitorRunner
        let alarm = Alarm()

        /// Waits until the condition holds, which a question or a round may have made true.
        func wait(
            for condition: () -> Bool,
            on shard: isolated Shard
        ) async {
            while !condition() {
                // The suite has a limit of its own.
                _ = await alarm.sleep(until: .now() + 60_000_000_000, on: shard)
            }
        }
    }

    private static func fleetNow() -> FleetTime {
        let now = MonotonicTime.now().nanoseconds
        return FleetTime(wallMilliseconds: Int64(now / 1_000_000), monotonicNanoseconds: now)
    }

    /// Runs a remote with ten guests, whose rounds are an hour apart.
    private func withLane(
        _ body: @Sendable (Bench, isolated Shard) async throws -> Void
    ) async throws {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let fleet = FleetOwner(epoch: 1)
            let description = RemoteDescription(name: "lab", kind: .pve, url: "https://a:8006")
            let hour: UInt64 = 3_600_000_000_000
            let remote = fleet.addRemote(description, pollNanoseconds: hour, at: Self.fleetNow())
            let guests = (100..<UInt64(110)).map {
                GuestReport(kind: .qemu, vmid: $0, node: "pve1", status: "running")
            }
            fleet.apply(guests[...], .whole, of: remote, at: Self.fleetNow())
            let monitor = LookedAt()
            let runner = MonitorRunner(
                monitor,
                of: description,
                in: fleet,
                as: remote,
                schedule: PollSchedule(intervalNanoseconds: hour, seed: 0, start: .now()),
                clocks: MonitorRunner.Clocks(now: { .now() }, fleetNow: Self.fleetNow),
                log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let bench = Bench(fleet: fleet, monitor: monitor, runner: runner)
            monitor.onNews = { bench.alarm.ring() }
            let reactor = shard.reactor
            let task = Task {
                await withTaskExecutorPreference(reactor) { await runner.run(on: shard) }
            }
            await bench.wait(for: { monitor.rounds == 1 }, on: shard)
            let result: Result<Void, any Error>
            do { result = .success(try await body(bench, shard)) } catch {
                result = .failure(error)
            }
            task.cancel()
            await task.value
            monitor.onNews = {}
            try result.get()
        }
    }

    @Test("who is looked at is asked at once, again after its time, and no more afterwards")
    func one() async throws {
        try await withLane { bench, shard in
            let monitor = bench.monitor
            _ = try bench.fleet.openDetails(of: "guest:lab/100")
            bench.runner.lookAt("guest:lab/100", true)
            await bench.wait(for: { monitor.asked.count == 2 }, on: shard)
            let gap = monitor.asked[1].at.nanoseconds(since: monitor.asked[0].at)
            #expect(gap >= DetailLane.guestNanoseconds)
            bench.runner.lookAt("guest:lab/100", false)
            bench.runner.lookAt("guest:lab/101", true)
            await bench.wait(for: { monitor.asked.count == 4 }, on: shard)
            #expect(
                monitor.asked.map(\.source).suffix(2)
                    == [DetailSource](
                        repeating: .guest(.qemu, vmid: 101, node: "pve1"),
                        count: 2
                    )
            )
        }
    }

    @Test("however many are looked at, the remote is asked at its pace, and everybody has a turn")
    func pace() async throws {
        try await withLane { bench, shard in
            let monitor = bench.monitor
            for vmid in 100..<110 { bench.runner.lookAt("guest:lab/\(vmid)", true) }
            await bench.wait(for: { monitor.asked.count == 11 }, on: shard)
            let times = monitor.asked.map(\.at)
            for (first, second) in zip(times, times.dropFirst()) {
                #expect(second.nanoseconds(since: first) >= DetailLane.paceNanoseconds * 9 / 10)
            }
            let numbers = monitor.asked.prefix(10).map { "\($0.source)" }
            #expect(Set(numbers).count == 10)
        }
    }

    @Test("what cannot be asked says why, and so does what is not there")
    func failure() async throws {
        try await withLane { bench, shard in
            bench.monitor.failure = .refused(status: 500, reason: "got timeout")
            _ = try bench.fleet.openDetails(of: "guest:lab/100")
            bench.runner.lookAt("guest:lab/100", true)
            await bench.wait(for: { bench.monitor.asked.count == 1 }, on: shard)
            try await wait(for: "the words", on: shard) {
                words(bench.fleet).contains("got timeout")
            }
        }
    }

    @Test("who refuses the token is left alone, whoever else is looked at")
    func refused() async throws {
        try await withLane { bench, shard in
            let monitor = bench.monitor
            monitor.failure = .tokenRefused(token: "pulse@pve!monitor", reason: "")
            for vmid in 100..<110 { bench.runner.lookAt("guest:lab/\(vmid)", true) }
            await bench.wait(for: { monitor.asked.count == 1 }, on: shard)
            // The others are due, and the pace would let two of them be asked by now.
            try await shard.sleep(until: .now() + 2 * DetailLane.paceNanoseconds)
            #expect(monitor.asked.count == 1)
        }
    }

    private func words(_ fleet: FleetOwner) -> String {
        fleet.beginTick()
        fleet.endTick()
        guard let view = fleet.view(of: .resource("guest:lab/100")) else { return "" }
        return String(
            decoding: jsonBytes { fleet.encodeState(of: view, ts: 0, into: &$0) },
            as: UTF8.self
        )
    }

    @Test("a refresh begins a round at once; a second one is too soon and says for how long")
    func refresh() async throws {
        try await withLane { bench, shard in
            #expect(bench.runner.refresh() == nil)
            await bench.wait(for: { bench.monitor.rounds == 2 }, on: shard)
            let refusal = try #require(bench.runner.refresh())
            #expect(refusal.waitNanoseconds <= MonitorRunner.refreshNanoseconds)
            #expect(refusal.waitNanoseconds > 0)
        }
    }
}
