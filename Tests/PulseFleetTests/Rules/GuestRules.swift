import PulseFleet
import Testing

/// What the fleet makes of guests' figures.
struct GuestRules {
    @Test("guests: figures", arguments: figuresTable)
    func figures(rule: Rule) throws { try rule.check() }

    @Test("guests: memory", arguments: memoryTable)
    func memory(rule: Rule) throws { try rule.check() }

    @Test("guests: life", arguments: lifeTable)
    func life(rule: Rule) throws { try rule.check() }

    static func container(at seconds: Double = 0) -> GuestReport {
        var report = GuestReport.vm(at: seconds)
        report.kind = .lxc
        return report
    }

    static let figuresTable = [
        Rule("PVE's cpu is a fraction of the guest's own processors, not percent") { lab in
            lab.poll(0, guests: [.vm()])
            try lab.expect(.guests, ["cpu": 3.7, "cpus": 4])
        },
        Rule("491: a container's cpu is of its own limit, a part of a processor too") { lab in
            var report = container()
            report.cpuCount = 0.5
            report.cpuFraction = 1
            lab.poll(0, guests: [report])
            try lab.expect(.guests, ["cpu": 100, "cpus": 0.5])
        },
        Rule("491: a little more than all is kept, and tenfold is no figure") { lab in
            var report = container()
            report.cpuFraction = 1.04
            lab.poll(0, guests: [report])
            try lab.expect(.guests, ["cpu": 104])
            report.cpuFraction = 49.1
            lab.poll(2, guests: [report])
            try lab.expect(.guests, ["cpu": .null])
        },
        Rule("71: PVE's disk of a virtual machine is always 0, and never shown as that") { lab in
            lab.poll(0, guests: [.vm()])
            try lab.expect(.guests, ["disk": .null, "diskTotal": .bytes(32 * gibibyte)])
        },
        Rule("367: the disk of a container is its root filesystem") { lab in
            var report = container()
            report.diskUsedBytes = UInt64(3 * gibibyte)
            lab.poll(0, guests: [report])
            try lab.expect(.guests, ["disk": .megabytes(3 * gibibyte)])
        },
        Rule("a stopped container's filesystem is not mounted, which is not empty") { lab in
            lab.poll(0, guests: [container().stopped()])
            try lab.expect(.guests, ["disk": .null, "diskTotal": .bytes(32 * gibibyte)])
        },
        Rule("1319: what a sample leaves out is unknown, and never 0") { lab in
            var report = GuestReport.vm()
            report.cpuFraction = nil
            report.receivedBytes = nil
            report.diskTotalBytes = 0
            lab.poll(0, guests: [report])
            try lab.expect(.guests, ["cpu": .null, "netIn": .null, "diskTotal": .null])
        },
        Rule("polls between two samples hold the last rate: no four zeros and a spike") { lab in
            lab.run(0...8) { .vm(at: $0) }
            for seconds in stride(from: 10, through: 38, by: 2) {
                lab.run(seconds...seconds) { .vm(at: $0) }
                try lab.expect(.guests, ["netIn": 1_000, "diskWrite": 2_000])
            }
        },
        Rule("a rate is divided by the sample's own time, not by that of the poll") { lab in
            lab.poll(0, guests: [.vm()])
            // Seen six seconds late: twelve seconds of counters.
            lab.poll(18, guests: [.vm(at: 12)])
            try lab.expect(.guests, ["netIn": 1_000])
        },
        Rule("a first sample has no rate, rather than all that was ever counted") { lab in
            lab.poll(0, guests: [.vm()])
            try lab.expect(.guests, ["netIn": .null, "netOut": .null, "diskRead": .null])
        },
        Rule("counters that stand still are a true rate of 0") { lab in
            lab.poll(0, guests: [.vm()])
            var report = GuestReport.vm()
            report.uptimeSeconds = 5_010
            lab.poll(10, guests: [report])
            try lab.expect(.guests, ["netIn": 0, "diskRead": 0])
        },
        Rule("a counter that fell is a reset: neither negative nor huge") { lab in
            lab.poll(0, guests: [.vm()])
            lab.poll(10, guests: [.vm(at: 10)])
            var report = GuestReport.vm(at: 20)
            report.receivedBytes = 5
            lab.poll(20, guests: [report])
            try lab.expect(.guests, ["netIn": .null])
            report = GuestReport.vm(at: 30)
            report.receivedBytes = 5_005
            lab.poll(30, guests: [report])
            try lab.expect(.guests, ["netIn": 500])
        },
        Rule("no sample for more than 30 s: the rate is unknown, not what it was") { lab in
            lab.poll(0, guests: [.vm()])
            lab.run(10...40) { _ in .vm(at: 10) }
            try lab.expect(.guests, ["netIn": 1_000])
            lab.poll(42, guests: [.vm(at: 10)])
            try lab.expect(.guests, ["netIn": .null, "cpu": 3.7])
        },
    ]

