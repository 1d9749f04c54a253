import CIOUring
import DequeModule
import Glibc
import Synchronization

/// Why work that was given to a lane has no result.
package enum LaneError: Error, Equatable, CustomStringConvertible {
    /// As many pieces wait as may; whoever asks comes again later.
    case full(waitingMax: Int)
    /// It had not ended at its deadline. What had begun by then ends by itself and is dropped.
    case timedOut
    /// The task that asked was cancelled, or the reactor ended.
    case cancelled
    /// The lane has no thread, and the kernel gives it none.
    case noThread(SystemError)

    package var description: String {
        switch self {
        case .full: "all places in its queue are taken"
        case .timedOut: "it took too long"
        case .cancelled: "cancelled"
        case .noThread(let error): "\(error)"
        }
    }
}

/// Threads for work that blocks, away from the reactor, with a queue that has an end.
///
/// With one thread, which is the usual number, the pieces are done one after the other, in order.
/// The result comes back through the reactor's mailbox, because the waiting task's executor is the
/// reactor. A lane never waits for another lane, and nobody waits for a lane longer than to its
/// deadline. Threads begin when there is something to do for them, and end with the lane.
package final class BlockingLane: Sendable {
    private let queue: Queue
    private let name: String
    private let threadsMax: Int
    private let waitingMax: Int

    /// One piece of work, which is known by its identity until it has begun.
    private final class Piece: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// What the threads and their clients share: the work, and a semaphore that counts it.
    private final class Queue: Sendable {
        struct State {
            var waiting = Deque<Piece>()
            var threadCount = 0
            /// Threads that are in a piece.
            var busyCount = 0
            var isEnding = false
        }

        let state = Mutex(State())
        let semaphore: Int32

        init() throws(SystemError) {
            semaphore = try check("eventfd", eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_SEMAPHORE)))
        }

        deinit { _ = close(semaphore) }

        /// Does piece after piece until there is none and the lane is gone.
        func work() {
            var count: eventfd_t = 0
            while true {
                while unsafe eventfd_read(semaphore, &count) != 0 {}
                let (piece, isEnding) = state.withOrderedLock(of: self) { state in
                    let piece = state.waiting.popFirst()
                    if piece != nil { state.busyCount += 1 }
                    return (piece, state.isEnding)
                }
                guard let piece else {
                    // Without a piece the count was that of one which was taken back, or the end.
                    if isEnding { return }
                    continue
                }
                piece.body()
                state.withOrderedLock(of: self) { $0.busyCount -= 1 }
            }
        }

        func end() {
            let threadCount = state.withOrderedLock(of: self) { state in
                state.isEnding = true
                return state.threadCount
            }
            if threadCount > 0 { _ = eventfd_write(semaphore, eventfd_t(threadCount)) }
        }
    }

    /// Prepares a lane of `threadsMax` threads before which at most `waitingMax` pieces wait.
    package init(
        name: String,
        threadsMax: Int = 1,
        waitingMax: Int
    ) throws(SystemError) {
        precondition(threadsMax > 0 && waitingMax >= 0, "a lane that could do nothing")
        queue = try Queue()
        self.name = name
        self.threadsMax = threadsMax
        self.waitingMax = waitingMax
    }

    deinit { queue.end() }

    /// Runs `body` on a thread of the lane and returns its result to the caller's executor.
    ///
    /// Throws when that is not to be had by the deadline. A body that has begun cannot be stopped,
    /// and keeps its thread until it has ended.
    package func run<R: Sendable>(
        until deadline: MonotonicTime,
        on shard: isolated Shard,
        _ body: @escaping @Sendable () -> R
    ) async throws(LaneError) -> R {
        do throws(CancellationError) {
            try shard.reactor.beginWait()
        } catch {
            throw .cancelled
        }
        defer { shard.reactor.endWait() }
        let outcome = LaneOutcome<R>()
        let piece = Piece { outcome.end(.success(body())) }
        let queue = queue
        let giveUp = { @Sendable (why: LaneError) in
            queue.state.withOrderedLock(of: queue) { $0.waiting.removeAll { $0 === piece } }
            outcome.end(.failure(why))
        }
        try submit(piece)
        let reactor = shard.reactor
        let guardian = Task {
            await withTaskExecutorPreference(reactor) {
                giveUp((try? await shard.sleep(until: deadline)) == nil ? .cancelled : .timedOut)
            }
        }
        defer { guardian.cancel() }
        return try await withTaskCancellationHandler {
            await outcome.value()
        } onCancel: {
            giveUp(.cancelled)
        }.get()
    }

    /// Pieces that have not begun.
    package var waitingCount: Int { queue.state.withOrderedLock(of: queue) { $0.waiting.count } }

    /// Threads that have begun.
    package var threadCount: Int { queue.state.withOrderedLock(of: queue) { $0.threadCount } }

    /// Gives the lane work whose end nobody waits for.
    package func start(_ body: @escaping @Sendable () -> Void) throws(LaneError) {
        try submit(Piece(body))
    }

    private func submit(_ piece: Piece) throws(LaneError) {
        let (isTaken, needsThread) = queue.state.withOrderedLock(of: queue) { state in
            let free = threadsMax - state.busyCount
            guard state.waiting.count < waitingMax + free else { return (false, false) }
            state.waiting.append(piece)
            let needsThread =
                state.threadCount < threadsMax
                && state.waiting.count > state.threadCount - state.busyCount
            if needsThread { state.threadCount += 1 }
            return (true, needsThread)
        }
        if !isTaken { throw .full(waitingMax: waitingMax) }
        if needsThread { try startThread(for: piece) }
        _ = eventfd_write(queue.semaphore, 1)
    }

    private func startThread(for piece: Piece) throws(LaneError) {
        let queue = queue
        do throws(SystemError) {
            try KernelThread.start(name: name) { queue.work() }
        } catch {
            let isLeft = queue.state.withOrderedLock(of: queue) { state in
                state.threadCount -= 1
                if state.threadCount > 0 { return false }
                state.waiting.removeAll { $0 === piece }
                return true
            }
            // Another thread of the lane does it, if there is one.
            if isLeft { throw .noThread(error) }
        }
    }
}

/// The end of one piece of work, which comes from the lane, the clock or a cancellation: the first
/// counts.
private final class LaneOutcome<R: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Result<R, LaneError>, Never>)
        case ended(Result<R, LaneError>)
    }

    private let state = Mutex(State.open)

    func end(_ result: Result<R, LaneError>) {
        let waiting: CheckedContinuation<Result<R, LaneError>, Never>? = state.withOrderedLock(
            of: self
        ) { state in
            switch state {
            case .open: state = .ended(result)
            case .awaited(let continuation):
                state = .ended(result)
                return continuation
            case .ended: break
            }
            return nil
        }
        waiting?.resume(returning: result)
    }

    func value() async -> Result<R, LaneError> {
        await withCheckedContinuation { continuation in
            let result: Result<R, LaneError>? = state.withOrderedLock(of: self) { state in
                if case .ended(let result) = state { return result }
                state = .awaited(continuation)
                return nil
            }
            if let result { continuation.resume(returning: result) }
        }
    }
}
