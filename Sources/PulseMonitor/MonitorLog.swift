import PulseLogging
package import PulseReactor

/// Decides what is worth a line in the log about a remote.
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

    /// Told apart by the words without their numbers: where a broken answer breaks off is another
    /// place each time.
    private var trouble = TroubleLog<String>()
    private var hasAnswered = false
    private var problem: String?

    /// Knows of nothing yet.
    package init() {}

    /// Takes note of a round that succeeded; returns what there is to say.
    package mutating func noteAnswer(problem: String?) -> [Notice] {
        var notices: [Notice] = []
        let failures = trouble.clear()
        if !hasAnswered {
            notices.append(.answering)
        } else if let failures {
            notices.append(.restored(failures: failures))
        }
        hasAnswered = true
        if let problem, problem != self.problem { notices.append(.incomplete(problem)) }
        self.problem = problem
        return notices
    }

    /// Takes note of a round that failed; returns what there is to say.
    package mutating func noteFailure(_ words: String, at now: MonotonicTime) -> Notice? {
        switch trouble.note(words.filter { !$0.isNumber }, at: now) {
        case .new: .failing(words)
        case .again(let times): .stillFailing(words, times: times)
        case nil: nil
        }
    }
}