    /// A virtual machine whose balloon driver reports 5 GiB, while the host spends 8.
    private static func balloon(at seconds: Double = 0) -> GuestReport {
        var report = GuestReport.vm(at: seconds)
        report.memoryHostBytes = UInt64(8 * gibibyte)
        return report
    }

    static let memoryTable = [
        Rule("PVE up to 8 does not say where a virtual machine's memory is from") { lab in
            lab.poll(0, guests: [.vm()])
            try lab.expect(.guests, ["mem": .megabytes(5 * gibibyte), "memSource": "list"])
        },
        Rule("1185: what the balloon driver reports is not what the host spends") { lab in
            var report = balloon()
            lab.poll(0, guests: [report])
            try lab.expect(.guests, ["mem": .megabytes(5 * gibibyte), "memSource": "balloon"])
        },
        Rule("1270: without a balloon driver the figure is the host's, and says so") { lab in
            var report = GuestReport.vm()
            report.memoryHostBytes = report.memoryUsedBytes
            lab.poll(0, guests: [report])
            try lab.expect(.guests, ["mem": .megabytes(5 * gibibyte), "memSource": "host"])
        },
        Rule("694: more than the guest has is the host's view, on any version") { lab in
            var report = GuestReport.vm()
            report.memoryUsedBytes = UInt64(9 * gibibyte)
            lab.poll(0, guests: [report])
            try lab.expect(.guests, ["mem": .megabytes(9 * gibibyte), "memSource": "host"])
        },
        Rule("1319: a balloon driver that misses samples is held for two minutes") { lab in
            var report = balloon()
            lab.poll(0, guests: [report])
            for seconds in stride(from: 10.0, through: 120, by: 10) {
                report = balloon(at: seconds)
                report.memoryUsedBytes = report.memoryHostBytes
                lab.poll(seconds, guests: [report])
                try lab.expect(.guests, ["mem": .megabytes(5 * gibibyte), "memSource": "balloon"])
            }
            report.uptimeSeconds = 5_130
            lab.poll(130, guests: [report])
            try lab.expect(.guests, ["mem": .megabytes(8 * gibibyte), "memSource": "host"])
        },
        Rule("what was held of a guest is not held of its next process") { lab in
            var report = balloon()
            lab.poll(0, guests: [report])
            report.uptimeSeconds = 4
            report.memoryUsedBytes = report.memoryHostBytes
            lab.poll(10, guests: [report])
            try lab.expect(.guests, ["mem": .megabytes(8 * gibibyte), "memSource": "host"])
        },
        Rule("1634: a container's memory is its control group's, less the page cache") { lab in
            var report = container()
            report.memoryHostBytes = 0
            lab.poll(0, guests: [report])
            try lab.expect(.guests, ["mem": .megabytes(5 * gibibyte), "memSource": "cgroup"])
        },
        Rule("0 of a guest that runs is that of one without a sample yet") { lab in
            var report = GuestReport.vm()
            report.memoryUsedBytes = 0
            lab.poll(0, guests: [report])
            try lab.expect(.guests, ["mem": .null, "memSource": .null])
        },
        Rule("a stopped guest uses nothing, whatever it used a moment ago") { lab in
            var report = balloon()
            lab.poll(0, guests: [report])
            lab.poll(10, guests: [report.stopped()])
            try lab.expect(.guests, ["mem": 0, "memSource": .null])
        },
        Rule("unknown memory is null, and neither 0 nor all of it") { lab in
            var report = GuestReport.vm()
            report.memoryUsedBytes = nil
            lab.poll(0, guests: [report])
            try lab.expect(.guests, ["mem": .null, "memTotal": .bytes(8 * gibibyte)])
        },
    ]

