/// A node: what the lists and the polls of its own say about it.
struct Node: ListedResource {
    /// How long what a node told of itself counts.
    ///
    /// It is asked every 10 to 30 s. When it does not answer any more, its load of two minutes ago
    /// must not pass for that of now.
    private static let detailsNanosecondsMax: UInt64 = 120_000_000_000

    private(set) var report: NodeReport
    private(set) var traits: NodeTraits
    private(set) var figures = NodeFigures()
    private(set) var deadlineNanoseconds = UInt64.max
    private var details: NodeDetails?
    /// Since when `details` have not been told anew.
    private var detailsWatch = SampleWatch()
    private var sampleWatch = SampleWatch()
    private var boot: BootTime
    var changes: [Change] = []
    /// Whether it was online when that was last known.
    private var wasOnline: Bool?
    private var hasBeenOnline = false
    /// Whether its figures are those of the first look: nobody knows how old they were then.
    private var isAsFirstSeen = true

    static func key(of report: NodeReport) -> String? {
        report.name.isName ? report.name : nil
    }

    init(_ report: NodeReport, of remote: Remote, at now: FleetTime) {
        self.report = report
        boot = remote.makeBootTime()
        traits = NodeTraits(name: report.name, remote: remote.name)
        absorb(isSample: report.isSample, at: now)
        reconsider(of: remote, at: now)
    }

    mutating func take(_ report: NodeReport, of remote: Remote, at now: FleetTime) {
        let isSample = report.isSample && !report.hasFigures(of: self.report)
        if let before = self.report.uptimeSeconds, let uptime = report.uptimeSeconds,
            uptime < before
        {
            boot = remote.makeBootTime()
            if wasOnline == true { changes.append(Change(.restarted)) }
        }
        self.report = report
        if isSample || !report.isOnline { isAsFirstSeen = false }
        absorb(isSample: isSample, at: now)
        reconsider(of: remote, at: now)
    }

    /// Takes which host it is, if it is one.
    mutating func link(to host: String?) { traits.host = host }

    /// Takes what the node told of itself.
    mutating func take(_ details: NodeDetails, of remote: Remote, at now: FleetTime) {
        self.details = details
        detailsWatch.restart(at: now)
        traits.version = details.version ?? traits.version
        traits.kernelVersion = details.kernelVersion ?? traits.kernelVersion
        traits.cpuModel = details.cpuModel ?? traits.cpuModel
        traits.swapTotalBytes = details.swapTotalBytes ?? traits.swapTotalBytes
        reconsider(of: remote, at: now)
    }

    mutating func reconsider(of remote: Remote, at now: FleetTime) {
        let isWatched = report.isOnline && !remote.isStale
        sampleWatch.look(isWatched && report.hasFigures, at: now)
        detailsWatch.look(isWatched && details != nil, at: now)
        let sampleEnd = sampleWatch.deadline(afterNanoseconds: remote.sampleSilenceNanoseconds)
        let detailsEnd = detailsWatch.deadline(afterNanoseconds: Self.detailsNanosecondsMax)
        let isStuck = sampleEnd < now.monotonicNanoseconds
        if detailsEnd < now.monotonicNanoseconds {
            details = nil
            detailsWatch.look(false, at: now)
        }
        if report.isOnline { showFigures() }
        traits.status = report.isOnline || report.status == "offline" ? report.status : "unknown"
        traits.isStale = remote.isStale || !report.isOnline || isStuck
        traits.address = remote.addresses[report.name]
        deadlineNanoseconds = min(
            isStuck ? .max : sampleEnd,
            details == nil ? .max : detailsEnd
        )
        if let wasOnline, wasOnline != report.isOnline {
            changes.append(Change(report.isOnline ? .back : .lost, to: traits.status))
        }
        wasOnline = report.isOnline
        if report.isOnline { hasBeenOnline = true }
    }

    /// Takes the parts of the report that need the one before.
    ///
    /// PVE leaves out most of what it knew of a node that is not online: that is kept. What it
    /// leaves out of one that is online is unknown: the token may have lost a privilege.
    private mutating func absorb(isSample: Bool, at now: FleetTime) {
        if isSample {
            figures.sampledMilliseconds = now.wallMilliseconds
            sampleWatch.restart(at: now)
        }
        traits.haState = report.haState
        let isOnline = report.isOnline
        traits.cpuCount = report.cpuCount.known ?? (isOnline ? nil : traits.cpuCount)
        traits.memoryTotalBytes =
            report.memoryTotalBytes.known ?? (isOnline ? nil : traits.memoryTotalBytes)
        traits.diskTotalBytes =
            report.diskTotalBytes.known ?? (isOnline ? nil : traits.diskTotalBytes)
        guard isOnline else { return }
        let uptime = report.uptimeSeconds.known
        boot.update(uptimeSeconds: uptime, timestamp: nil, arrival: now.wallMilliseconds)
        traits.bootMilliseconds = boot.milliseconds
    }

