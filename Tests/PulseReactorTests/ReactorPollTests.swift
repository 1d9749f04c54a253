import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("Polling descriptors")
    struct ReactorPollTests {
        @Test("a poll ends with a cancellation when its task is cancelled", arguments: kernels)
        func cancel(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let event = TestEvent(shard.reactor)
                let fd = event.fd
                for isBefore in [true, false] {
                    let task = Task {
                        _ = shard
                        return try await shard.poll(fd, events: UInt32(POLLIN))
                    }
                    if !isBefore { await Task.yield() }
                    task.cancel()
                    await #expect(throws: CancellationError.self) { try await task.value }
                }
                // The descriptor can be polled again, and still works.
                event.ring()
                let events = try await shard.poll(fd, events: UInt32(POLLIN))
                #expect(events & UInt32(POLLIN) != 0)
            }
        }

        @Test(
            "a poll ends at its deadline, or before it, and is not heard of again",
            arguments: kernels
        )
        func deadline(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let event = TestEvent(shard.reactor)
                let fd = event.fd
                await #expect(throws: DeadlineExceeded()) {
                    try await shard.poll(fd, events: UInt32(POLLIN), until: .now() + 5_000_000)
                }
                await #expect(throws: DeadlineExceeded()) {
                    try await shard.poll(fd, events: UInt32(POLLIN), until: .now())
                }
                event.ring()
                let far = MonotonicTime.now() + patienceNanoseconds
                let events = try await shard.poll(fd, events: UInt32(POLLIN), until: far)
                #expect(events & UInt32(POLLIN) != 0)
                event.silence()
                let task = Task {
                    _ = shard
                    return try await shard.poll(fd, events: UInt32(POLLIN), until: far)
                }
                await Task.yield()
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
        }

        @Test(
            "a descriptor that is always ready is ready; one that is none is an error",
            arguments: kernels
        )
        func oddDescriptors(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let null = Self.openNull(on: shard.reactor)
                defer { Self.close(null, on: shard.reactor) }
                let events = try await shard.poll(null, events: UInt32(POLLIN))
                #expect(events & UInt32(POLLIN) != 0)
                await #expect(throws: SystemError(call: "poll", code: EBADF)) {
                    try await shard.poll(1_000_000, events: UInt32(POLLIN))
                }
            }
        }

        private static func openNull(on reactor: Reactor) -> Int32 {
            #if DEBUG
            if let kernel = reactor.simulatedKernel { return kernel.openFile() }
            #endif
            return unsafe Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
        }

        private static func close(_ fd: Int32, on reactor: Reactor) {
            #if DEBUG
            if let kernel = reactor.simulatedKernel { return kernel.closeDescriptor(fd) }
            #endif
            _ = Glibc.close(fd)
        }
    }
}
