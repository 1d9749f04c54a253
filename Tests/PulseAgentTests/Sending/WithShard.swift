import PulseReactor

/// Runs `body` on a reactor with a thread of its own.
func withShard<R: Sendable>(
    _ body: @Sendable (isolated Shard) async throws -> R
) async throws -> R {
    let shard = try await withCheckedThrowingContinuation { made in
        let start = Result {
            try KernelThread.start(name: "test-reactor") {
                let reactor = Result { try Reactor(io: .epoll, connectionsMax: 1) }
                made.resume(with: reactor.map { Shard($0) })
                // Whoever waits is resumed before the loop ends, so there is nobody to tell.
                if case .success(let reactor) = reactor { try? reactor.run() }
            }
        }
        if case .failure(let error) = start { made.resume(throwing: error) }
    }
    defer { shard.reactor.stop() }
    return try await withTaskExecutorPreference(shard.reactor) { try await body(shard) }
}