    private mutating func showFigures() {
        figures.cpuPercent = Figure.percent(share: report.cpuFraction)
        let memory = memoryUsed
        figures.memoryBytes = memory?.usedBytes
        traits.memorySource = memory?.source
        figures.diskBytes = report.diskUsedBytes
        figures.swapBytes = details?.swapUsedBytes
        figures.load = details?.loadAverage ?? []
        figures.ioWaitPercent = Figure.percent(share: details?.ioWaitFraction)
    }

    /// What programs cannot take any more.
    ///
    /// A list's `mem` counts the page cache on some versions and
    /// not on others; what the kernel calls available means the same on all that tell it.
    private var memoryUsed: MemoryReading? {
        guard let available = details?.memoryAvailableBytes,
            let total = traits.memoryTotalBytes, available <= total
        else { return report.memoryUsedBytes.map { MemoryReading(usedBytes: $0, source: .list) } }
        return MemoryReading(usedBytes: total - available, source: .available)
    }
}

extension Node {
    static var stream: StreamName { .nodes }

    /// Online, or not.
    static var groupCount: Int { 2 }

    var group: Int { report.isOnline ? 0 : 1 }

    var subject: Subject {
        Subject(id: traits.id, type: "node", name: traits.name, remote: traits.remote)
    }

    var machineName: String? { traits.name }

    func level(of metric: HistoryMetric) -> Double? {
        if traits.isStale { return nil }
        return switch metric {
        case .cpu: figures.cpuPercent
        case .mem: Figure.percent(figures.memoryBytes, of: traits.memoryTotalBytes)
        case .swap: Figure.percent(figures.swapBytes, of: traits.swapTotalBytes)
        case .disk: Figure.percent(figures.diskBytes, of: traits.diskTotalBytes)
        case .load1: figures.value(of: .load1)
        case .iowait: figures.ioWaitPercent
        default: nil
        }
    }

    func judge(of remote: Remote, _ look: inout ProblemLook) {
        if traits.status == "offline" {
            let since = figures.sampledMilliseconds
            look.holds(.node, .critical, "is offline", since: since, isOlder: !hasBeenOnline)
            return
        }
        if traits.isStale {
            let since = figures.sampledMilliseconds
            let words = "gives no new figures"
            look.holds(.stale, .warning, words, since: since, isOlder: isAsFirstSeen)
            return
        }
        look.measures(.hot, figures.cpuPercent, .cpu, detail: "cpu") {
            "uses \(ProblemLook.text($0)) of its CPU"
        }
        let memory = Figure.percent(figures.memoryBytes, of: traits.memoryTotalBytes)
        look.measures(.hot, memory, .memory, detail: "mem") {
            "uses \(ProblemLook.text($0)) of its memory"
        }
        let disk = Figure.percent(figures.diskBytes, of: traits.diskTotalBytes)
        look.measures(.hot, disk, .disk, detail: "disk") {
            "uses \(ProblemLook.text($0)) of its root disk"
        }
    }
}

extension NodeReport {
    fileprivate var isOnline: Bool { status == "online" }

    /// Whether it tells any figure; without the privilege Sys.Audit it does not.
    fileprivate var hasFigures: Bool {
        cpuFraction != nil || memoryUsedBytes != nil || uptimeSeconds != nil
    }

    /// Whether its figures are a sample: of a node that is not online they are of before, or zeros.
    fileprivate var isSample: Bool { isOnline && hasFigures }

    fileprivate func hasFigures(of other: NodeReport) -> Bool {
        cpuFraction == other.cpuFraction && memoryUsedBytes == other.memoryUsedBytes
            && diskUsedBytes == other.diskUsedBytes && uptimeSeconds == other.uptimeSeconds
    }
}

extension Optional where Wrapped: Numeric {
    /// The value, of something that cannot be 0: a number of processors, the size of a memory.
    var known: Wrapped? {
        self == 0 ? nil : self
    }
}

extension String {
    /// Whether it can be part of an identity.
    var isName: Bool {
        !isEmpty && utf8.count <= FleetLimits.nameBytesMax
    }
}
