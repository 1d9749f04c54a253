package import PulseReactor

/// Decides what is worth a line in the log: changes of state, and every five minutes how often a
/// cause has come again.
package struct MonitorLog {
    /// One line.
    package enum Notice: Equatable {
        /// It answers, for the first time.
        case answering
        /// It answers, but something is missing.
        case incomplete(String)
        /// The cause is new.
        case failing(String)
        /// The cause goes on: how often it came since it was last said.
        case stillFailing(String, times: Int)
        /// It answers again, after so many failures.
        case restored(failures: Int)
    }

    /// How long the same cause is counted before it is said again.
    static let repeatNanoseconds: UInt64 = 300_000_000_000

    private struct Trouble {
        var words: String
        var saidAt: MonotonicTime
        /// Since it was last said.
        var unsaidCount = 0
        /// Since the last answer.
        var failureCount = 1
    }

    private var trouble: Trouble?
    private var hasAnswered = false
    private var problem: String?

    /// Knows of nothing yet.
    package init() {}

    /// Takes note of a round that succeeded; returns what there is to say.
    package mutating func noteAnswer(problem: String?) -> [Notice] {
        var notices: [Notice] = []
        if let trouble {
            notices.append(
                hasAnswered ? .restored(failures: trouble.failureCount) : .answering
            )
        } else if !hasAnswered {
            notices.append(.answering)
        }
        trouble = nil
        hasAnswered = true
        if let problem, problem != self.problem { notices.append(.incomplete(problem)) }
        self.problem = problem
        return notices
    }

    /// Takes note of a round that failed; returns what there is to say.
    package mutating func noteFailure(_ words: String, at now: MonotonicTime) -> Notice? {
        guard var known = trouble else {
            trouble = Trouble(words: words, saidAt: now)
            return .failing(words)
        }
        known.failureCount += 1
        known.unsaidCount += 1
        defer { trouble = known }
        if Self.cause(in: known.words) != Self.cause(in: words) {
            known.words = words
            known.saidAt = now
            known.unsaidCount = 0
            return .failing(words)
        }
        guard now.nanoseconds(since: known.saidAt) >= Self.repeatNanoseconds else { return nil }
        defer {
            known.saidAt = now
            known.unsaidCount = 0
        }
        return .stillFailing(words, times: known.unsaidCount)
    }

    /// The words without their numbers: where a broken answer breaks off is another place each
    /// time.
    private static func cause(in words: String) -> String { words.filter { !$0.isNumber } }
}
