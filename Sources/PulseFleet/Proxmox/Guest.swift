/// A guest: what the lists say about it, and what follows from those before.
struct Guest: ListedResource {
    private(set) var report: GuestReport
    private(set) var traits: GuestTraits
    private(set) var figures = GuestFigures()
    private(set) var deadlineNanoseconds = UInt64.max
    private var memory = MemoryMemo()
    private var rates = GuestRates()
    private var rateWatch = SampleWatch()
    private var sampleWatch = SampleWatch()
    private var boot: BootTime
    var changes: [Change] = []
    /// Its last state that was known, and where that was.
    private var known: (status: String, node: String)?
    private var hasRestarted = false
    /// Whether its figures are those of the first look: nobody knows how old they were then.
    private var isAsFirstSeen = true

    /// Unique within a cluster, whatever the kind; it stays the same on every node.
    static func key(of report: GuestReport) -> UInt64? {
        report.vmid
    }

    init(_ report: GuestReport, of remote: Remote, at now: FleetTime) {
        self.report = report
        boot = remote.makeBootTime()
        traits = GuestTraits(vmid: report.vmid, kind: report.kind, remote: remote.name)
        absorb(isSample: report.hasFigures, at: now)
        reconsider(of: remote, at: now)
    }

    mutating func take(_ report: GuestReport, of remote: Remote, at now: FleetTime) {
        guard report.kind == self.report.kind else {
            // Another guest under the number of one that was destroyed.
            self = Guest(report, of: remote, at: now)
            changes.append(Change(.appeared))
            return
        }
        let isSample = report.hasFigures && !report.hasFigures(of: self.report)
        if let before = self.report.uptimeSeconds, let uptime = report.uptimeSeconds,
            uptime < before
        {
            boot = remote.makeBootTime()
            memory = MemoryMemo()
            hasRestarted = report.isAlive
        }
        self.report = report
        if isSample { isAsFirstSeen = false }
        absorb(isSample: isSample, at: now)
        reconsider(of: remote, at: now)
    }

    mutating func reconsider(of remote: Remote, at now: FleetTime) {
        let isNodeDown = remote.downNodes.contains(report.node)
        let isWatched = report.isAlive && report.hasFigures && !remote.isStale && !isNodeDown
        rateWatch.look(isWatched, at: now)
        sampleWatch.look(isWatched, at: now)
        let rateEnd = rateWatch.deadline(afterNanoseconds: remote.rateSilenceNanoseconds)
        let sampleEnd = sampleWatch.deadline(afterNanoseconds: remote.sampleSilenceNanoseconds)
        let isStuck = sampleEnd < now.monotonicNanoseconds
        if rateEnd < now.monotonicNanoseconds { rates.forget() }
        figures.rates = rates.rates
        // For five minutes PVE goes on to call the guests of a node running that it has lost.
        traits.status = isNodeDown ? "unknown" : report.status
        traits.isStale = remote.isStale || isNodeDown || !report.isKnown || isStuck
        deadlineNanoseconds = min(
            rateEnd < now.monotonicNanoseconds ? .max : rateEnd,
            isStuck ? .max : sampleEnd
        )
        noteChanges()
    }

    /// Compares with the last state that was known: that its node was lost in between, and what
    /// PVE then says, is no change of the guest.
    private mutating func noteChanges() {
        guard traits.status != "unknown" else { return }
        let (status, node) = (traits.status, report.node)
        defer {
            known = (status, node)
            hasRestarted = false
        }
        guard let known else { return }
        if known.node != node { changes.append(Change(.migrated, from: known.node, to: node)) }
        if known.status != status {
            let kind = Self.change(from: known.status, to: status)
            changes.append(Change(kind, from: known.status, to: status))
        } else if hasRestarted, known.node == node {
            changes.append(Change(.restarted))
        }
    }

    private static func change(from before: String, to status: String) -> Change.Kind {
        if status == "stopped" { return .stopped }
        return status == "running" && before == "stopped" ? .started : .changed
    }

    /// Takes the parts of the report that need the one before.
    private mutating func absorb(isSample: Bool, at now: FleetTime) {
        if isSample {
            figures.sampledMilliseconds = now.wallMilliseconds
            sampleWatch.restart(at: now)
        }
        traits.node = report.node
        traits.lock = report.lock
        guard report.isKnown else {
            keepTraits()
            return
        }
        traits.name = report.name
        traits.isTemplate = report.isTemplate
        traits.tags = report.tags
        traits.pool = report.pool
        traits.haState = report.haState
        traits.cpuCount = report.cpuCount.known
        traits.memoryTotalBytes = report.memoryTotalBytes.known
        traits.diskTotalBytes = report.diskTotalBytes.known
        figures.cpuPercent = Figure.percent(share: report.cpuFraction)
        absorbMemory(at: now)
        figures.diskBytes = report.diskBytes
        updateRates(at: now)
        // An uptime of 0 is that of a guest that does not run, or of which no sample is there yet.
        let uptime = report.isAlive ? report.uptimeSeconds.known : nil
        boot.update(uptimeSeconds: uptime, timestamp: nil, arrival: now.wallMilliseconds)
        traits.bootMilliseconds = boot.milliseconds
    }

    /// Of a guest that it calls unknown PVE tells kind, number and node, and little else: the rest
    /// is what was known last.
    private mutating func keepTraits() {
        traits.name = report.name ?? traits.name
        if !report.tags.isEmpty { traits.tags = report.tags }
        traits.pool = report.pool ?? traits.pool
        traits.haState = report.haState ?? traits.haState
        traits.cpuCount = report.cpuCount.known ?? traits.cpuCount
        traits.memoryTotalBytes = report.memoryTotalBytes.known ?? traits.memoryTotalBytes
        traits.diskTotalBytes = report.diskTotalBytes.known ?? traits.diskTotalBytes
    }

