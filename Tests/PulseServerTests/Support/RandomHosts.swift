import PulseFleet
import PulseTestSupport

/// Hosts that report at random, some with so many disks that the stream grows to megabytes, and two
/// remotes whose lists change.
struct RandomHosts {
    private var random: SeededGenerator
    private let hostCount: Int
    private let disksMax: Int
    private var seconds = 0.0
    private var remotes: [RemoteID] = []

    private static let remoteNames = ["lab", "far"]

    init(seed: UInt64, hostCount: Int, disksMax: Int) {
        random = SeededGenerator(seed: seed)
        self.hostCount = hostCount
        self.disksMax = disksMax
    }

    /// Every host reports once.
    mutating func fill(_ fleet: FleetOwner) {
        for number in 0..<hostCount { fleet.apply(report(of: number), at: now) }
        if !remotes.isEmpty { return }
        remotes = Self.remoteNames.map { name in
            let description = RemoteDescription(name: name, kind: .pve, url: "https://\(name):8006")
            return fleet.addRemote(description, pollNanoseconds: 2_000_000_000, at: now)
        }
        for remote in remotes { list(remote, on: fleet) }
        fleet.expire(at: now)
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
        for remote in remotes where Int.random(in: 0..<2, using: &random) == 0 {
            list(remote, on: fleet)
        }
        for id in ["guest:lab/100", "node:far/pve1"] {
            var details = DetailReport()
            details.cpuFraction = Double(Int.random(in: 0...2, using: &random)) / 4
            fleet.apply(details, of: id, at: now)
        }
        fleet.expire(at: now)
        seconds += 2
    }

    /// What a remote lists; guest 100 and node pve1 are always there.
    private mutating func list(_ remote: RemoteID, on fleet: FleetOwner) {
        var nodes = [NodeReport(name: "pve1", status: "online")]
        if Int.random(in: 0..<3, using: &random) > 0 {
            nodes.append(NodeReport(name: "pve2", status: "offline"))
        }
        nodes[0].cpuFraction = Double(Int.random(in: 0...9, using: &random)) / 10
        fleet.apply(nodes[...], .whole, of: remote, at: now)
        let guests = (100..<UInt64(112)).compactMap { vmid -> GuestReport? in
            guard vmid == 100 || Int.random(in: 0..<9, using: &random) > 0 else { return nil }
            let isRunning = Int.random(in: 0..<6, using: &random) > 0
            let status = isRunning ? "running" : "stopped"
            var guest = GuestReport(kind: .lxc, vmid: vmid, node: "pve1", status: status)
            guest.cpuFraction = Double(Int.random(in: 0...1000, using: &random)) / 1000
            return guest
        }
        fleet.apply(guests[...], .whole, of: remote, at: now)
        var storage = StorageReport(name: "local", node: "pve1", status: "available")
        storage.totalBytes = 1 << 40
        storage.usedBytes = UInt64.random(in: 0...1 << 40, using: &random)
        var storages = StorageGroups()
        storages.add([storage])
        fleet.apply(storages.groups[...], .whole, of: remote, at: now)
        fleet.noteAnswer(RemoteAnswer(latencyMilliseconds: 1), of: remote, at: now)
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
