import PulseJSON

/// One report of a host together with what followed from the reports before it: all that its row
/// says.
struct HostRow {
    private let report: HostReport
    private let sums: HostSums
    private let isOnline: Bool
    private let bootMilliseconds: Int64?
    private let network: RateTracker.Rates
    private let diskIO: RateTracker.Rates
    private let seenMilliseconds: Int64

    init(_ report: HostReport, host: Host, at now: FleetTime) {
        self.report = report
        sums = HostSums(report)
        isOnline = host.isOnline
        bootMilliseconds = host.boot.milliseconds
        network = host.network.rates
        diskIO = host.diskIO.rates
        seenMilliseconds = now.wallMilliseconds
    }

    /// The value of a hot field, not yet rounded; `nil` = unknown.
    func value(of figure: HostFigure) -> Double? {
        switch figure {
        case .seen: Double(seenMilliseconds)
        case .cpu: sums.cpuPercent
        case .mem: sums.memoryUsed.map { Double($0) }
        case .swap: sums.swapUsed.map { Double($0) }
        case .disk: sums.diskUsed.map { Double($0) }
        case .load1: sums.load(0, of: report)
        case .load5: sums.load(1, of: report)
        case .load15: sums.load(2, of: report)
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
        case .id: writer.string("host:" + report.id)
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
            let seconds = Host.intervalSeconds(report.intervalSeconds)
            writer.figure(Figure.quantised(seconds, decimals: 3), decimals: 3)
        case .boot: writer.number(bootMilliseconds.map { Double($0) })
        case .memTotal: writer.number(sums.memoryTotal.map { Double($0) })
        case .swapTotal: writer.number(sums.swapTotal.map { Double($0) })
        case .diskTotal: writer.number(sums.diskTotal.map { Double($0) })
        case .disks: writer.disks(report.disks)
        case .temps: writer.temperatures(report.temperatures)
        }
    }

    private var name: String {
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

    /// Writes a text cut to `FleetLimits.textBytesMax`; what is missing or empty as null.
    fileprivate mutating func text(_ text: String?) {
        guard let text, !text.isEmpty else { return null() }
        string(text.prefix(utf8CountMax: FleetLimits.textBytesMax))
    }

    /// Writes a whole number; what is unknown as null.
    fileprivate mutating func number(_ value: Double?) {
        figure(Figure.quantised(value), decimals: 0)
    }

    /// Writes `[[mountpoint,filesystem,usedBytes,totalBytes],…]`.
    fileprivate mutating func disks(_ disks: [HostReport.Disk]) {
        list(disks, byteCountMax: FleetLimits.disksBytesMax) { disk, writer in
            writer.text(disk.mountpoint)
            writer.fragment(",")
            writer.text(disk.filesystem)
            writer.fragment(",")
            let used = min(disk.usedBytes, disk.totalBytes)
            writer.number(Double(HostSums.wholeMebibytes(used)))
            writer.fragment(",")
            writer.number(Double(disk.totalBytes))
        }
    }

    /// Writes `[[name,celsius],…]` by name, in whole degrees: the tenths change all the time.
    fileprivate mutating func temperatures(_ temperatures: [HostReport.Temperature]) {
        let sensors = temperatures.filter { HostSums.isPlausible($0.celsius) }
            .sorted { $0.name < $1.name }
        list(sensors, byteCountMax: FleetLimits.temperaturesBytesMax) { sensor, writer in
            writer.text(sensor.name)
            writer.fragment(",")
            writer.number(sensor.celsius)
        }
    }

    /// Writes as many elements, each an array, as fit in `byteCountMax`.
    private mutating func list<Element>(
        _ elements: [Element],
        byteCountMax: Int,
        _ write: (Element, inout JSONWriter) -> Void
    ) {
        let start = count
        fragment("[")
        for (index, element) in elements.enumerated() {
            let mark = mark()
            fragment(index == 0 ? "[" : ",[")
            write(element, &self)
            fragment("]")
            guard count - start < byteCountMax else {
                rewind(to: mark)
                break
            }
        }
        fragment("]")
    }
}
