import Logging
import PulseReactor

/// Says when clients begin to be refused for want of a place, and when that is over: one line for
/// each change.
struct ConnectionLimitLog {
    private let budget: ConnectionBudget
    private let log: Logger
    private var places = Refusals()
    private var shares = Refusals()

    /// Refusals of one kind, as they were looked at last.
    private struct Refusals {
        private var count: UInt64 = 0
        /// Refused by the time of the warning; `nil` while nobody is.
        private var countBefore: UInt64?

        enum Change {
            case begun
            case ended(refused: UInt64)
        }

        mutating func look(_ now: UInt64) -> Change? {
            defer { count = now }
            if now > count, countBefore == nil {
                countBefore = count
                return .begun
            }
            guard now == count, let before = countBefore else { return nil }
            countBefore = nil
            return .ended(refused: now - before)
        }
    }

    init(_ budget: ConnectionBudget, _ log: Logger) {
        self.budget = budget
        self.log = log
    }

    /// Looks at what has happened since the last time.
    mutating func look() {
        say(
            places.look(budget.refusedCount),
            "connections are refused: there are as many as may be",
            limit: budget.connectionsMax,
            end: "no connection is refused any more"
        )
        say(
            shares.look(budget.refusedOfNetworksCount),
            "connections of one address are refused: it has as many as one may have",
            limit: budget.perNetworkMax,
            end: "no address is refused any more"
        )
    }

    private func say(
        _ change: Refusals.Change?,
        _ begin: Logger.Message,
        limit: Int,
        end: Logger.Message
    ) {
        switch change {
        case .begun: log.warning(begin, metadata: ["limit": "\(limit)"])
        case .ended(let refused): log.notice(end, metadata: ["refused": "\(refused)"])
        case nil: break
        }
    }
}
