import PulseJSON

/// One report of a host together with what followed from the reports before it: all that its row
/// says.
struct HostRow: RowTraits, RowFigures {
    private let report: HostReport
    private let sums: HostSums
    private let isOnline: Bool
    private let bootMilliseconds: Int64?
    private let network: RateTracker.Rates
    private let diskIO: RateTracker.Rates
    private let seenMilliseconds: Int64
    private let node: String?

    init(_ report: HostReport, host: Host, at now: FleetTime) {
        self.report = report
        sums = HostSums(report)
        isOnline = host.isOnline
        bootMilliseconds = host.boot.milliseconds
        network = host.network.rates
        diskIO = host.diskIO.rates
        seenMilliseconds = now.wallMilliseconds
        node = host.node
    }

    /// What it is called where it may be a node: by Proxmox's kernels it is told from others.
    var nodeName: String? {
        report.kernelVersion?.containsBytes(of: "-pve") == true ? report.hostname : nil
    }

    /// The value of a hot field, not yet rounded; `nil` = unknown.
    func value(of figure: HostFigure) -> Double? {
        switch figure {
        case .seen: Double(seenMilliseconds)
        case .cpu: sums.cpuPercent
        case .mem: sums.memoryUsed.map { Double($0) }
        case .swap: sums.swapUsed.map { Double($0) }
        case .disk: sums.diskUsed.map { Double($0) }
        case .load1: Figure.load(0, of: report.loadAverage)
        case .load5: Figure.load(1, of: report.loadAverage)
        case .load15: Figure.load(2, of: report.loadAverage)
        case .netIn: network.incoming
        case .netOut: network.outgoing
        case .diskRead: diskIO.incoming
        case .diskWrite: diskIO.outgoing
        case .temp: sums.celsius
        }
    }

    /// Writes the JSON of a cold field.
    func encode(_ field: HostField, into writer: inout JSONWriter) {
        switch field {
        case .id: writer.string(Host.identity(of: report.id))
        case .name: writer.text(name)
        case .status: writer.status(isOnline: isOnline)
        case .platform: writer.text(report.platform)
        case .os: writer.text(operatingSystem)
        case .kernel: writer.text(report.kernelVersion)
        case .arch: writer.text(report.architecture)
        case .cpuModel: writer.text(report.cpuModel)
        case .cpus: writer.number(report.cpuCount.flatMap { $0 > 0 ? Double($0) : nil })
        case .agent: writer.text(report.agentVersion)
        case .interval:
            writer.number(Host.intervalSeconds(report.intervalSeconds), decimals: 3)
        case .boot: writer.time(bootMilliseconds)
        case .memTotal: writer.size(sums.memoryTotal)
        case .swapTotal: writer.size(sums.swapTotal)
        case .diskTotal: writer.size(sums.diskTotal)
        case .disks: writer.disks(report.disks)
        case .temps: writer.temperatures(report.temperatures)
        case .node: writer.text(node)
        }
    }

    /// The newest figure for the history; sizes in percent.
    func level(of metric: HistoryMetric) -> Double? {
        switch metric {
        case .cpu: sums.cpuPercent
        case .mem: Figure.percent(sums.memoryUsed, of: sums.memoryTotal)
        case .swap: Figure.percent(sums.swapUsed, of: sums.swapTotal)
        case .disk: Figure.percent(sums.diskUsed, of: sums.diskTotal)
        case .netIn: network.incoming
        case .netOut: network.outgoing
        case .diskRead: diskIO.incoming
        case .diskWrite: diskIO.outgoing
        case .load1: Figure.load(0, of: report.loadAverage)
        case .temp: sums.celsius
        case .iowait, .latency: nil
        }
    }

    /// What is wrong with it.
    ///
    /// Of a host that is a node, its processors and its memory are judged there.
    var look: ProblemLook {
        var look = ProblemLook()
        if node == nil { judgeLoad(&look) }
        look.measures(.hot, sums.celsius, .temperature, detail: "temp") {
            "is \(Int($0.rounded())) °C hot"
        }
        for disk in report.disks where FilesystemSum.counts(disk.filesystem) {
            let used = min(disk.usedBytes, disk.totalBytes)
            let percent = Figure.percent(used, of: disk.totalBytes)
            look.measures(.storage, percent, .disk, detail: disk.mountpoint) {
                "has \(disk.mountpoint) \(ProblemLook.text($0)) full"
            }
        }
        return look
    }

    private func judgeLoad(_ look: inout ProblemLook) {
        look.measures(.hot, sums.cpuPercent, .cpu, detail: "cpu") {
            "uses \(ProblemLook.text($0)) of its CPU"
        }
        let memory = Figure.percent(sums.memoryUsed, of: sums.memoryTotal)
        look.measures(.hot, memory, .memory, detail: "mem") {
            "uses \(ProblemLook.text($0)) of its memory"
        }
    }

    var name: String {
        let names = [report.displayName, report.hostname].compactMap(\.self)
        return names.first { !$0.isEmpty } ?? report.id
    }

    /// "debian 12.11"; the version is not said twice where the name has it already.
    private var operatingSystem: String? {
        // Cut before they are compared, which takes the product of their lengths at worst.
        let limit = FleetLimits.textBytesMax
        guard let name = report.osName?.prefix(utf8CountMax: limit), !name.isEmpty else {
            return nil
        }
        guard let version = report.osVersion?.prefix(utf8CountMax: limit), !version.isEmpty,
            !name.containsBytes(of: version)
        else { return name }
        return name + " " + version
    }
}

extension JSONWriter {
    mutating func status(isOnline: Bool) {
        fragment(isOnline ? "\"online\"" : "\"offline\"")
    }

    /// Writes `[[mountpoint,filesystem,usedBytes,totalBytes],…]`.
    fileprivate mutating func disks(_ disks: [HostReport.Disk]) {
        list(disks, byteCountMax: FleetLimits.disksBytesMax) { disk, writer in
            writer.fragment("[")
            writer.text(disk.mountpoint)
            writer.fragment(",")
            writer.text(disk.filesystem)
            writer.fragment(",")
            let used = min(disk.usedBytes, disk.totalBytes)
            writer.size(HostSums.wholeMebibytes(used))
            writer.fragment(",")
            writer.size(disk.totalBytes)
            writer.fragment("]")
        }
    }

    /// Writes `[[name,celsius],…]` by name, in whole degrees: the tenths change all the time.
    fileprivate mutating func temperatures(_ temperatures: [HostReport.Temperature]) {
        let sensors = temperatures.filter { HostSums.isPlausible($0.celsius) }
            .sorted { $0.name < $1.name }
        list(sensors, byteCountMax: FleetLimits.temperaturesBytesMax) { sensor, writer in
            writer.fragment("[")
            writer.text(sensor.name)
            writer.fragment(",")
            writer.number(sensor.celsius)
            writer.fragment("]")
        }
    }
}
