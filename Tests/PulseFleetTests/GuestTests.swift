import PulseFleet
import Testing

/// The rows of guests.
struct GuestTests {
    static let start = 1_790_000_000_000.0

    @Test("a guest's row says what the list says, and what it does not know is null")
    func row() throws {
        let lab = Lab()
        var report = GuestReport.vm()
        report.lock = "backup"
        lab.poll(0, guests: [report])
        let expected: [String: Value] = [
            "id": "guest:lab/100", "vmid": 100, "name": "web-100", "type": "qemu",
            "remote": "lab", "node": "pve1", "status": "running", "stale": .bool(false),
            "template": .bool(false), "lock": "backup", "tags": ["prod", "web"],
            "pool": "front", "ha": "started", "cpus": 4,
            "memTotal": .number(Double(8 << 30)), "memSource": "list",
            "diskTotal": .number(Double(32 << 30)),
            "boot": .number(Self.start - 5_000_000), "sampled": .number(Self.start),
            "cpu": 3.7, "mem": .megabytes(5 << 30), "disk": .null,
            "netIn": .null, "netOut": .null, "diskRead": .null, "diskWrite": .null,
        ]
        #expect(try lab.guest() == expected)
        lab.poll(2, guests: [GuestReport(kind: .lxc, vmid: 7, node: "pve1", status: "unknown")])
        let bare = try lab.guest()
        #expect(bare["id"] == "guest:lab/7")
        #expect(bare["type"] == "lxc")
        #expect(bare["stale"] == .bool(true))
        #expect(bare["tags"] == [])
        for name in ["name", "cpus", "boot", "sampled", "cpu", "mem", "disk", "netIn"] {
            #expect(bare[name] == .null, "\(name)")
        }
    }

    @Test(
        "cpu is percent of the guest's own processors; above 100 is kept, nonsense is unknown",
        arguments: [
            (0, 0), (0.0372, 3.7), (0.99951, 100), (1.0349, 103.5), (9.99, 999), (10, nil),
            (-0.1, nil), (.infinity, nil), (.nan, nil), (1e300, nil),
        ] as [(Double, Double?)]
    )
    func cpu(share: Double, percent: Double?) throws {
        let lab = Lab()
        var report = GuestReport.vm()
        report.cpuFraction = share
        lab.poll(0, guests: [report])
        let expected = percent.map { Value.number($0) } ?? .null
        #expect(try lab.guest()["cpu"] == expected)
    }

    @Test("a container has a disk while it runs; a limit may be a part of a processor")
    func container() throws {
        let lab = Lab()
        var report = GuestReport.vm()
        report.kind = .lxc
        report.cpuCount = 0.5
        report.diskUsedBytes = 3 << 30 + 99
        lab.poll(0, guests: [report])
        #expect(try lab.guest()["disk"] == .megabytes(3 << 30))
        #expect(try lab.guest()["cpus"] == 0.5)
        report.diskUsedBytes = 0
        lab.poll(2, guests: [report.stopped()])
        #expect(try lab.guest()["disk"] == .null, "it is not mounted, and not empty")
    }

    @Test("what is full shows no more than there is")
    func full() throws {
        let lab = Lab()
        var report = GuestReport.vm()
        report.kind = .lxc
        report.memoryUsedBytes = 32 << 20
        report.memoryTotalBytes = 32 << 20
        lab.poll(0, guests: [report])
        #expect(try lab.guest()["mem"] == 33_000_000)
        #expect(try lab.guest()["memTotal"] == .number(Double(32 << 20)))
    }

    @Test("memory may be more than the guest has: that is what PVE 9 says of some")
    func memory() throws {
        let lab = Lab()
        var report = GuestReport.vm()
        report.memoryUsedBytes = 9 << 30
        lab.poll(0, guests: [report])
        #expect(try lab.guest()["mem"] == .megabytes(9 << 30))
    }

    @Test("a stopped guest uses and moves nothing, has not booted, and is live for ever")
    func stopped() throws {
        let lab = Lab()
        lab.poll(0, guests: [.vm()])
        for seconds in stride(from: 2.0, to: 200, by: 2) {
            lab.poll(seconds, guests: [GuestReport.vm().stopped()])
        }
        let row = try lab.guest()
        #expect(row["status"] == "stopped")
        #expect(row["stale"] == .bool(false))
        #expect(row["boot"] == .null)
        #expect(row["sampled"] == .number(Self.start + 2_000))
        for name in ["cpu", "mem", "netIn", "netOut", "diskRead", "diskWrite"] {
            #expect(row[name] == 0, "\(name)")
        }
    }

