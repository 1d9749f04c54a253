import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("The watchdog over turns")
    struct ReactorWatchdogTests {
        /// Longer than a turn may take.
        private static let holdUpMicroseconds = UInt32(Limits.slowTurnNanoseconds / 1000) * 2

        /// The slow turns of one test, on its reactor's thread.
        private final class Reports {
            var turns: [SlowTurn] = []
        }

        @Test("a turn that is held up is reported with what held it up", arguments: backends)
        func reports(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let reports = Reports()
                shard.reactor.onSlowTurn = { reports.turns.append($0) }
                let before = shard.reactor.metrics.slowTurns
                usleep(Self.holdUpMicroseconds)
                try await endTurn(on: shard)
                // The machine may hold up other turns; what is looked for is ours.
                #expect(reports.turns.contains { $0.work == .job && isLong($0) })
                shard.reactor.nameWork("a tick")
                usleep(Self.holdUpMicroseconds)
                try await endTurn(on: shard)
                #expect(reports.turns.contains { $0.work == .named("a tick") && isLong($0) })
                let after = shard.reactor.metrics.slowTurns
                #expect(after - before == UInt64(reports.turns.count))
                shard.reactor.onSlowTurn = nil
            }
        }

        @Test("what is prepared before the loop runs is no turn", arguments: backends)
        func prepared(io: IOChoice) async throws {
            try requireBackend(io)
            let start = MonotonicTime.now()
            let running = try await RunningReactor.start {
                let reactor = try Reactor(io: io)
                usleep(Self.holdUpMicroseconds)
                return reactor
            }
            let turnTime = try await use(running) { shard in
                try await endTurn(on: shard)
                return shard.reactor.metrics.turnTime
            }
            let held = UInt64(Self.holdUpMicroseconds) * 1000
            // Whatever else the machine held up: the turns and this are not more than there was.
            #expect(turnTime.sumNanoseconds + held <= MonotonicTime.now().nanoseconds(since: start))
        }

        @Test("a service that takes its time over bytes is named", arguments: backends)
        func receiving(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let reports = Reports()
                shard.reactor.onSlowTurn = { reports.turns.append($0) }
                let service = TestService(shard.reactor)
                service.onReceived = { _, _, _ in usleep(Self.holdUpMicroseconds) }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let client = try Client(address)
                try client.send([1])
                try await service.wait(on: shard) { $0.receivedByteCount == 1 }
                try await endTurn(on: shard)
                let work = TurnWork.receiving(service: "TestService")
                #expect(reports.turns.contains { $0.work == work && isLong($0) })
                #expect(work.description == "receiving for TestService")
                shard.reactor.onSlowTurn = nil
            }
        }

        /// Comes back in another turn: what only yields goes on in the same one.
        private func endTurn(on shard: isolated Shard) async throws {
            try await shard.sleep(until: .now() + 1_000_000)
        }

        private func isLong(_ turn: SlowTurn) -> Bool {
            turn.workNanoseconds > Limits.slowTurnNanoseconds
                && turn.nanoseconds >= turn.workNanoseconds
        }

        @Test("turns, waits, sends and the lag of timers are counted", arguments: backends)
        func counters(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let service = EchoService(shard.reactor)
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let lane = try BlockingLane(name: "client")
                let before = shard.reactor.metrics
                for _ in 0..<3 { try await shard.sleep(until: .now() + 1_000_000) }
                _ = try await lane.attempt {
                    let client = try Client(address)
                    try client.send([1, 2, 3])
                    return try client.receive(exactly: 3)
                }
                try await endTurn(on: shard)
                let after = shard.reactor.metrics
                #expect(after.waits > before.waits && after.turns > before.turns)
                // io_uring is handed what a turn has queued in one call; epoll's operations are
                // calls themselves, three at least: accept, receive, send.
                let submits = after.submits - before.submits
                #expect(io == .uring ? submits <= after.waits - before.waits : submits >= 3)
                #expect(submits > 0)
                #expect(after.sends - before.sends == 1 && after.sendsEnded == after.sends)
                #expect(after.bytesSent - before.bytesSent == 3)
                #expect(count(after.timerLag) - count(before.timerLag) >= 3)
                #expect(count(after.turnTime) > count(before.turnTime))
                #expect(after.turnTime.sumNanoseconds > before.turnTime.sumNanoseconds)
            }
        }

        private func count(_ histogram: TimeHistogram) -> UInt64 {
            (0...TimeHistogram.bounds.count).reduce(0) { $0 + histogram.count(at: $1) }
        }
    }
}

@Suite("Histograms of times")
struct TimeHistogramTests {
    @Test(
        "a time falls into the first bucket that is not too small",
        arguments: [
            (0, 0), (100_000, 0), (100_001, 1), (1_000_000, 1), (50_000_000, 4), (50_000_001, 5),
            (1_000_000_000, 6), (1_000_000_001, 7), (UInt64.max / 2, 7),
        ] as [(UInt64, Int)]
    )
    func bucket(nanoseconds: UInt64, index: Int) {
        var histogram = TimeHistogram()
        histogram.add(nanoseconds)
        for other in 0...TimeHistogram.bounds.count {
            #expect(histogram.count(at: other) == (other == index ? 1 : 0))
        }
        #expect(histogram.sumNanoseconds == nanoseconds)
    }
}
