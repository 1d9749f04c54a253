package import PulseReactor

/// When the rounds of one monitor are due: on a grid with a phase of its own, so that hundreds of
/// monitors do not ask in the same moment.
///
/// A pure value: time comes in as a parameter.
package struct PollSchedule: Sendable {
    /// From this many nanoseconds of failures on, rounds become rarer; a remote that is back is
    /// then still seen within `rareNanoseconds`.
    static let patienceNanoseconds: UInt64 = 300_000_000_000
    static let rareNanoseconds: UInt64 = 4_000_000_000

    private let interval: UInt64
    /// The moment of the first round; all others lie on its grid.
    private let origin: MonotonicTime
    private var failingSince: MonotonicTime?

    /// Rounds every `intervalNanoseconds`; `seed` decides about the phase within it.
    package init(intervalNanoseconds: UInt64, seed: UInt64, start: MonotonicTime) {
        precondition(intervalNanoseconds > 0, "rounds take time")
        interval = intervalNanoseconds
        origin = start + seed % intervalNanoseconds
    }

    /// When the first round is due.
    package var first: MonotonicTime { origin }

    /// When the round after a successful one is due; what was missed meanwhile is not made up for.
    package mutating func nextAfterSuccess(now: MonotonicTime) -> MonotonicTime {
        failingSince = nil
        return slot(after: now)
    }

    /// When the round after a failed one is due.
    package mutating func next(after retry: PollError.Retry, now: MonotonicTime) -> MonotonicTime {
        let since = failingSince ?? now
        failingSince = since
        switch retry {
        case .afterSeconds(let seconds):
            return slot(after: now + max(seconds * 1_000_000_000, interval))
        case .nextRound:
            guard now.nanoseconds(since: since) > Self.patienceNanoseconds,
                interval < Self.rareNanoseconds
            else { return slot(after: now) }
            return slot(after: now + (Self.rareNanoseconds - interval))
        }
    }

    /// The first moment of the grid that is later than `time`.
    private func slot(after time: MonotonicTime) -> MonotonicTime {
        guard time >= origin else { return origin }
        let steps = time.nanoseconds(since: origin) / interval + 1
        return origin + steps * interval
    }
}
