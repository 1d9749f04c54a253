import Glibc
package import PulseReactor
import Synchronization
import Testing

/// The backends of the real kernel: every test of the network runs on both.
package let backends: [IOChoice] = [.uring, .epoll]

/// A reactor on a thread of its own, for one test.
package final class RunningReactor: Sendable {
    package let shard: Shard
    private let end: End

    /// How the loop ended, and who waits for that.
    private final class End: Sendable {
        struct State {
            var result: Result<Void, any Error>?
            var waiting: CheckedContinuation<Void, any Error>?
        }
        let state = Mutex(State())

        func finish(_ result: Result<Void, any Error>) {
            let waiting = state.withOrderedLock(of: self) { state in
                state.result = result
                return state.waiting.take()
            }
            waiting?.resume(with: result)
        }
    }

    /// Carries what a thread has made to whoever started it.
    ///
    /// ThreadSanitizer does not see that a continuation does so, but is told of the lock's order.
    private final class HandOver: Sendable {
        private let made = Mutex<Shard?>(nil)

        func give(_ shard: Shard) { made.withOrderedLock(of: self) { $0 = shard } }

        func take() -> Shard? { made.withOrderedLock(of: self) { $0.take() } }
    }

    private init(_ shard: Shard, _ end: End) {
        self.shard = shard
        self.end = end
    }

    /// Starts the thread, makes the reactor on it, and runs it.
    package static func start(
        _ io: IOChoice,
        connectionsMax: Int,
        before: @escaping @Sendable () -> Void
    ) async throws -> RunningReactor {
        try await start(before: before) { try Reactor(io: io, connectionsMax: connectionsMax) }
    }

    /// Starts the thread, on which `make` makes the reactor, and runs it.
    package static func start(
        before: @escaping @Sendable () -> Void = {},
        _ make: @escaping @Sendable () throws -> Reactor
    ) async throws -> RunningReactor {
        let end = End()
        let handOver = HandOver()
        try await withCheckedThrowingContinuation { made in
            let start = Result {
                try KernelThread.start(name: "test-reactor") {
                    before()
                    // The reactor is released before anybody is told of its end.
                    end.finish(serve(make, handOver, made: made))
                }
            }
            if case .failure(let error) = start { made.resume(throwing: error) }
        }
        guard let shard = handOver.take() else { throw TimedOut("the hand-over of a reactor") }
        return RunningReactor(shard, end)
    }

    private static func serve(
        _ make: () throws -> Reactor,
        _ handOver: HandOver,
        made: CheckedContinuation<Void, any Error>
    ) -> Result<Void, any Error> {
        let result = Result { try make() }
        made.resume(with: result.map { handOver.give(Shard($0)) })
        return result.flatMap { reactor in Result { try reactor.run() } }
    }

    /// Stops the reactor and returns when its loop has ended.
    package func stop() async throws {
        shard.reactor.stop()
        try await withCheckedThrowingContinuation { continuation in
            let result = end.state.withOrderedLock(of: end) { state in
                if state.result == nil { state.waiting = continuation }
                return state.result
            }
            if let result { continuation.resume(with: result) }
        }
    }
}

/// Runs `body` on a fresh reactor of the wanted kind, which ends with it.
///
/// Where the kernel refuses io_uring, the test case is cancelled with the kernel's reason.
package func withReactor<R: Sendable>(
    _ io: IOChoice,
    connectionsMax: Int = 16_000,
    before: @escaping @Sendable () -> Void = {},
    _ body: @Sendable (isolated Shard) async throws -> R
) async throws -> R {
    try requireBackend(io)
    return try await use(
        try await RunningReactor.start(io, connectionsMax: connectionsMax, before: before),
        body
    )
}

/// Runs `body` on a reactor, and stops that.
package func use<R: Sendable>(
    _ running: RunningReactor,
    _ body: @Sendable (isolated Shard) async throws -> R
) async throws -> R {
    do {
        let result = try await withTaskExecutorPreference(running.shard.reactor) {
            try await body(running.shard)
        }
        try await running.stop()
        return result
    } catch {
        try await running.stop()
        throw error
    }
}

/// Cancels the test case when the kernel has no such backend.
package func requireBackend(_ io: IOChoice) throws {
    guard io == .uring, let cause = uringRefusal else { return }
    try Test.cancel("\(cause)")
}

/// Why the kernel refuses io_uring, or `nil`.
private let uringRefusal: String? = {
    do {
        _ = try Reactor(io: .uring)
        return nil
    } catch {
        return "\(error)"
    }
}()

/// Something did not happen in time.
package struct TimedOut: Error {
    package let what: String

    package init(_ what: String) { self.what = what }
}

/// How long a test waits for something that takes milliseconds, on a slow machine that is busy.
package let patienceNanoseconds: UInt64 = 60_000_000_000

/// The address that tests listen on: the kernel chooses the port.
package let anyPort = SocketAddress(host: .v4([127, 0, 0, 1]), port: 0)

/// Waits until something holds that needs only some turns of the loop.
package func wait(
    for what: @autoclosure () -> String = "what the test waits for",
    on shard: isolated Shard,
    until condition: () -> Bool
) async throws {
    let deadline = MonotonicTime.now() + patienceNanoseconds
    while !condition() {
        guard .now() < deadline else { throw TimedOut(what()) }
        try await shard.sleep(until: .now() + 1_000_000)
    }
}
