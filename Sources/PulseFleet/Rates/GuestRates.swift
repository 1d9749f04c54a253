/// Turns the cumulative counters of a guest into rates, in bytes per second.
///
/// A list is polled five times as often as pvestatd takes samples, so that most polls show the
/// sample of the one before: only one in which a counter or the uptime has changed is a new sample,
/// and between two of them the last rates hold.
struct GuestRates {
    /// Bytes since the guest's process started; `nil` = not told.
    struct Counters: Equatable {
        var received: UInt64?
        var sent: UInt64?
        var read: UInt64?
        var written: UInt64?
    }

    /// Bytes per second; `nil` = unknown.
    struct Rates: Equatable {
        var received: Double?
        var sent: Double?
        var read: Double?
        var written: Double?

        /// What a guest that does not run moves.
        static let zero = Rates(received: 0, sent: 0, read: 0, written: 0)
    }

    private(set) var rates = Rates()
    private var counters = Counters()
    private var uptimeSeconds: Double?
    private var arrivalNanoseconds: UInt64?
    private var clock = SampleClock()

    /// Takes what a list says of a guest that runs; says whether it is a new sample.
    mutating func take(_ new: Counters, uptimeSeconds uptime: Double?, at now: FleetTime) -> Bool {
        if arrivalNanoseconds != nil, new == counters, uptime == uptimeSeconds { return false }
        // Most restarts show in an uptime or a counter that decreased, as does a live migration,
        // which begins a new process too. Any other difference is then of two processes as well.
        if hasRestarted(uptime, at: now) || hasDecreased(new) { clock = SampleClock() }
        let step = clock.advance(
            to: SampleClock.Sample(
                agentMilliseconds: nil,
                uptimeSeconds: uptime,
                arrivalNanoseconds: now.monotonicNanoseconds
            )
        )
        switch step {
        case .same: return true
        case .restart: rates = Rates()
        case .elapsed(let seconds): rates = Self.rates(from: counters, to: new, seconds: seconds)
        }
        counters = new
        uptimeSeconds = uptime
        arrivalNanoseconds = now.monotonicNanoseconds
        return true
    }

    /// Takes that the guest does not run.
    ///
    /// It moves nothing, which is known and not guessed; its next process counts from 0.
    mutating func stop() {
        self = GuestRates()
        rates = .zero
    }

    /// Takes that there was no new sample for too long; the next one counts from the last.
    mutating func forget() {
        rates = Rates()
    }

    /// Whether the guest was started anew since the last sample although its uptime has grown.
    ///
    /// An uptime comes from the sample, which is seen up to a poll later. One that has grown by
    /// less than half of what our clock says is that of another process, whose counters would be
    /// set against far too short a time. One that stands still says nothing.
    private func hasRestarted(_ uptime: Double?, at now: FleetTime) -> Bool {
        guard let uptime, let before = uptimeSeconds, let arrivalNanoseconds,
            now.monotonicNanoseconds >= arrivalNanoseconds
        else { return false }
        let arrivalSeconds = now.seconds(since: arrivalNanoseconds)
        let growth = uptime - before
        return growth < 0 || growth > 0 && arrivalSeconds > 2 * growth + 5
    }

    private func hasDecreased(_ new: Counters) -> Bool {
        Self.isLess(new.received, counters.received) || Self.isLess(new.sent, counters.sent)
            || Self.isLess(new.read, counters.read) || Self.isLess(new.written, counters.written)
    }

    private static func isLess(_ new: UInt64?, _ old: UInt64?) -> Bool {
        if let new, let old { new < old } else { false }
    }

    private static func rates(from old: Counters, to new: Counters, seconds: Double) -> Rates {
        Rates(
            received: rate(from: old.received, to: new.received, seconds: seconds),
            sent: rate(from: old.sent, to: new.sent, seconds: seconds),
            read: rate(from: old.read, to: new.read, seconds: seconds),
            written: rate(from: old.written, to: new.written, seconds: seconds)
        )
    }

    private static func rate(from old: UInt64?, to new: UInt64?, seconds: Double) -> Double? {
        guard let old, let new, new >= old else { return nil }
        return Double(new - old) / seconds
    }
}