    @Test("guests of a lost node are unknown and stale at once, whatever PVE says, and kept")
    func lostNode() throws {
        let lab = Lab()
        for seconds in stride(from: 0.0, through: 20, by: 10) {
            lab.poll(seconds, nodes: [.pve("pve1", at: seconds)], guests: [.vm(at: seconds)])
        }
        let before = try lab.guest()
        #expect(before["netIn"] == 1_000)
        var expected = before
        expected["status"] = "unknown"
        expected["stale"] = .bool(true)
        for seconds in stride(from: 22.0, through: 320, by: 2) {
            lab.poll(seconds, nodes: [NodeReport.pve("pve1").lost()], guests: [.vm(at: 20)])
        }
        #expect(try lab.guest() == expected)

        // Then PVE itself knows nothing any more.
        expected["lock"] = .null
        lab.poll(322, nodes: [NodeReport.pve("pve1").lost()], guests: [GuestReport.vm().unknown()])
        #expect(try lab.guest() == expected)
        lab.poll(330, nodes: [.pve("pve1", at: 330)], guests: [GuestReport.vm().unknown()])
        #expect(try lab.guest() == expected)

        var back = GuestReport.vm(at: 0)
        back.uptimeSeconds = 5
        lab.poll(340, nodes: [.pve("pve1", at: 340)], guests: [back])
        let row = try lab.guest()
        #expect(row["status"] == "running")
        #expect(row["stale"] == .bool(false))
        #expect(row["netIn"] == .null)
        #expect(row["boot"] == .number(Self.start + 335_000))
    }

