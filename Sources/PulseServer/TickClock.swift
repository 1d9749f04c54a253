import PulseReactor

/// When ticks are due: every interval of the monotonic clock, aligned to the wall clock.
///
/// A tick's timestamp is its intended wall time, so a client can measure how late it came. A tick
/// that was missed is skipped and never made up for.
struct TickClock {
    /// Milliseconds between two ticks.
    let intervalMilliseconds: Int64
    /// When the next tick is due.
    private(set) var next: MonotonicTime
    /// The wall time of the next tick, in milliseconds since 1970.
    private(set) var nextTimestamp: Int64

    init(intervalMilliseconds: Int64, now: MonotonicTime, wallMilliseconds: Int64) {
        self.intervalMilliseconds = intervalMilliseconds
        next = now
        nextTimestamp = wallMilliseconds
        align(now: now, wallMilliseconds: wallMilliseconds)
    }

    /// Moves on from a tick that was just made; returns how many ticks were missed meanwhile.
    mutating func advance(now: MonotonicTime) -> Int64 {
        let interval = UInt64(intervalMilliseconds) * 1_000_000
        let late = now.nanoseconds(since: next)
        let steps = late / interval + 1
        next = next + steps * interval
        nextTimestamp += Int64(steps) * intervalMilliseconds
        return Int64(steps) - 1
    }

    /// Aligns to the wall clock anew if it has jumped; returns by how many milliseconds it had.
    mutating func follow(now: MonotonicTime, wallMilliseconds: Int64) -> Int64? {
        let ahead = Int64(next.nanoseconds) - Int64(now.nanoseconds)
        let jump = wallMilliseconds - (nextTimestamp - ahead / 1_000_000)
        guard abs(jump) > ServerLimits.clockJumpMilliseconds else { return nil }
        align(now: now, wallMilliseconds: wallMilliseconds)
        return jump
    }

    /// Puts the next tick on the next multiple of the interval since 1970.
    private mutating func align(now: MonotonicTime, wallMilliseconds: Int64) {
        nextTimestamp = (wallMilliseconds / intervalMilliseconds + 1) * intervalMilliseconds
        next = now + UInt64(nextTimestamp - wallMilliseconds) * 1_000_000
    }
}