    static let lifeTable = [
        Rule("a guest is its cluster and number: a migration keeps its row") { lab in
            lab.poll(0, guests: [.vm()])
            lab.poll(2, guests: [.vm(on: "pve2", at: 2)])
            try lab.expect(.guests, ["id": "guest:lab/100", "node": "pve2"])
        },
        Rule("a live migration begins a new process, whose counters are not set off") { lab in
            lab.poll(0, guests: [.vm()])
            lab.poll(10, guests: [.vm(at: 10)])
            var report = GuestReport.vm(on: "pve2")
            report.uptimeSeconds = 3
            report.receivedBytes = 10_000_000
            lab.poll(20, guests: [report])
            try lab.expect(.guests, ["netIn": .null, "boot": .number(GuestTests.start + 17_000)])
        },
        Rule("a paused guest is alive: its process counts on, and it is not stale") { lab in
            lab.run(0...120) { seconds in
                var report = GuestReport.vm()
                report.status = "paused"
                report.cpuFraction = 0
                report.uptimeSeconds = 5_000 + seconds
                return report
            }
            try lab.expect(.guests, ["status": "paused", "stale": .bool(false), "netIn": 0])
        },
        Rule("any state of QMP is passed on, also one that nobody has heard of") { lab in
            for (index, word) in ["prelaunch", "io-error", "guest-panicked", "new"].enumerated() {
                var report = GuestReport.vm(at: Double(10 * index))
                report.status = word
                lab.poll(Double(10 * index), guests: [report])
                try lab.expect(.guests, ["status": .string(word), "stale": .bool(false)])
            }
        },
        Rule("a template is told as one, and never stale: it does not run") { lab in
            var report = GuestReport.vm().stopped()
            report.isTemplate = true
            for seconds in stride(from: 0.0, through: 300, by: 2) {
                lab.poll(seconds, guests: [report])
            }
            try lab.expect(.guests, ["template": .bool(true), "stale": .bool(false)])
        },
        Rule("uptime 0 of a guest that runs is no time of boot") { lab in
            var report = GuestReport.vm()
            report.uptimeSeconds = 0
            lab.poll(0, guests: [report])
            try lab.expect(.guests, ["boot": .null, "status": "running"])
        },
        Rule("a guest that PVE has forgotten keeps its name and sizes, and is stale") { lab in
            lab.poll(0, guests: [.vm()])
            lab.poll(2, guests: [GuestReport.vm().unknown()])
            try lab.expect(
                .guests,
                [
                    "status": "unknown", "stale": .bool(true), "name": "web-100", "cpus": 4,
                    "memTotal": .bytes(8 * gibibyte), "cpu": 3.7, "mem": .megabytes(5 * gibibyte),
                ]
            )
        },
        Rule("five minutes after its node was lost a guest is neither gone nor running") { lab in
            lab.poll(0, nodes: [.pve("pve1")], guests: [.vm()])
            let lost = NodeReport.pve("pve1").lost()
            lab.poll(2, nodes: [lost], guests: [.vm()])
            try lab.expect(.guests, ["status": "unknown", "stale": .bool(true)])
            lab.poll(310, nodes: [lost], guests: [GuestReport.vm().unknown()])
            try lab.expect(.guests, ["status": "unknown", "stale": .bool(true), "cpu": 3.7])
        },
        Rule("1701: guests are what they were once their node is back") { lab in
            lab.poll(0, nodes: [.pve("pve1")], guests: [.vm()])
            lab.poll(2, nodes: [NodeReport.pve("pve1").lost()])
            lab.poll(4, nodes: [.pve("pve1", at: 4)])
            try lab.expect(.guests, ["status": "running", "stale": .bool(false)])
        },
        Rule("a guest whose node is not listed, as without the privilege, is believed") { lab in
            lab.poll(0, nodes: [.pve("pve1")], guests: [.vm(on: "pve9")])
            try lab.expect(.guests, ["status": "running", "stale": .bool(false)])
        },
        Rule("another guest under the number of a destroyed one inherits nothing") { lab in
            lab.poll(0, guests: [.vm()])
            lab.poll(10, guests: [.vm(at: 10)])
            var report = GuestReport(kind: .lxc, vmid: 100, node: "pve1", status: "running")
            report.receivedBytes = 1 << 40
            lab.poll(20, guests: [report])
            try lab.expect(.guests, ["name": .null, "netIn": .null, "mem": .null])
        },
        Rule("two clusters may have the same numbers") { lab in
            let other = lab.fleet.addRemote(.lab("b"), pollNanoseconds: 1, at: .at(0))
            lab.poll(0, guests: [.vm()])
            lab.fleet.apply([GuestReport.vm(on: "x")], of: other, at: .at(0))
            let ids = try lab.fleet.rows(.guests).keys.sorted()
            #expect(ids == ["guest:b/100", "guest:lab/100"])
        },
    ]
}
