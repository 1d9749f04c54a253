import PulseFleet
import Testing

/// The rows of nodes.
struct NodeTests {
    static let start = 1_790_000_000_000.0

    @Test("a node's row says what list, details and cluster say, each what it knows")
    func row() throws {
        let lab = Lab()
        var report = NodeReport.pve("pve1")
        report.haState = "maintenance"
        lab.poll(0, nodes: [report])
        var row = try lab.node()
        let expected: [String: Value] = [
            "id": "node:lab/pve1", "name": "pve1", "remote": "lab", "status": "online",
            "stale": .bool(false), "ha": "maintenance", "address": .null, "version": .null,
            "kernel": .null, "cpuModel": .null, "cpus": 16,
            "memTotal": .number(Double(64 << 30)), "memSource": "list", "swapTotal": .null,
            "diskTotal": .number(Double(100 << 30)), "boot": .number(Self.start - 86_400_000),
            "sampled": .number(Self.start), "cpu": 12.3, "mem": .number(Double(9 << 30)),
            "swap": .null, "disk": .number(Double(12 << 30)), "load1": .null, "load5": .null,
            "load15": .null, "iowait": .null, "host": .null,
        ]
        #expect(row == expected)
        lab.fleet.apply(.full("pve1"), of: lab.remote, at: .at(1))
        let cluster = ClusterReport(
            name: "rack",
            isQuorate: true,
            members: [.init(name: "pve1", address: "10.0.0.1", isOnline: true)]
        )
        lab.fleet.apply(cluster, of: lab.remote, at: .at(1))
        row = try lab.node()
        #expect(row["version"] == "9.2.11")
        #expect(row["kernel"] == "6.14.8-2-pve")
        #expect(row["cpuModel"] == "EPYC 7302P")
        #expect(row["swapTotal"] == .number(Double(8 << 30)))
        #expect(row["swap"] == .number(Double(1 << 30)))
        #expect(row["load1"] == 0.52)
        #expect(row["load15"] == 0.6)
        #expect(row["iowait"] == 1.3)
        #expect(row["address"] == "10.0.0.1")
        #expect(row["mem"] == .number(Double(44 << 30)), "total less what is available")
        #expect(row["memSource"] == "available")
        #expect(
            row["sampled"] == .number(Self.start),
            "details are no sample of the list's figures"
        )

