/// What applying reports leaves beside rows: what has happened, what is wrong, what figures were.
struct FleetNews: ~Copyable {
    var events = EventLog()
    var problems = ProblemBook()
    var history = FleetHistory()
    var links = MachineLinks()
    /// When the first report came, on the monotonic clock.
    ///
    /// What comes soon after it was there before, and is no news.
    private var startNanoseconds: UInt64?

    /// How long after the start an agent may be silent that is only now heard for the first time:
    /// as long as the longest silence of a host that counts as online.
    private static let settlingNanoseconds: UInt64 = 600_000_000_000

    /// Whether the server has run for long enough to tell who is new; the first call is its start.
    mutating func isSettled(at now: FleetTime) -> Bool {
        let start = startNanoseconds ?? now.monotonicNanoseconds
        startNanoseconds = start
        return now.monotonicNanoseconds > start + Self.settlingNanoseconds
    }

    mutating func note(_ change: Change, of subject: Subject, at now: FleetTime) {
        events.note(Event(atMilliseconds: now.wallMilliseconds, change: change, subject: subject))
    }
}
