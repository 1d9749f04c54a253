package import PulseReactor

/// Decides what is worth a line in the log: changes of state, and every five minutes how often a
/// cause has come again.
package struct DeliveryLog {
    /// One line.
    package enum Notice: Equatable {
        /// The first report has arrived.
        case delivering
        /// The cause is new.
        case failing(DeliveryFailure)
        /// The cause goes on: how often it came since it was last said.
        case stillFailing(DeliveryFailure, times: Int)
        /// Reports arrive again, those that had to wait among them.
        case restored(failures: Int, sent: Int)
    }

    private struct Trouble {
        var cause: DeliveryFailure
        var saidAt: MonotonicTime
        /// Since it was last said.
        var unsaidCount = 0
        /// Since reports arrived for the last time.
        var failureCount = 1
    }

    private var trouble: Trouble?
    private var hasDelivered = false

    /// Knows of nothing yet.
    package init() {}

    /// Takes note of an attempt at the time `now`; returns what there is to say.
    package mutating func note(_ delivery: Delivery, at now: MonotonicTime) -> Notice? {
        guard let cause = delivery.failure else { return noteSuccess(sent: delivery.sentCount) }
        guard var known = trouble else {
            trouble = Trouble(cause: cause, saidAt: now)
            return .failing(cause)
        }
        known.failureCount += 1
        known.unsaidCount += 1
        defer { trouble = known }
        if known.cause != cause {
            known.cause = cause
            known.saidAt = now
            known.unsaidCount = 0
            return .failing(cause)
        }
        guard now.nanoseconds(since: known.saidAt) >= SendingLimits.repeatNanoseconds else {
            return nil
        }
        defer {
            known.saidAt = now
            known.unsaidCount = 0
        }
        return .stillFailing(cause, times: known.unsaidCount)
    }

    private mutating func noteSuccess(sent: Int) -> Notice? {
        defer {
            trouble = nil
            hasDelivered = true
        }
        if let trouble { return .restored(failures: trouble.failureCount, sent: sent) }
        return hasDelivered ? nil : .delivering
    }
}
