/// Tells how long the time between two reports of one agent was, as the agent's counters felt it.
///
/// The time of arrival is a poor measure: after an outage an agent delivers up to 60 buffered
/// reports within a second. So the agent's own times come first, in this order:
/// 1. the difference of the reports' timestamps, if it is positive and, where both reports give an
///    uptime, agrees with it (else the agent's clock was set in between);
/// 2. the difference of the uptimes, which no setting of a clock disturbs, from 1 s up because
///    agents round it to seconds;
/// 3. the difference of the arrivals on the server's monotonic clock, from 0.1 s up.
struct SampleClock {
    /// When a sample was taken, by every clock that says something about it.
    struct Sample: Equatable {
        /// The agent's wall clock, in milliseconds since 1970.
        var agentMilliseconds: Int64?
        /// The host's time since boot.
        var uptimeSeconds: Double?
        /// The server's monotonic clock at arrival.
        var arrivalNanoseconds: UInt64
    }

    /// What a sample means for counters.
    enum Step: Equatable {
        /// There is nothing to compare with: the first sample, or the first after a boot.
        case restart
        /// This much time has passed since the sample before.
        case elapsed(seconds: Double)
        /// The sample cannot be told apart in time from the one before; what was known stays.
        case same
    }

    private static let uptimeSecondsMin = 1.0
    private static let arrivalSecondsMin = 0.1
    /// How far timestamp and uptime may disagree at least: uptimes are whole seconds, and the two
    /// are not read at the same moment.
    private static let disagreementSecondsMin = 2.0

    private var last: Sample?

    /// Moves on to `sample`, unless it is the `same`.
    mutating func advance(to sample: Sample) -> Step {
        let step = last.map { Self.step(from: $0, to: sample) } ?? .restart
        if step != .same { last = sample }
        return step
    }

    private static func step(from old: Sample, to new: Sample) -> Step {
        var uptimeDifference: Double?
        if let before = old.uptimeSeconds, let after = new.uptimeSeconds {
            guard after >= before else { return .restart }
            uptimeDifference = after - before
        }
        if let before = old.agentMilliseconds, let after = new.agentMilliseconds {
            if before == after { return .same }
            let seconds = (Double(after) - Double(before)) / 1_000
            if seconds > 0, agrees(seconds, with: uptimeDifference) {
                return .elapsed(seconds: seconds)
            }
        }
        if let uptimeDifference, uptimeDifference >= uptimeSecondsMin {
            return .elapsed(seconds: uptimeDifference)
        }
        guard new.arrivalNanoseconds > old.arrivalNanoseconds else { return .same }
        let seconds = Double(new.arrivalNanoseconds - old.arrivalNanoseconds) / 1e9
        return seconds >= arrivalSecondsMin ? .elapsed(seconds: seconds) : .same
    }

    private static func agrees(_ seconds: Double, with uptimeDifference: Double?) -> Bool {
        guard let uptimeDifference else { return true }
        let allowed = max(disagreementSecondsMin, uptimeDifference / 2)
        return abs(seconds - uptimeDifference) <= allowed
    }
}
