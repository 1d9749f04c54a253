import Glibc

/// What a thread has used of the processor since the start.
struct Stopwatch {
    private let processor = nanoseconds(CLOCK_THREAD_CPUTIME_ID)
    private let wall = nanoseconds(CLOCK_MONOTONIC)

    /// One measurement of some work.
    struct Reading {
        /// The thread's processor time.
        let nanoseconds: Double
        /// What a clock on the wall shows.
        let passedNanoseconds: Double

        /// How much of the time the thread had a processor, from 0 to 1.
        var share: Double { passedNanoseconds > 0 ? nanoseconds / passedNanoseconds : 0 }

        static func += (sum: inout Reading, other: Reading) {
            sum = Reading(
                nanoseconds: sum.nanoseconds + other.nanoseconds,
                passedNanoseconds: sum.passedNanoseconds + other.passedNanoseconds
            )
        }
    }

    func read() -> Reading {
        Reading(
            nanoseconds: Double(nanoseconds(CLOCK_THREAD_CPUTIME_ID) - processor),
            passedNanoseconds: Double(nanoseconds(CLOCK_MONOTONIC) - wall)
        )
    }
}

private func nanoseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    let code = unsafe clock_gettime(clock, &time)
    precondition(code == 0, "Linux has both clocks")
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
