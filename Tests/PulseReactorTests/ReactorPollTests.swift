import CIOUring
import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("Polling descriptors")
    struct ReactorPollTests {
        @Test("a poll ends with a cancellation when its task is cancelled", arguments: backends)
        func cancel(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let fd = eventfd(0, Int32(EFD_CLOEXEC))
                defer { _ = close(fd) }
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
                _ = eventfd_write(fd, 1)
                let events = try await shard.poll(fd, events: UInt32(POLLIN))
                #expect(events & UInt32(POLLIN) != 0)
            }
        }

        @Test(
            "a poll ends at its deadline, or before it, and is not heard of again",
            arguments: backends
        )
        func deadline(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let fd = eventfd(0, Int32(EFD_CLOEXEC))
                defer { _ = close(fd) }
                await #expect(throws: DeadlineExceeded()) {
                    try await shard.poll(fd, events: UInt32(POLLIN), until: .now() + 5_000_000)
                }
                await #expect(throws: DeadlineExceeded()) {
                    try await shard.poll(fd, events: UInt32(POLLIN), until: .now())
                }
                _ = eventfd_write(fd, 1)
                let far = MonotonicTime.now() + patienceNanoseconds
                let events = try await shard.poll(fd, events: UInt32(POLLIN), until: far)
                #expect(events & UInt32(POLLIN) != 0)
                var count: eventfd_t = 0
                _ = unsafe eventfd_read(fd, &count)
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
            arguments: backends
        )
        func oddDescriptors(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let null = unsafe Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
                defer { _ = close(null) }
                let events = try await shard.poll(null, events: UInt32(POLLIN))
                #expect(events & UInt32(POLLIN) != 0)
                await #expect(throws: SystemError(call: "poll", code: EBADF)) {
                    try await shard.poll(1_000_000, events: UInt32(POLLIN))
                }
            }
        }
    }
}
