import PulseLogging
package import PulseReactor

/// Decides what is worth a line in the log about the way of reports.
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

    private var trouble = TroubleLog<DeliveryFailure>()
    private var hasDelivered = false

    /// Knows of nothing yet.
    package init() {}

    /// Takes note of an attempt at the time `now`; returns what there is to say.
    package mutating func note(_ delivery: Delivery, at now: MonotonicTime) -> Notice? {
        guard let cause = delivery.failure else { return noteSuccess(sent: delivery.sentCount) }
        return switch trouble.note(cause, at: now) {
        case .new: .failing(cause)
        case .again(let times): .stillFailing(cause, times: times)
        case nil: nil
        }
    }

    private mutating func noteSuccess(sent: Int) -> Notice? {
        defer { hasDelivered = true }
        if let failures = trouble.clear() { return .restored(failures: failures, sent: sent) }
        return hasDelivered ? nil : .delivering
    }
}
