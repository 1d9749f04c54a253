// In optimised builds the compiler finds timespec's members in liburing's headers.
import CIOUring
import Glibc

/// A point on the monotonic clock (CLOCK_MONOTONIC), in nanoseconds.
package struct MonotonicTime: Sendable, Comparable, Hashable, BitwiseCopyable {
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// A later time; one that lies beyond the clock's range is its end, and not in the past.
    package static func + (time: MonotonicTime, nanoseconds: UInt64) -> MonotonicTime {
        let (sum, overflows) = time.nanoseconds.addingReportingOverflow(nanoseconds)
        return MonotonicTime(nanoseconds: overflows ? .max : sum)
    }

    /// The nanoseconds from `earlier` to here; 0 when `earlier` is later.
    package func nanoseconds(since earlier: MonotonicTime) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    /// Reads the clock.
    package static func now() -> MonotonicTime {
        MonotonicTime(nanoseconds: read(CLOCK_MONOTONIC))
    }

    static func read(_ clock: clockid_t) -> UInt64 {
        #if DEBUG
        if let time = VirtualClock.read(clock) { return time }
        #endif
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// The wall clock, which people read and which may jump.
package enum WallClock {
    /// Nanoseconds since 1970 (CLOCK_REALTIME).
    package static func nanosecondsNow() -> UInt64 { MonotonicTime.read(CLOCK_REALTIME) }
}
