/// Turns counters that are read at the time of asking into rates, in bytes per second.
///
/// Other than the counters of lists these are not those of a sample of ten seconds: the time
/// between two answers is the time that they count. Where all stand still, the answer is that of
/// the same sample, or nothing moves; that is decided when they have done so for longer than a
/// sample lasts.
struct DetailRates {
    /// Bytes per second; `nil` = unknown.
    struct Rate: Equatable {
        var name: String
        var incoming: Double?
        var outgoing: Double?
    }

    private(set) var total: (network: Rate?, disk: Rate?) = (nil, nil)
    private(set) var networks: [Rate] = []
    private(set) var disks: [Rate] = []
    private var report = DetailReport()
    private var readNanoseconds: UInt64?

    /// Less apart than this two answers say nothing.
    private static let secondsMin = 0.5
    /// pvestatd takes a sample about every 10 s.
    private static let sampleSeconds = 15.0
    /// After this nobody calls the difference a rate of now.
    private static let secondsMax = 60.0

    /// Takes the next answer.
    mutating func take(_ new: DetailReport, at now: FleetTime) {
        guard let readNanoseconds, !hasRestarted(new) else { return begin(new, at: now) }
        let seconds = now.seconds(since: readNanoseconds)
        if seconds > Self.secondsMax { return begin(new, at: now) }
        if seconds < Self.secondsMin { return }
        if isStill(new), seconds < Self.sampleSeconds { return }
        total.network = new.network.map { Self.rate(from: report.network, to: $0, seconds) }
        total.disk = new.disk.map { Self.rate(from: report.disk, to: $0, seconds) }
        networks = Self.rates(from: report.networks, to: new.networks, seconds)
        disks = Self.rates(from: report.disks, to: new.disks, seconds)
        report = new
        self.readNanoseconds = now.monotonicNanoseconds
    }

    private mutating func begin(_ new: DetailReport, at now: FleetTime) {
        self = DetailRates()
        report = new
        readNanoseconds = now.monotonicNanoseconds
        networks = new.networks.map { Rate(name: $0.name) }
        disks = new.disks.map { Rate(name: $0.name) }
    }

    private func hasRestarted(_ new: DetailReport) -> Bool {
        guard let before = report.uptimeSeconds, let uptime = new.uptimeSeconds else {
            return false
        }
        return uptime < before
    }

    private func isStill(_ new: DetailReport) -> Bool {
        new.network == report.network && new.disk == report.disk && new.networks == report.networks
            && new.disks == report.disks
    }

    private static func rates(
        from old: [DetailReport.Counter],
        to new: [DetailReport.Counter],
        _ seconds: Double
    ) -> [Rate] {
        new.map { counter in
            rate(from: old.first { $0.name == counter.name }, to: counter, seconds)
        }
    }

    private static func rate(
        from old: DetailReport.Counter?,
        to new: DetailReport.Counter,
        _ seconds: Double
    ) -> Rate {
        Rate(
            name: new.name,
            incoming: rate(from: old?.incoming, to: new.incoming, seconds),
            outgoing: rate(from: old?.outgoing, to: new.outgoing, seconds)
        )
    }

    private static func rate(from old: UInt64?, to new: UInt64, _ seconds: Double) -> Double? {
        guard let old, new >= old else { return nil }
        return Double(new - old) / seconds
    }
}
