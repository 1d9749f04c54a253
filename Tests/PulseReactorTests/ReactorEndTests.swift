import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("How a reactor ends")
    struct ReactorEndTests {
        @Test("stopping closes every connection and tells the service once", arguments: kernels)
        func stopCloses(io: TestKernel) async throws {
            let running = try await RunningReactor.start(on: io, connectionsMax: 100)
            let client = try await open(on: running.shard)
            try await running.stop()
            #expect(client.seesEnd())
        }

        private func open(on shard: isolated Shard) async throws -> Client {
            let service = TestService(shard.reactor)
            let address = try shard.reactor.listen(on: anyPort, service: service)
            let client = try Client(address)
            try await service.wait(on: shard) { $0.opened.count == 1 }
            return client
        }

        @Test(
            "a sleep and a poll end with a cancellation when the reactor stops",
            arguments: kernels
        )
        func stopEndsWaits(io: TestKernel) async throws {
            let running = try await RunningReactor.start(on: io, connectionsMax: 100)
            let (sleeper, poller) = await startWaiting(on: running.shard)
            try await running.stop()
            await #expect(throws: CancellationError.self) { try await sleeper.value }
            await #expect(throws: CancellationError.self) { try await poller.value }
        }

        /// Starts two tasks and returns when both wait: jobs run in the order of their arrival.
        private func startWaiting(
            on shard: isolated Shard
        ) async -> (Task<Void, any Error>, Task<Void, any Error>) {
            let sleeper = Task {
                _ = shard
                try await shard.sleep(until: .now() + 3_600_000_000_000)
            }
            let poller = Task {
                _ = shard
                let event = TestEvent(shard.reactor)
                _ = try await shard.poll(event.fd, events: UInt32(POLLIN))
            }
            await Task.yield()
            return (sleeper, poller)
        }
    }
}
