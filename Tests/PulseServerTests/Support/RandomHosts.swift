import PulseFleet
import PulseTestSupport

/// Hosts that report at random; some have so many disks that the stream grows to megabytes.
struct RandomHosts {
    private var random: SeededGenerator
    private let hostCount: Int
    private let disksMax: Int
    private var seconds = 0.0

    init(seed: UInt64, hostCount: Int, disksMax: Int) {
        random = SeededGenerator(seed: seed)
        self.hostCount = hostCount
        self.disksMax = disksMax
    }

    /// Every host reports once.
    mutating func fill(_ fleet: FleetOwner) {
        for number in 0..<hostCount { fleet.apply(report(of: number), at: now) }
    }

    /// What happens between two ticks: sometimes nothing.
    mutating func act(on fleet: FleetOwner) {
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let number = Int.random(in: 0..<hostCount, using: &random)
            if Int.random(in: 0..<20, using: &random) == 0 {
                fleet.removeHost(id: "host-\(number)")
            } else {
                fleet.apply(report(of: number), at: now)
            }
        }
        seconds += 2
    }

    private var now: FleetTime {
        FleetTime(
            wallMilliseconds: 1_790_000_000_000 + Int64(seconds * 1000),
            monotonicNanoseconds: 5_000_000_000 + UInt64(seconds * 1e9)
        )
    }

    private mutating func report(of number: Int) -> HostReport {
        var report = HostReport(id: "host-\(number)", hostname: "host-\(number)")
        report.cpuPercent = Double(Int.random(in: 0...1000, using: &random)) / 10
        report.memory.totalBytes = 1 << 34
        report.memory.usedBytes = UInt64.random(in: 0...1 << 34, using: &random)
        report.timestampMilliseconds = now.wallMilliseconds
        // Most reports change the figures only.
        let change = Int.random(in: 0..<3, using: &random) == 0 ? 1 : 0
        report.disks = (0..<disksMax).map { index in
            var disk = HostReport.Disk()
            disk.device = "/dev/disk/by-id/number-\(index)"
            disk.mountpoint = "/srv/a/rather/long/path/to/make/rows/large/\(index)"
            disk.filesystem = "ext4"
            disk.totalBytes = 1 << 40
            disk.usedBytes = UInt64(number + change) << 30
            return disk
        }
        return report
    }
}
