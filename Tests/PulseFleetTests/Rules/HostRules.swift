import PulseFleet
import Testing

/// What the fleet makes of agents' reports.
struct HostRules {
    @Test("hosts: disks", arguments: disksTable)
    func disks(rule: Rule) throws { try rule.check() }

    @Test("hosts: figures and life", arguments: figuresTable)
    func figures(rule: Rule) throws { try rule.check() }

    private typealias Disk = HostReport.Disk

    private static func disk(
        _ device: String,
        _ mountpoint: String,
        _ filesystem: String,
        _ used: Int,
        of total: Int
    ) -> Disk {
        HostReport.disk(
            device,
            mountpoint,
            filesystem,
            used: UInt64(used * gibibyte),
            total: UInt64(total * gibibyte)
        )
    }

    private static func sums(_ disks: [Disk], to used: Int, of total: Int, in lab: Lab) throws {
        var report = HostReport.tower()
        report.disks = disks
        lab.fleet.apply(report, at: .at(0))
        let sums = ["disk": Value.bytes(used * gibibyte), "diskTotal": .bytes(total * gibibyte)]
        try lab.expect(.hosts, sums)
    }

    private static var root: HostReport.Disk { disk("/dev/sda1", "/", "ext4", 5, of: 40) }

    static let disksTable = [
        Rule("416: one device that is mounted twice is one disk") { lab in
            try sums([root, disk("/dev/sda1", "/srv", "ext4", 5, of: 40)], to: 5, of: 40, in: lab)
        },
        Rule("subvolumes of one btrfs are one disk") { lab in
            let volumes = ["/", "/home", "/var"].map { disk("/dev/sdb", $0, "btrfs", 9, of: 90) }
            try sums(volumes, to: 9, of: 90, in: lab)
        },
        Rule("datasets of one ZFS pool share what is free of it") { lab in
            // 100 GiB in all: 10 and 20 are used, 70 are free for both.
            let sets = [
                disk("tank/a", "/a", "zfs", 10, of: 80), disk("tank/b", "/b", "zfs", 20, of: 90),
            ]
            try sums(sets, to: 30, of: 100, in: lab)
        },
        Rule("two ZFS pools are two disks") { lab in
            let sets = [
                disk("rpool/ROOT", "/", "zfs", 10, of: 80), disk("tank", "/t", "zfs", 20, of: 90),
            ]
            try sums(sets, to: 30, of: 170, in: lab)
        },
        Rule("505: an image that is always full, as erofs or squashfs, is no disk") { lab in
            let images = [
                disk("/dev/loop0", "/snap/core", "squashfs", 1, of: 1),
                disk("/dev/loop1", "/system", "erofs", 2, of: 2),
                disk("/dev/sr0", "/media/cdrom", "iso9660", 4, of: 4),
            ]
            try sums([root] + images, to: 5, of: 40, in: lab)
        },
        Rule("531: memory and overlays are no disks") { lab in
            let others = [
                disk("tmpfs", "/tmp", "tmpfs", 1, of: 8),
                disk("overlay", "/var/lib/docker/overlay2/x/merged", "overlay", 5, of: 40),
            ]
            try sums([root] + others, to: 5, of: 40, in: lab)
        },
        Rule("a share is the disk of another machine") { lab in
            let shares = [
                disk("nas:/export", "/mnt/nas", "nfs4", 900, of: 1_000),
                disk("//nas/media", "/mnt/media", "cifs", 900, of: 1_000),
            ]
            try sums([root] + shares, to: 5, of: 40, in: lab)
        },
        Rule("a union of filesystems is not counted beside its parts") { lab in
            let parts = [
                disk("/dev/sda1", "/mnt/a", "xfs", 5, of: 40),
                disk("/dev/sdb1", "/mnt/b", "xfs", 6, of: 40),
                disk("a:b", "/mnt/all", "fuse.mergerfs", 11, of: 80),
            ]
            try sums(parts, to: 11, of: 80, in: lab)
        },
        Rule("a machine that sees nothing but an overlay has that as its root") { lab in
            let root = disk("overlay", "/", "overlay", 5, of: 40)
            try sums([root, disk("shm", "/dev/shm", "tmpfs", 0, of: 1)], to: 5, of: 40, in: lab)
        },
        Rule("656: a machine without any disk in sight has an unknown one, not 0 %") { lab in
            var report = HostReport.tower()
            report.disks = [disk("tmpfs", "/tmp", "tmpfs", 1, of: 8)]
            lab.fleet.apply(report, at: .at(0))
            try lab.expect(.hosts, ["disk": .null, "diskTotal": .null])
        },
        Rule("more in use than there is, read at two moments, is all of it") { lab in
            try sums([disk("/dev/sda1", "/", "ext4", 41, of: 40)], to: 40, of: 40, in: lab)
        },
    ]

