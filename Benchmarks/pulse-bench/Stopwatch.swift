import Glibc

/// What a thread has used of the processor since the start.
struct Stopwatch {
    private let processor = nanoseconds(CLOCK_THREAD_CPUTIME_ID)
    private let wall = nanoseconds(CLOCK_MONOTONIC)

    /// One measurement of some work.
    struct Reading {
        /// The thread's processor time.
        let nanoseconds: Double
        /// How much of the time the thread had a processor to itself, from 0 to 1.
        let share: Double
    }

    func read() -> Reading {
        let used = Double(nanoseconds(CLOCK_THREAD_CPUTIME_ID) - processor)
        let passed = Double(nanoseconds(CLOCK_MONOTONIC) - wall)
        return Reading(nanoseconds: used, share: passed > 0 ? used / passed : 0)
    }
}

private func nanoseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    let code = unsafe clock_gettime(clock, &time)
    precondition(code == 0, "Linux has both clocks")
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
