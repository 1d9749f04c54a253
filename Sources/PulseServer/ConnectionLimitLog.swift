import Logging
import PulseReactor

/// Says when clients begin to be refused for want of a place, and when that is over: one line for
/// each change.
struct ConnectionLimitLog {
    private let budget: ConnectionBudget
    private let log: Logger
    private var refused: UInt64 = 0
    /// Refused by the time of the warning; `nil` while nobody is.
    private var refusedBefore: UInt64?

    init(_ budget: ConnectionBudget, _ log: Logger) {
        self.budget = budget
        self.log = log
    }

    /// Looks at what has happened since the last time.
    mutating func look() {
        let now = budget.refusedCount
        if now > refused, refusedBefore == nil {
            refusedBefore = refused
            log.warning(
                "connections are refused: there are as many as may be",
                metadata: ["limit": "\(budget.connectionsMax)"]
            )
        } else if now == refused, let before = refusedBefore {
            refusedBefore = nil
            log.notice(
                "no connection is refused any more",
                metadata: ["refused": "\(now - before)"]
            )
        }
        refused = now
    }
}