    static let figuresTable = [
        Rule("a host is offline after six intervals, and keeps its figures") { lab in
            var report = HostReport.tower()
            report.intervalSeconds = 30
            lab.fleet.apply(report, at: .at(0))
            lab.fleet.expire(at: .at(180))
            try lab.expect(.hosts, ["status": "online"])
            lab.fleet.expire(at: .at(181))
            try lab.expect(.hosts, ["status": "offline", "cpu": 12.3, "mem": 8_000_000_001])
        },
        Rule("60 reports after an outage have the rates of their own times") { lab in
            var report = HostReport.tower()
            for index in 0...60 {
                report.timestampMilliseconds = FleetTime.at(Double(30 * index)).wallMilliseconds
                report.uptimeSeconds = 4_414 + Double(30 * index)
                report.network = [
                    HostReport.interface("eth0", received: UInt64(30_000 * index), sent: 0)
                ]
                lab.fleet.apply(report, at: .at(1_800 + Double(index) / 100))
                try lab.expect(.hosts, ["netIn": index == 0 ? .null : 1_000])
            }
        },
        Rule("an interface that was reset is left out, the others count") { lab in
            var report = HostReport.tower()
            report.network = [
                HostReport.interface("eth0", received: 9_000, sent: 0),
                HostReport.interface("eth1", received: 5_000, sent: 0),
            ]
            lab.fleet.apply(report, at: .at(0))
            report.network[0].receivedBytes = 10
            report.network[1].receivedBytes = 7_000
            report.timestampMilliseconds? += 2_000
            report.uptimeSeconds? += 2
            lab.fleet.apply(report, at: .at(2))
            try lab.expect(.hosts, ["netIn": 1_000])
        },
        Rule("a boot makes all rates unknown") { lab in
            var report = HostReport.tower()
            report.network = [HostReport.interface("eth0", received: 9_000, sent: 0)]
            lab.fleet.apply(report, at: .at(0))
            report.uptimeSeconds = 3
            report.timestampMilliseconds? += 60_000
            report.network[0].receivedBytes = 10_000_000
            lab.fleet.apply(report, at: .at(60))
            try lab.expect(.hosts, ["netIn": .null])
        },
        Rule("a sensor that is broken, or a disk that sleeps, is no temperature") { lab in
            var report = HostReport.tower()
            report.temperatures = [
                .init(name: "AUXTIN", celsius: -128), .init(name: "sda", celsius: .nan),
                .init(name: "acpitz", celsius: 16.8),
            ]
            lab.fleet.apply(report, at: .at(0))
            try lab.expect(.hosts, ["temp": 16.8, "temps": [["acpitz", 17]]])
        },
        Rule("a swap of no size is known to be empty; memory of no size is unknown") { lab in
            var report = HostReport.tower()
            report.memory = HostReport.Memory()
            report.memory.totalBytes = UInt64(8 * gibibyte)
            lab.fleet.apply(report, at: .at(0))
            try lab.expect(.hosts, ["swap": 0, "swapTotal": 0])
            report.memory.totalBytes = 0
            lab.fleet.apply(report, at: .at(2))
            try lab.expect(.hosts, ["swap": .null, "memTotal": .null, "mem": .null])
        },
    ]
}
