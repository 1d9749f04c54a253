/// Turns counters that are read at the time of asking into rates, in bytes per second.
///
/// Proxmox VE counts on while it is asked, or shows the sample that pvestatd took up to ten seconds
/// ago. Either way a rate is right between two answers that each were the first with their
/// counters: how long those of the very first answer had stood nobody knows. Where all stand still,
/// the answer is that of the same sample, or nothing moves; that is decided when they have done so
/// for longer than a sample lasts.
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
    /// Whether the report that is kept was the first with its counters, others having come before.
    private var isFirstOfItsCounters = false

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
        let isStill = isStill(new)
        if isStill, seconds < Self.sampleSeconds { return }
        if isStill || isFirstOfItsCounters { setRates(to: new, seconds) }
        isFirstOfItsCounters = !isStill
        report = new
        self.readNanoseconds = now.monotonicNanoseconds
    }

    private mutating func setRates(to new: DetailReport, _ seconds: Double) {
        total.network = new.network.map { Self.rate(from: report.network, to: $0, seconds) }
        total.disk = new.disk.map { Self.rate(from: report.disk, to: $0, seconds) }
        networks = Self.rates(from: report.networks, to: new.networks, seconds)
        disks = Self.rates(from: report.disks, to: new.disks, seconds)
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
