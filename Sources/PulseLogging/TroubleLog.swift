package import PulseReactor

/// Decides which failures of something that is tried again and again are worth a line: a new cause
/// at once, and every five minutes how often the same one has come.
package struct TroubleLog<Cause: Equatable> {
    /// What there is to say about a failure.
    package enum Notice: Equatable {
        /// The cause is new.
        case new
        /// The cause goes on: how often it came since it was last said.
        case again(times: Int)
    }

    /// How long the same cause is counted before it is said again.
    private let repeatNanoseconds: UInt64 = 300_000_000_000

    private struct Trouble {
        var cause: Cause
        var saidAt: MonotonicTime
        /// Since it was last said.
        var unsaidCount = 0
        /// Since the last success.
        var failureCount = 1
    }

    private var trouble: Trouble?

    /// Knows of nothing yet.
    package init() {}

    /// Takes note of a failure at the time `now`; `nil` when it is not worth a line.
    package mutating func note(_ cause: Cause, at now: MonotonicTime) -> Notice? {
        guard var known = trouble else {
            trouble = Trouble(cause: cause, saidAt: now)
            return .new
        }
        known.failureCount += 1
        known.unsaidCount += 1
        defer { trouble = known }
        let isNew = known.cause != cause
        guard isNew || now.nanoseconds(since: known.saidAt) >= repeatNanoseconds else { return nil }
        let times = known.unsaidCount
        known.cause = cause
        known.saidAt = now
        known.unsaidCount = 0
        return isNew ? .new : .again(times: times)
    }

    /// Takes note of a success; returns how many failures were before it, if any.
    package mutating func clear() -> Int? {
        defer { trouble = nil }
        return trouble?.failureCount
    }
}
