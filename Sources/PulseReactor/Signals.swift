import CIOUring
import Glibc

/// Signals as completions: they are blocked, and read from a signalfd on the reactor.
package final class Signals {
    private let descriptor: Int32

    /// Blocks `signals` for this thread and for those it starts later, so it comes before any other
    /// thread does.
    package static func block(_ signals: [Int32]) {
        var set = mask(signals)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        // A peer that hangs up is an error of its send, not a signal.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Listens for signals that `block` has blocked.
    package init(_ signals: [Int32]) throws(SystemError) {
        var set = Signals.mask(signals)
        descriptor = try check(
            "signalfd",
            unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK))
        )
    }

    deinit { _ = close(descriptor) }

    /// Waits for the next signal and returns its number.
    package func next(on shard: isolated Shard) async throws -> Int32 {
        while true {
            _ = try await shard.poll(descriptor, events: UInt32(POLLIN))
            var info = signalfd_siginfo()
            let size = MemoryLayout<signalfd_siginfo>.size
            if unsafe read(descriptor, &info, size) == size { return Int32(info.ssi_signo) }
        }
    }

    private static func mask(_ signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        return set
    }
}