    private mutating func absorbMemory(at now: FleetTime) {
        guard report.isAlive else {
            memory = MemoryMemo()
            figures.memoryBytes = report.memoryUsedBytes
            traits.memorySource = nil
            return
        }
        let reading = memory.take(report.memoryReading, at: now)
        figures.memoryBytes = reading?.usedBytes
        traits.memorySource = reading?.source
    }

    private mutating func updateRates(at now: FleetTime) {
        guard report.isAlive else {
            rates.stop()
            return
        }
        let counters = GuestRates.Counters(
            received: report.receivedBytes,
            sent: report.sentBytes,
            read: report.readBytes,
            written: report.writtenBytes
        )
        if rates.take(counters, uptimeSeconds: report.uptimeSeconds, at: now) {
            rateWatch.restart(at: now)
        }
    }
}

extension Guest {
    static var stream: StreamName { .guests }

    /// Running, stopped, in another state, a template.
    static var groupCount: Int { 4 }

    var group: Int {
        if traits.isTemplate { return 3 }
        return switch traits.status {
        case "running": 0
        case "stopped": 1
        default: 2
        }
    }

    var subject: Subject {
        Subject(
            id: traits.id,
            type: "guest",
            name: traits.name ?? "\(traits.vmid)",
            remote: traits.remote,
            node: traits.node
        )
    }

    func level(of metric: HistoryMetric) -> Double? {
        if traits.isStale { return nil }
        return switch metric {
        case .cpu: figures.cpuPercent
        case .mem: Figure.percent(figures.memoryBytes, of: traits.memoryTotalBytes)
        case .disk: Figure.percent(figures.diskBytes, of: traits.diskTotalBytes)
        case .netIn: figures.rates.received
        case .netOut: figures.rates.sent
        case .diskRead: figures.rates.read
        case .diskWrite: figures.rates.written
        default: nil
        }
    }

    /// What is wrong with it.
    ///
    /// Its processors are not judged: work is what it is for. Its memory is only where a page cache
    /// does not count as used.
    func judge(of remote: Remote, _ look: inout ProblemLook) {
        if report.haState == "error" {
            look.holds(.ha, .critical, "was given up by the HA manager")
        }
        guard traits.status == "running" else { return }
        if traits.isStale {
            let node = Subject(
                id: NodeTraits.id(of: report.node, in: remote.name),
                type: "node",
                name: report.node,
                remote: remote.name
            )
            look.silence = ProblemLook.Silence(
                node: node,
                sinceMilliseconds: figures.sampledMilliseconds,
                isOlder: isAsFirstSeen
            )
            return
        }
        let disk = Figure.percent(figures.diskBytes, of: traits.diskTotalBytes)
        look.measures(.storage, disk, .disk, detail: "disk") {
            "has its root disk \(ProblemLook.text($0)) full"
        }
        guard traits.memorySource == .cgroup || traits.memorySource == .available else { return }
        let memory = Figure.percent(figures.memoryBytes, of: traits.memoryTotalBytes)
        look.measures(.hot, memory, .memory, detail: "mem") {
            "uses \(ProblemLook.text($0)) of its memory"
        }
    }
}

extension GuestReport {
    /// Whether PVE has heard of it in the last five minutes.
    fileprivate var isKnown: Bool { status != "unknown" }

    /// Whether it has a process: it runs, or is in one of the many states of QMP.
    fileprivate var isAlive: Bool { isKnown && status != "stopped" }

    /// What it uses of its disk.
    ///
    /// PVE says 0 of each virtual machine, whose filesystems it does not
    /// read, and of a container that is stopped, whose filesystem is not mounted: neither is true.
    fileprivate var diskBytes: UInt64? {
        kind == .lxc && isAlive ? diskUsedBytes : nil
    }

    /// What it uses of its memory, and how far that can be believed.
    ///
    /// Of what runs PVE says 0 only before its first sample. Its number for a virtual machine is
    /// the guest's own where its balloon driver reports one, else what the host spends, which
    /// only PVE 9 lets us tell apart. More than it has can only be the host's view.
    fileprivate var memoryReading: MemoryReading? {
        guard let used = memoryUsedBytes else { return nil }
        if used == 0 { return nil }
        if kind == .lxc { return MemoryReading(usedBytes: used, source: .cgroup) }
        if let total = memoryTotalBytes.known, used > total {
            return MemoryReading(usedBytes: used, source: .host)
        }
        guard let host = memoryHostBytes.known else {
            return MemoryReading(usedBytes: used, source: .list)
        }
        return MemoryReading(usedBytes: used, source: used == host ? .host : .balloon)
    }

    fileprivate var hasFigures: Bool {
        cpuFraction != nil || memoryUsedBytes != nil || uptimeSeconds != nil
            || receivedBytes != nil || readBytes != nil
    }

    fileprivate func hasFigures(of other: GuestReport) -> Bool {
        cpuFraction == other.cpuFraction && memoryUsedBytes == other.memoryUsedBytes
            && uptimeSeconds == other.uptimeSeconds && diskUsedBytes == other.diskUsedBytes
            && receivedBytes == other.receivedBytes && sentBytes == other.sentBytes
            && readBytes == other.readBytes && writtenBytes == other.writtenBytes
    }
}
