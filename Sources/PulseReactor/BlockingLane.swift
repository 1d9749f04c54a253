import CIOUring
import DequeModule
import Glibc
import Synchronization

/// A thread for work that blocks, one piece after the other, away from the reactor.
///
/// The result comes back through the reactor's mailbox, because the waiting task's executor is the
/// reactor. A lane never waits for another lane.
package final class BlockingLane: Sendable {
    private let queue: Queue

    /// What the thread and its clients share: the work, and a semaphore that counts it.
    private final class Queue: Sendable {
        let work = Mutex(Deque<(@Sendable () -> Void)?>())
        let semaphore: Int32

        init() throws(SystemError) {
            semaphore = try check("eventfd", eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_SEMAPHORE)))
        }

        deinit { _ = close(semaphore) }

        func put(_ body: (@Sendable () -> Void)?) {
            work.withOrderedLock(of: self) { $0.append(body) }
            _ = eventfd_write(semaphore, 1)
        }

        /// Waits for the next piece; `nil` ends the thread.
        func take() -> (@Sendable () -> Void)? {
            var count: eventfd_t = 0
            while unsafe eventfd_read(semaphore, &count) != 0 {}
            return work.withOrderedLock(of: self) { $0.popFirst() } ?? nil
        }
    }

    /// Starts the lane's thread.
    package init(name: String) throws(SystemError) {
        let queue = try Queue()
        self.queue = queue
        try KernelThread.start(name: name) {
            while let body = queue.take() { body() }
        }
    }

    deinit { queue.put(nil) }

    /// Runs `body` on the lane's thread and returns its result to the caller's executor.
    package func run<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            queue.put { continuation.resume(returning: body()) }
        }
    }
}
