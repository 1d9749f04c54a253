import PulseFleet
import Testing

/// Streams `problems` and `summary`: whether anything is wrong.
struct ProblemTests {
    /// Every problem in words: severity, identity, what.
    private func told(by fleet: FleetOwner) throws -> Set<String> {
        try Set(
            fleet.rows(.problems).values.map { row in
                ["severity", "resource", "words"].compactMap { row[$0]?.text }
                    .joined(separator: " ")
            }
        )
    }

    private func line(of fleet: FleetOwner) throws -> String? {
        try fleet.onlyRow(.summary)["line"]?.text
    }

    static func node(cpu: Double, at seconds: Double = 0) -> NodeReport {
        var report = NodeReport.pve("pve1", at: seconds)
        report.cpuFraction = cpu
        return report
    }

    @Test("while nothing is wrong there is no problem, and the summary says so and counts")
    func well() throws {
        let lab = Lab()
        var template = GuestReport.vm(9).stopped()
        template.isTemplate = true
        lab.poll(
            0,
            nodes: [.pve("pve1")],
            guests: [.vm(1), GuestReport.vm(2).stopped(), template, GuestReport.vm(3).unknown()],
            storage: [.store("a", on: "pve1")]
        )
        lab.fleet.apply(.tower(), at: .at(0))
        #expect(try told(by: lab.fleet).isEmpty)
        let expected: [String: Value] = [
            "id": "summary", "severity": "ok", "line": "Nothing is wrong", "worst": [],
            "crit": 0, "warn": 0, "remotes": 1, "remotesOnline": 1, "nodes": 1, "nodesOnline": 1,
            "guests": 3, "guestsRunning": 1, "guestsStopped": 1, "templates": 1, "storages": 1,
            "storagesAvailable": 1, "hosts": 1, "hostsOnline": 1,
        ]
        #expect(try lab.fleet.onlyRow(.summary) == expected)
    }

    @Test("a problem has kind, rank, words, age, and names what it is wrong with")
    func fields() throws {
        let lab = Lab()
        lab.poll(0, storage: [.store("nas", on: "pve1", used: 97 << 30)])
        let expected: [String: Value] = [
            "id": "problem:storage:storage:lab/pve1/nas:full", "severity": "crit", "rank": 5,
            "kind": "storage", "resource": "storage:lab/pve1/nas", "type": "storage",
            "name": "nas", "remote": "lab", "node": "pve1", "words": "is 97 % full",
            "since": .number(GuestTests.start), "older": .bool(true),
        ]
        #expect(try lab.fleet.onlyRow(.problems) == expected)
        let worst: Value = [
            [
                "crit", "storage:lab/pve1/nas", "nas", "is 97 % full", .number(GuestTests.start),
                .bool(true),
            ]
        ]
        #expect(try lab.fleet.onlyRow(.summary)["worst"] == worst)
        #expect(try line(of: lab.fleet) == "storage nas is 97 % full")
    }

    @Test(
        "a figure is wrong from its limit on, and well again only five below",
        arguments: [
            ([79.9], nil), ([80], "warn"), ([89.9], "warn"), ([90], "crit"),
            ([80, 75.1], "warn"), ([80, 75], nil), ([90, 85.1], "crit"), ([90, 85], "warn"),
            ([90, 75], nil), ([79.9, 84, 79], "warn"),
        ] as [([Double], String?)]
    )
    func limits(course: [Double], expected: String?) throws {
        let lab = Lab()
        for (index, percent) in course.enumerated() {
            let seconds = Double(10 * index)
            lab.poll(seconds, nodes: [Self.node(cpu: percent / 100, at: seconds)])
            lab.fleet.expire(at: .at(seconds + 5))
        }
        let severity = try lab.fleet.rows(.problems).values.first?["severity"]?.text
        #expect(severity == expected)
    }

