import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("Sleeping")
    struct ReactorSleepTests {
        private static let hour: UInt64 = 3_600_000_000_000

        @Test("sleepers wake in the order of their deadlines, and not before", arguments: kernels)
        func order(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let notes = Notes<Int>()
                let start = MonotonicTime.now()
                let tasks = [30, 10, 40, 20, 0].map { milliseconds in
                    Task {
                        _ = shard
                        let deadline = start + UInt64(milliseconds) * 1_000_000
                        try await shard.sleep(until: deadline)
                        #expect(MonotonicTime.now() >= deadline)
                        notes.values.append(milliseconds)
                    }
                }
                for task in tasks { try await task.value }
                #expect(notes.values == [0, 10, 20, 30, 40])
            }
        }

        @Test("a task that is cancelled before it sleeps does not sleep", arguments: kernels)
        func cancelledBefore(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let task = Task {
                    _ = shard
                    try await shard.sleep(until: .now() + Self.hour)
                }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
        }

        @Test(
            "a sleeper that is cancelled wakes at once, a thousand of them too",
            arguments: kernels
        )
        func cancelledWhile(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let tasks = (0..<1000).map { _ in
                    Task {
                        _ = shard
                        try await shard.sleep(until: .now() + Self.hour)
                    }
                }
                await turns(5, on: shard)
                for task in tasks { task.cancel() }
                for task in tasks {
                    await #expect(throws: CancellationError.self) { try await task.value }
                }
            }
        }

        @Test("a cancellation after the sleep changes nothing", arguments: kernels)
        func cancelledAfter(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let task = Task {
                    _ = shard
                    try await shard.sleep(until: .now())
                    return 1
                }
                #expect(try await task.value == 1)
                task.cancel()
                #expect(try await task.value == 1)
                try await shard.sleep(until: .now() + 1_000_000)
            }
        }

        @Test("a cancellation from another thread wakes a reactor that waits", arguments: kernels)
        func cancelledFromElsewhere(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let lane = try BlockingLane(name: "elsewhere")
                let task = Task {
                    _ = shard
                    try await shard.sleep(until: MonotonicTime(nanoseconds: .max))
                }
                await turns(5, on: shard)
                await lane.run { task.cancel() }
                await #expect(throws: CancellationError.self) { try await task.value }
            }
        }

        @Test("a time beyond the clock's range is its end")
        func additionSaturates() {
            let end = MonotonicTime(nanoseconds: .max)
            #expect(MonotonicTime(nanoseconds: 5) + .max == end)
            #expect(end + 1 == end)
            #expect(MonotonicTime(nanoseconds: 5) + 7 == MonotonicTime(nanoseconds: 12))
            #expect(MonotonicTime(nanoseconds: 5).nanoseconds(since: end) == 0)
        }
    }
}