    @Test("guests of a node that comes back before PVE forgets them are what they were")
    func returnedNode() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1"), .pve("pve2")], guests: [.vm(1), .vm(2, on: "pve2")])
        lab.poll(2, nodes: [NodeReport.pve("pve1").lost(), .pve("pve2")])
        let rows = try lab.fleet.rows(.guests)
        #expect(rows["guest:lab/1"]?["status"] == "unknown")
        #expect(rows["guest:lab/2"]?["status"] == "running")
        #expect(rows["guest:lab/2"]?["stale"] == .bool(false))
        lab.poll(100, nodes: [.pve("pve1", at: 100), .pve("pve2", at: 100)])
        #expect(try lab.fleet.rows(.guests)["guest:lab/1"]?["status"] == "running")
        #expect(try lab.fleet.rows(.guests)["guest:lab/1"]?["stale"] == .bool(false))
    }

    @Test("a guest without new figures: rates unknown after 30 s, stale after 60 s, figures kept")
    func stuck() throws {
        let lab = Lab()
        lab.poll(0, guests: [.vm()])
        lab.poll(10, guests: [.vm(at: 10)])
        for seconds in stride(from: 12.0, through: 40, by: 2) {
            lab.poll(seconds, guests: [.vm(at: 10)])
            #expect(try lab.guest()["netIn"] == 1_000)
        }
        for seconds in stride(from: 42.0, through: 70, by: 2) {
            lab.poll(seconds, guests: [.vm(at: 10)])
            #expect(try lab.guest()["diskWrite"] == .null)
            #expect(try lab.guest()["stale"] == .bool(false))
        }
        lab.poll(72, guests: [.vm(at: 10)])
        var row = try lab.guest()
        #expect(row["stale"] == .bool(true))
        #expect(row["cpu"] == 3.7)
        #expect(row["mem"] == .megabytes(5 << 30))
        #expect(row["sampled"] == .number(Self.start + 10_000))
        #expect(row["boot"] == .number(Self.start - 5_000_000))
        lab.poll(82, guests: [.vm(at: 80)])
        row = try lab.guest()
        #expect(row["stale"] == .bool(false))
        #expect(row["netIn"] == 1_000, "counted over all the time in between")
    }

    @Test("a guest that migrates keeps its row; one of another kind takes it over")
    func migration() throws {
        let lab = Lab()
        lab.poll(0, guests: [.vm()])
        lab.poll(10, guests: [.vm(at: 10)])
        _ = try lab.guest()
        lab.poll(20, guests: [.vm(on: "pve2", at: 20)])
        #expect(try lab.guest()["node"] == "pve2")
        #expect(try lab.guest()["netIn"] == 1_000)
        #expect(try ModelClient(snapshot: [lab.fleet.state(.guests)]).rows.keys.sorted() == [0])

        var container = GuestReport(kind: .lxc, vmid: 100, node: "pve2", status: "running")
        container.uptimeSeconds = 6_000
        container.receivedBytes = 1 << 40
        lab.poll(30, guests: [container])
        let row = try lab.guest()
        #expect(try ModelClient(snapshot: [lab.fleet.state(.guests)]).rows.keys.sorted() == [0])
        #expect(row["type"] == "lxc")
        #expect(row["name"] == .null)
        #expect(row["tags"] == [])
        #expect(row["netIn"] == .null)
        #expect(row["boot"] == .number(Self.start + 30_000 - 6_000_000))
    }

    @Test("a template is one; a guest is renamed, retagged, locked in place, and its sample stays")
    func traits() throws {
        let lab = Lab()
        lab.poll(0, guests: [.vm()])
        var report = GuestReport.vm()
        report.name = "db"
        report.tags = ["", "\""]
        report.pool = nil
        report.lock = "migrate"
        report.isTemplate = true
        lab.poll(2, guests: [report])
        let row = try lab.guest()
        #expect(row["name"] == "db")
        #expect(row["tags"] == ["", "\""])
        #expect(row["pool"] == .null)
        #expect(row["lock"] == "migrate")
        #expect(row["template"] == .bool(true))
        #expect(row["sampled"] == .number(Self.start))
    }

    @Test("a list that says what the last one said, in any order, changes nothing")
    func same() {
        let lab = Lab()
        let guests = (100..<140).map { GuestReport.vm($0) }
        lab.poll(0, guests: guests)
        _ = lab.fleet.tick(.guests)
        lab.poll(2, guests: guests.reversed())
        lab.poll(4, guests: guests.shuffled())
        #expect(lab.fleet.tick(.guests) == nil)
    }

    @Test("a guest that the list does not name is gone, from an empty list too")
    func removal() throws {
        let lab = Lab()
        lab.poll(0, guests: [.vm(1), .vm(2), .vm(3)])
        _ = lab.fleet.tick(.guests)
        lab.poll(2, guests: [.vm(3), .vm(1)])
        #expect(text(try #require(lab.fleet.tick(.guests))).hasSuffix(##""since":1,"gone":[1]}"##))
        lab.poll(4, guests: [])
        #expect(
            text(try #require(lab.fleet.tick(.guests))).hasSuffix(##""since":2,"gone":[0,2]}"##)
        )
    }

    @Test("a list in parts is one list: only its last part shows what it does not name")
    func parts() throws {
        let lab = Lab()
        let other = lab.fleet.addRemote(.lab("b"), pollNanoseconds: 1, at: .at(0))
        let guests = (1...9).map { GuestReport.vm($0) }
        func apply(_ range: Range<Int>, _ list: [GuestReport], at seconds: Double) {
            let part = ListPart(
                isFirst: range.lowerBound == 0,
                isLast: range.upperBound == list.count
            )
            lab.fleet.apply(list[range], part, of: lab.remote, at: .at(seconds))
        }
        apply(0..<4, guests, at: 0)
        #expect(try lab.fleet.rows(.guests).count == 4)
        lab.fleet.apply([GuestReport.vm(1), .vm(2)], of: other, at: .at(1))
        apply(4..<9, guests, at: 1)
        #expect(try lab.fleet.rows(.guests).count == 11)
        #expect(try lab.fleet.rows(.events).isEmpty, "all of it is the first list")

        let fewer = Array(guests.dropFirst(3))
        apply(0..<2, fewer, at: 2)
        lab.fleet.apply([GuestReport.vm(2)], of: other, at: .at(2))
        #expect(try lab.fleet.rows(.guests).count == 10, "the list has not ended")
        // It never does: the next one begins anew.
        apply(0..<3, fewer, at: 4)
        apply(3..<6, fewer, at: 4)
        let ids = try lab.fleet.rows(.guests).keys.sorted()
        #expect(ids == ["guest:b/2"] + (4...9).map { "guest:lab/\($0)" })
    }

    @Test("of two entries with one number in one list the last one counts")
    func duplicates() throws {
        let lab = Lab()
        for seconds in [0.0, 2] {
            lab.poll(seconds, guests: [.vm(1), .vm(1, on: "pve2"), .vm(2), .vm(1, on: "pve3")])
            #expect(try lab.fleet.rows(.guests)["guest:lab/1"]?["node"] == "pve3")
            #expect(try lab.fleet.rows(.guests).count == 2)
        }
        lab.poll(4, guests: [.vm(1), .vm(1)])
        #expect(try lab.fleet.rows(.guests).count == 1)
    }

    @Test("the time of boot does not follow the age of the samples, but a restart")
    func boot() throws {
        let lab = Lab()
        lab.poll(0, guests: [.vm()])
        let boot = try lab.guest()["boot"]
        for (seconds, age) in [(11, 3), (20, 0), (33, 12), (41, 1), (52, 10)] as [(Double, Double)]
        {
            lab.poll(seconds, guests: [.vm(at: seconds - age)])
            #expect(try lab.guest()["boot"] == boot)
        }
        var report = GuestReport.vm(at: 60)
        report.uptimeSeconds = 0
        lab.poll(60, guests: [report])
        #expect(try lab.guest()["boot"] == .null, "0 says that there is no sample yet")
        report.uptimeSeconds = 8
        lab.poll(70, guests: [report])
        #expect(try lab.guest()["boot"] == .number(Self.start + 62_000))
    }
}
