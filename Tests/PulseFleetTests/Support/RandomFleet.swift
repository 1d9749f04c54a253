import PulseFleet

/// A few hosts that do everything a real one does, and some things that it should not, from a seed.
struct RandomFleet {
    private var random: SeededGenerator
    private var seconds = 0.0
    private var processes: [Int: (stream: UInt64, number: UInt64)] = [:]
    private var lastReports: [HostReport] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// What happens between two ticks.
    mutating func act(on fleet: FleetOwner) {
        for _ in 0..<random.next() % 9 {
            switch random.next() % 20 {
            case 0:
                fleet.removeHost(id: id())
            case 1:
                // A host that comes and goes within a tick, or goes and comes.
                let report = report()
                fleet.apply(report, at: now())
                fleet.removeHost(id: report.id)
                if random.oneIn(2) { fleet.apply(report, at: now()) }
            case 2:
                if let old = lastReports.randomElement(using: &random) {
                    fleet.apply(old, at: now())
                }
            default:
                let report = report()
                lastReports.append(report)
                if lastReports.count > 20 { lastReports.removeFirst() }
                fleet.apply(report, at: now())
            }
            seconds += random.oneIn(3) ? 0 : 0.4
        }
        seconds += random.oneIn(50) ? 400 : 2
        fleet.expire(at: now())
    }

    private func now() -> FleetTime { .at(seconds) }

    private mutating func id() -> String {
        random.element(of: (0..<24).map { "machine-\($0)" })
    }

    private mutating func report() -> HostReport {
        let id = id()
        let few = UInt64(3)
        var report = HostReport(id: id, hostname: random.oneIn(30) ? "re\"named\u{1}" : id)
        report.sequence = sequence(of: id)
        report.cpuPercent = maybe(Double(random.next() % 40) / 4)
        report.uptimeSeconds = maybe(random.oneIn(40) ? 1 : 9_000 + seconds)
        report.timestampMilliseconds = maybe(FleetTime.at(seconds).wallMilliseconds)
        report.loadAverage = (0..<random.next() % 4).map { Double($0) / 3 }
        report.memory.totalBytes = random.oneIn(10) ? 0 : 1 << 34
        report.memory.usedBytes = random.next() % few << 30
        report.network = (0..<random.next() % few).map { _ in interface() }
        report.diskIO = (0..<random.next() % few).map { _ in device() }
        report.disks = (0..<random.next() % few).map { _ in disk() }
        report.temperatures = (0..<random.next() % few).map {
            .init(name: "core \($0)", celsius: random.oneIn(9) ? .nan : 45)
        }
        report.kernelVersion = random.element(of: [nil, "6.1", "6.12 \u{1F427}"])
        report.intervalSeconds = random.element(of: [2, 30, .infinity])
        return report
    }

    private mutating func maybe<T>(_ value: T) -> T? {
        random.oneIn(6) ? nil : value
    }

    private mutating func sequence(of id: String) -> HostReport.Sequence? {
        guard let key = Int(id.split(separator: "-")[1]), key % 3 > 0 else { return nil }
        var process = processes[key] ?? (stream: UInt64(key) << 32, number: 0)
        process = random.oneIn(60) ? (process.stream + 1, 1) : (process.stream, process.number + 1)
        processes[key] = process
        return .init(stream: String(process.stream, radix: 16), number: process.number)
    }

    private mutating func interface() -> HostReport.NetworkInterface {
        var interface = HostReport.NetworkInterface()
        interface.name = random.element(of: ["eth0", "wlan0", "veth\(random.next() % 3)"])
        interface.receivedBytes = counter()
        interface.sentBytes = counter()
        return interface
    }

    private mutating func device() -> HostReport.DiskIO {
        var device = HostReport.DiskIO()
        device.device = random.element(of: ["sda", "nvme0n1"])
        device.readBytes = counter()
        device.writeBytes = counter()
        return device
    }

    private mutating func disk() -> HostReport.Disk {
        var disk = HostReport.Disk()
        disk.device = random.element(of: ["/dev/sda1", "tank/data", "tmpfs", ""])
        disk.mountpoint = random.element(of: ["/", "/srv/a b", "/\u{202e}\\"])
        disk.filesystem = "ext4"
        disk.totalBytes = random.oneIn(30) ? .max : 1 << 40
        disk.usedBytes = random.next() % 3 << 29 + random.next() % 4_096
        return disk
    }

    private mutating func counter() -> UInt64 {
        if random.oneIn(40) { return random.next() }
        return UInt64(seconds) * 1_000 + random.next() % 3 * 512
    }
}
