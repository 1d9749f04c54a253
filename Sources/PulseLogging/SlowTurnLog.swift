package import Logging
package import PulseReactor

/// Says which work holds up the loop: the first time at once, and then how often.
package struct SlowTurnLog {
    private let log: Logger
    /// What is known of each kind of work, of which there are a dozen.
    private var known: [String: TroubleLog<String>] = [:]

    package init(_ log: Logger) { self.log = log }

    package mutating func note(_ turn: SlowTurn, at now: MonotonicTime) {
        let work = "\(turn.work)"
        guard let notice = known[work, default: TroubleLog()].note(work, at: now) else { return }
        var metadata: Logger.Metadata = [
            "milliseconds": "\(turn.nanoseconds / 1_000_000)",
            "of": "\(turn.workNanoseconds / 1_000_000) ms \(work)",
        ]
        if case .again(let times) = notice { metadata["times"] = "\(times)" }
        log.warning("the loop was held up", metadata: metadata)
    }
}