        var without = NodeDetails.full("pve1")
        without.memoryAvailableBytes = nil
        lab.fleet.apply(without, of: lab.remote, at: .at(2))
        #expect(try lab.node()["mem"] == .number(Double(9 << 30)))
    }

    @Test("an address that is known before its node is listed, and details that are not, are kept")
    func order() throws {
        let lab = Lab()
        let members = [ClusterReport.Member(name: "pve1", address: "10.0.0.1", isOnline: true)]
        lab.fleet.apply(.full("pve1"), of: lab.remote, at: .at(0))
        lab.fleet.apply(
            ClusterReport(name: "rack", isQuorate: true, members: members),
            of: lab.remote,
            at: .at(0)
        )
        lab.poll(0, nodes: [.pve("pve1")])
        #expect(try lab.node()["address"] == "10.0.0.1")
        #expect(try lab.node()["version"] == .null)
    }

    @Test("a node that is offline keeps what was known last")
    func offline() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1")])
        lab.fleet.apply(.full("pve1"), of: lab.remote, at: .at(0))
        let before = try lab.node()
        lab.poll(10, nodes: [NodeReport.pve("pve1").lost()])
        var expected = before
        expected["status"] = "offline"
        expected["stale"] = .bool(true)
        #expect(try lab.node() == expected)
        // Five minutes later PVE has forgotten all but its name.
        lab.poll(400, nodes: [NodeReport(name: "pve1", status: "offline")])
        #expect(try lab.node() == expected)
        expected["status"] = "unknown"
        lab.poll(402, nodes: [NodeReport(name: "pve1", status: "joining")])
        #expect(try lab.node() == expected)
        var back = NodeReport.pve("pve1")
        back.uptimeSeconds = 30
        lab.poll(410, nodes: [back])
        #expect(try lab.node()["stale"] == .bool(false))
        #expect(try lab.node()["boot"] == .number(Self.start + 380_000))
    }

    @Test("without the privilege to see them, the figures of an online node are unknown")
    func noPrivilege() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1")])
        for seconds in stride(from: 2.0, to: 100, by: 2) {
            lab.poll(seconds, nodes: [NodeReport(name: "pve1", status: "online")])
        }
        let row = try lab.node()
        #expect(row["cpu"] == .null)
        #expect(row["mem"] == .null)
        #expect(row["memTotal"] == .null)
        #expect(row["boot"] == .null)
        #expect(row["stale"] == .bool(false), "there is nothing that could be stuck")
    }

    @Test("an online node without a new figure for more than 60 s is stale until there is one")
    func stuck() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1")])
        for seconds in stride(from: 2.0, through: 60, by: 2) {
            lab.fleet.apply(.full("pve1"), of: lab.remote, at: .at(seconds))
            lab.poll(seconds, nodes: [.pve("pve1")])
            #expect(try lab.node()["stale"] == .bool(false))
        }
        lab.poll(62, nodes: [.pve("pve1")])
        #expect(try lab.node()["stale"] == .bool(true))
        #expect(try lab.node()["cpu"] == 12.3)
        lab.poll(64, nodes: [.pve("pve1", at: 64)])
        #expect(try lab.node()["stale"] == .bool(false))
        #expect(try lab.node()["sampled"] == .number(Self.start + 64_000))
    }

    @Test("details that are not told anew for two minutes are unknown, the list's figures are not")
    func oldDetails() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1")])
        lab.fleet.apply(.full("pve1"), of: lab.remote, at: .at(0))
        for seconds in stride(from: 10.0, through: 120, by: 10) {
            lab.poll(seconds, nodes: [.pve("pve1", at: seconds)])
        }
        #expect(try lab.node()["load1"] == 0.52)
        for seconds in stride(from: 122.0, through: 124, by: 2) { lab.poll(seconds) }
        let row = try lab.node()
        #expect(row["load1"] == .null)
        #expect(row["iowait"] == .null)
        #expect(row["swap"] == .null)
        #expect(row["mem"] == .number(Double(9 << 30)))
        #expect(row["kernel"] == "6.14.8-2-pve")
        #expect(row["stale"] == .bool(false))
    }

    @Test("the time of boot does not follow the age of the samples")
    func steadyBoot() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1")])
        let boot = try lab.node()["boot"]
        for (seconds, age) in [(11, 3), (20, 0), (33, 12), (41, 1), (52, 10)] as [(Double, Double)]
        {
            lab.poll(seconds, nodes: [.pve("pve1", at: seconds - age)])
            #expect(try lab.node()["boot"] == boot)
        }
    }

    @Test("a node that the list does not name is gone; of two entries the last one counts")
    func lists() throws {
        let lab = Lab()
        var second = NodeReport.pve("pve2")
        second.cpuCount = 8
        lab.poll(0, nodes: [.pve("pve1"), .pve("pve2"), second, .pve("")])
        #expect(try lab.fleet.rows(.nodes).count == 2)
        #expect(try lab.fleet.rows(.nodes)["node:lab/pve2"]?["cpus"] == 8)
        lab.poll(2, nodes: [.pve(String(repeating: "n", count: 256)), second])
        #expect(try lab.fleet.rows(.nodes).keys.sorted() == ["node:lab/pve2"])
        lab.poll(4, nodes: [])
        #expect(try lab.fleet.rows(.nodes).isEmpty)
    }

    @Test("nodes turn down with the last part of their list, and take along only what they have")
    func parts() throws {
        let lab = Lab()
        let nodes = ["pve1", "pve2", "pve3"].map { NodeReport.pve($0) }
        lab.poll(
            0,
            nodes: nodes,
            guests: [.vm(1, on: "pve1"), .vm(2, on: "pve2")],
            storage: [
                .store("nas", on: "pve1", shared: true), .store("nas", on: "pve2", shared: true),
                .store("local", on: "pve2"),
            ]
        )
        func states() throws -> [String: Value?] {
            try lab.fleet.rows(.guests).merging(lab.fleet.rows(.storage)) { $1 }
                .mapValues { $0["status"] }
        }
        func apply(_ nodes: [NodeReport], isFirst: Bool, isLast: Bool) {
            let part = ListPart(isFirst: isFirst, isLast: isLast)
            lab.fleet.apply(nodes[...], part, of: lab.remote, at: .at(2))
        }
        let before = try states()
        apply([nodes[0].lost()], isFirst: true, isLast: false)
        #expect(try states() == before, "the list has not ended")
        // It never does: the next one begins anew.
        apply([nodes[0], nodes[1].lost()], isFirst: true, isLast: false)
        apply([nodes[2]], isFirst: false, isLast: true)
        var expected = before
        expected["guest:lab/2"] = "unknown"
        expected["storage:lab/pve2/local"] = "unknown"
        #expect(try states() == expected)
        lab.poll(4, nodes: nodes)
        #expect(try states() == before)
    }
}

extension NodeDetails {
    /// What `GET /nodes/{node}/status` of PVE 9 tells.
    static func full(_ name: String) -> NodeDetails {
        var details = NodeDetails(name: name)
        details.ioWaitFraction = 0.0126
        details.loadAverage = [0.52, 0.61, 0.6]
        details.swapUsedBytes = 1 << 30 + 9
        details.swapTotalBytes = 8 << 30
        details.memoryAvailableBytes = 20 << 30
        details.kernelVersion = "6.14.8-2-pve"
        details.cpuModel = "EPYC 7302P"
        details.version = "9.2.11"
        return details
    }
}
