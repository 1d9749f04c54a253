import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("Signals")
    struct SignalsTests {
        @Test("a blocked signal arrives as a number, however often", arguments: backends)
        func arrives(io: IOChoice) async throws {
            try await withReactor(io, before: { Signals.block([SIGUSR1, SIGUSR2]) }) { shard in
                let signals = try Signals([SIGUSR1, SIGUSR2])
                for signal in [SIGUSR1, SIGUSR2, SIGUSR1] {
                    // To this thread only: the process has others, which do not block it.
                    raise(signal)
                    #expect(try await signals.next(on: shard) == signal)
                }
            }
        }

        @Test("a signal wakes a reactor that waits for nothing else", arguments: backends)
        func wakes(io: IOChoice) async throws {
            try await withReactor(io, before: { Signals.block([SIGUSR1]) }) { shard in
                let signals = try Signals([SIGUSR1])
                let lane = try BlockingLane(name: "sender")
                let thread = pthread_self()
                let waiting = Task {
                    _ = shard
                    return try await signals.next(on: shard)
                }
                await turns(5, on: shard)
                let code = await lane.run { pthread_kill(thread, SIGUSR1) }
                #expect(code == 0)
                #expect(try await waiting.value == SIGUSR1)
            }
        }

        @Test(
            "who waits for a signal can be cancelled, and another can wait then",
            arguments: backends
        )
        func cancelled(io: IOChoice) async throws {
            try await withReactor(io, before: { Signals.block([SIGUSR1]) }) { shard in
                let signals = try Signals([SIGUSR1])
                let waiting = Task {
                    _ = shard
                    return try await signals.next(on: shard)
                }
                await turns(5, on: shard)
                waiting.cancel()
                await #expect(throws: CancellationError.self) { try await waiting.value }
                raise(SIGUSR1)
                #expect(try await signals.next(on: shard) == SIGUSR1)
            }
        }
    }
}