    @Test("a figure must stay beyond its limit for five seconds, but for the first look")
    func pending() throws {
        let lab = Lab()
        lab.poll(0, nodes: [Self.node(cpu: 0.2)])
        lab.poll(10, nodes: [Self.node(cpu: 0.85, at: 10)])
        #expect(try told(by: lab.fleet).isEmpty)
        lab.poll(12, nodes: [Self.node(cpu: 0.3, at: 12)])
        lab.poll(20, nodes: [Self.node(cpu: 0.85, at: 20)])
        lab.fleet.expire(at: .at(24.9))
        #expect(try told(by: lab.fleet).isEmpty)
        lab.fleet.expire(at: .at(25))
        #expect(try told(by: lab.fleet) == ["warn node:lab/pve1 uses 85 % of its CPU"])
        let row = try lab.fleet.onlyRow(.problems)
        #expect(row["since"] == .number(GuestTests.start + 20_000))
        #expect(row["older"] == .bool(false))
    }

    @Test("only the remote is wrong while it does not answer, not all that it lists")
    func remote() throws {
        let lab = Lab()
        lab.poll(0, nodes: [Self.node(cpu: 0.95)], guests: [.vm()])
        #expect(try told(by: lab.fleet) == ["crit node:lab/pve1 uses 95 % of its CPU"])
        lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(2))
        lab.fleet.expire(at: .at(8))
        #expect(try told(by: lab.fleet) == ["crit remote:lab does not answer: timed out"])
        #expect(
            try lab.fleet.onlyRow(.problems)["since"] == .number(GuestTests.start + 2_000)
        )
        lab.poll(100, nodes: [Self.node(cpu: 0.2, at: 100)])
        #expect(try told(by: lab.fleet).isEmpty)
        lab.fleet.noteAnswer(
            .init(latencyMilliseconds: 1, problem: "no guests"),
            of: lab.remote,
            at: .at(101)
        )
        let cluster = ClusterReport(name: "rack", isQuorate: false, members: [])
        lab.fleet.apply(cluster, of: lab.remote, at: .at(101))
        #expect(
            try told(by: lab.fleet) == [
                "warn remote:lab answers in part: no guests",
                "crit remote:lab has no majority of its nodes",
            ]
        )
        lab.fleet.removeRemote(lab.remote)
        #expect(try told(by: lab.fleet).isEmpty)
    }

    @Test("what was so at the first look began before that, nobody knows when")
    func older() throws {
        let lab = Lab()
        func row() throws -> [String: Value] { try lab.fleet.onlyRow(.problems) }
        lab.fleet.noteFailure("refused", of: lab.remote, at: .at(0))
        #expect(try row()["older"] == .bool(true), "it has never answered")
        var offline = NodeReport.pve("pve1").lost()
        // As PVE lists a node of which it has heard nothing since it started.
        offline.uptimeSeconds = 0
        lab.poll(2, nodes: [offline])
        #expect(try row()["words"] == "is offline")
        #expect(try row()["since"] == .number(GuestTests.start + 2_000))
        #expect(try row()["older"] == .bool(true))
        #expect(try lab.node()["sampled"] == .null)
        lab.poll(4, nodes: [.pve("pve1", at: 4)])
        lab.poll(6, nodes: [offline])
        #expect(try row()["since"] == .number(GuestTests.start + 4_000), "its last sample")
        #expect(try row()["older"] == .bool(false))
        lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(8))
        lab.fleet.expire(at: .at(14))
        #expect(try row()["words"] == "does not answer: timed out")
        #expect(try row()["older"] == .bool(false))
    }

    @Test(
        "what was so when a remote first answered, or answered again, began before that",
        arguments: [false, true]
    )
    func olderThanAnswer(hasAnsweredBefore: Bool) throws {
        let lab = Lab()
        let busy = Self.node(cpu: 0.95)
        if hasAnsweredBefore {
            lab.poll(0, nodes: [Self.node(cpu: 0.2)], storage: [.store("nas", on: "pve1")])
            let whole = ClusterReport(name: "rack", isQuorate: true, members: [])
            lab.fleet.apply(whole, of: lab.remote, at: .at(0))
            #expect(try told(by: lab.fleet).isEmpty)
        }
        lab.fleet.noteFailure("refused", of: lab.remote, at: .at(1))
        lab.fleet.noteFailure("refused", of: lab.remote, at: .at(9))
        #expect(try told(by: lab.fleet) == ["crit remote:lab does not answer: refused"])
        let full = StorageReport.store("nas", on: "pve1", used: 99 << 30)
        lab.poll(10, nodes: [busy], storage: [full])
        let broken = ClusterReport(name: "rack", isQuorate: false, members: [])
        lab.fleet.apply(broken, of: lab.remote, at: .at(10))
        let rows = try lab.fleet.rows(.problems)
        #expect(rows.count == 3, "a figure is told at once")
        #expect(rows.values.allSatisfy { $0["since"] == .number(GuestTests.start + 10_000) })
        #expect(rows.values.allSatisfy { $0["older"] == .bool(true) })
        // What goes wrong while somebody looks is no older than that.
        lab.poll(12, nodes: [Self.node(cpu: 0.2, at: 12)], storage: [.store("nas", on: "pve1")])
        let whole = ClusterReport(name: "rack", isQuorate: true, members: [])
        lab.fleet.apply(whole, of: lab.remote, at: .at(12))
        #expect(try told(by: lab.fleet).isEmpty)
        lab.poll(14, storage: [full.unknown()])
        lab.fleet.apply(broken, of: lab.remote, at: .at(14))
        let later = try lab.fleet.rows(.problems)
        #expect(later.count == 2)
        #expect(later.values.allSatisfy { $0["older"] == .bool(false) })
    }

    @Test("figures that were never seen to change are older than the first look")
    func olderFigures() throws {
        for hasChanged in [false, true] {
            let lab = Lab()
            for seconds in stride(from: 0.0, through: 72, by: 2) {
                let sample = hasChanged ? min(seconds, 2) : 0
                lab.poll(seconds, nodes: [.pve("pve1", at: sample)])
            }
            let node = try lab.fleet.onlyRow(.problems)
            #expect(node["words"] == "gives no new figures")
            #expect(node["older"] == .bool(!hasChanged))
            for seconds in stride(from: 74.0, through: 140, by: 2) {
                let guest = GuestReport.vm(1, at: hasChanged ? min(seconds, 76) : 74)
                lab.poll(seconds, nodes: [.pve("pve1", at: seconds)], guests: [guest])
            }
            let guests = try lab.fleet.onlyRow(.problems)
            #expect(guests["words"] == "1 guest gives no new figures")
            #expect(guests["older"] == .bool(!hasChanged))
        }
    }

    @Test("a lost node is wrong, and not its guests and storages")
    func lostNode() throws {
        let lab = Lab()
        lab.poll(
            0,
            nodes: [.pve("pve1")],
            guests: [.vm()],
            storage: [.store("full", on: "pve1", used: 99 << 30)]
        )
        lab.poll(2, nodes: [NodeReport.pve("pve1").lost()])
        #expect(try told(by: lab.fleet) == ["crit node:lab/pve1 is offline"])
        #expect(try lab.fleet.onlyRow(.problems)["since"] == .number(GuestTests.start))
    }

    @Test("guests that tell nothing new are one problem of their node")
    func silentGuests() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1")], guests: [.vm(1), .vm(2), .vm(3)])
        for seconds in stride(from: 2.0, through: 62, by: 2) {
            lab.poll(
                seconds,
                nodes: [.pve("pve1", at: seconds)],
                guests: [.vm(1), .vm(2), .vm(3, at: seconds)]
            )
        }
        #expect(
            try told(by: lab.fleet) == ["warn node:lab/pve1 2 guests give no new figures"]
        )
        lab.poll(64, guests: [.vm(1, at: 64), .vm(2), .vm(3, at: 64)])
        #expect(try told(by: lab.fleet) == ["warn node:lab/pve1 1 guest gives no new figures"])
        lab.poll(66, guests: [.vm(1, at: 66), .vm(3, at: 66)])
        #expect(try told(by: lab.fleet).isEmpty)
    }

    @Test("a node that tells nothing new stands for its guests, until it does again")
    func silentNode() throws {
        let lab = Lab()
        for seconds in stride(from: 0.0, through: 62, by: 2) {
            lab.poll(seconds, nodes: [.pve("pve1")], guests: [.vm(1), .vm(2)])
        }
        #expect(try told(by: lab.fleet) == ["warn node:lab/pve1 gives no new figures"])
        lab.poll(64, nodes: [.pve("pve1", at: 64)], guests: [.vm(1), .vm(2)])
        #expect(
            try told(by: lab.fleet) == ["warn node:lab/pve1 2 guests give no new figures"]
        )
        lab.poll(66, nodes: [], guests: [.vm(1), .vm(2)])
        #expect(
            try told(by: lab.fleet) == ["warn node:lab/pve1 2 guests give no new figures"]
        )
    }

    @Test("a guest is wrong that HA gave up, or whose disk or own memory is nearly full")
    func guests() throws {
        let lab = Lab()
        var failed = GuestReport.vm(1).stopped()
        failed.haState = "error"
        var full = GuestReport.vm(2)
        full.kind = .lxc
        full.diskUsedBytes = 31 << 30
        full.memoryUsedBytes = 7 << 30
        // What the host spends, and what the page cache takes, says nothing about trouble.
        var busy = GuestReport.vm(3)
        busy.cpuFraction = 1
        busy.memoryUsedBytes = 8 << 30
        lab.poll(0, guests: [failed, full, busy])
        #expect(
            try told(by: lab.fleet) == [
                "crit guest:lab/1 was given up by the HA manager",
                "warn guest:lab/2 has its root disk 96 % full",
                "warn guest:lab/2 uses 87 % of its memory",
            ]
        )
    }

    @Test("a host is wrong that does not report, is hot, or has a disk of its own nearly full")
    func hosts() throws {
        let fleet = FleetOwner(epoch: 1)
        var report = HostReport.tower()
        report.cpuPercent = 99.5
        report.temperatures[1].celsius = 91
        report.memory.usedBytes = report.memory.totalBytes
        report.disks = [
            HostReport.disk("/dev/sda", "/", "ext4", used: 95 << 30, total: 100 << 30),
            HostReport.disk("/dev/loop0", "/snap/x", "squashfs", used: 1 << 30, total: 1 << 30),
        ]
        fleet.apply(report, at: .at(0))
        #expect(
            try told(by: fleet) == [
                "crit host:6f0f2c0e uses 99 % of its CPU",
                "crit host:6f0f2c0e uses 100 % of its memory", "crit host:6f0f2c0e is 91 °C hot",
                "warn host:6f0f2c0e has / 95 % full",
            ]
        )
        fleet.expire(at: .at(61))
        #expect(try told(by: fleet) == ["crit host:6f0f2c0e does not report"])
        #expect(try fleet.onlyRow(.problems)["since"] == .number(GuestTests.start))
        #expect(try line(of: fleet) == "host Tower does not report")
        fleet.removeHost(id: "6f0f2c0e")
        #expect(try told(by: fleet).isEmpty)
        #expect(try fleet.onlyRow(.summary)["hosts"] == 0)
    }

    @Test("the line names the three worst and counts the rest; the list has ten")
    func worst() throws {
        let lab = Lab()
        let names = (10..<30).map { "s\($0)" }
        lab.poll(
            0,
            nodes: [.pve("pve1"), NodeReport.pve("pve2").lost()],
            storage: names.map { .store($0, on: "pve1", used: 99 << 30) }
        )
        let row = try lab.fleet.onlyRow(.summary)
        #expect(
            row["line"]?.text
                == "node pve2 is offline; storage s10 is 99 % full; storage s11 is 99 % full; "
                + "and 18 more"
        )
        #expect(row["crit"] == 21)
        #expect(row["worst"]?.elements?.count == 10)
        #expect(row["severity"] == "crit")
    }
}
