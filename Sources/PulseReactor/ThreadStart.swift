import CIOUring
import Glibc
import Synchronization

/// How the start of a thread went: told there once, and waited for by the thread that started it.
package final class ThreadStart<Made: Sendable>: Sendable {
    private let outcome = Mutex<Result<Made, any Error>?>(nil)
    private let descriptor: Int32

    package init() throws(SystemError) {
        descriptor = try check("eventfd", eventfd(0, Int32(EFD_CLOEXEC)))
    }

    deinit { _ = close(descriptor) }

    /// Says what was made, or why nothing was; returns `false` when something was said before.
    package func tell(_ result: Result<Made, any Error>) -> Bool {
        let isFirst = outcome.withLock { outcome in
            if outcome != nil { return false }
            outcome = result
            return true
        }
        if isFirst { _ = eventfd_write(descriptor, 1) }
        return isFirst
    }

    /// Blocks until it was said.
    package func wait() throws -> Made {
        while true {
            var count: eventfd_t = 0
            _ = unsafe eventfd_read(descriptor, &count)
            if let outcome = outcome.withLock({ $0 }) { return try outcome.get() }
        }
    }
}
