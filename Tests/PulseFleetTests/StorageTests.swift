import PulseFleet
import Testing

/// The rows of storages.
struct StorageTests {
    static let start = 1_790_000_000_000.0

    @Test("the storages of one name on two nodes are two, a shared one is one with all its nodes")
    func identity() throws {
        let lab = Lab()
        lab.poll(
            0,
            storage: [
                .store("nas", on: "pve2", shared: true), .store("local", on: "pve1"),
                .store("nas", on: "pve1", shared: true), .store("local", on: "pve2"),
            ]
        )
        let rows = try lab.fleet.rows(.storage)
        #expect(
            rows.keys.sorted() == [
                "storage:lab/nas", "storage:lab/pve1/local", "storage:lab/pve2/local",
            ]
        )
        let shared: [String: Value] = [
            "id": "storage:lab/nas", "name": "nas", "remote": "lab", "node": .null,
            "nodes": ["pve1", "pve2"], "type": "nfs", "content": ["images", "rootdir"],
            "shared": .bool(true), "status": "available", "stale": .bool(false),
            "diskTotal": .number(Double(100 << 30)), "sampled": .number(Self.start),
            "disk": .number(Double(10 << 30)),
        ]
        #expect(rows["storage:lab/nas"] == shared)
        #expect(rows["storage:lab/pve1/local"]?["node"] == "pve1")
        #expect(rows["storage:lab/pve1/local"]?["nodes"] == ["pve1"])
        #expect(rows["storage:lab/pve1/local"]?["shared"] == .bool(false))
    }

    @Test("a shared storage is shown as the first node sees it that has it at hand")
    func shared() throws {
        let lab = Lab()
        let first = StorageReport.store("nas", on: "pve1", shared: true, used: 1 << 30)
        let second = StorageReport.store("nas", on: "pve2", shared: true, used: 2 << 30)
        lab.poll(0, nodes: [.pve("pve1"), .pve("pve2")], storage: [second, first])
        #expect(try lab.storage()["disk"] == .number(Double(1 << 30)))
        lab.poll(2, storage: [second, first.unknown()])
        #expect(try lab.storage()["disk"] == .number(Double(2 << 30)))
        #expect(try lab.storage()["status"] == "available")
        #expect(try lab.storage()["sampled"] == .number(Self.start + 2_000))
        lab.poll(4, storage: [first, second])
        #expect(try lab.storage()["disk"] == .number(Double(1 << 30)))
        lab.poll(6, nodes: [NodeReport.pve("pve1").lost(), .pve("pve2", at: 6)])
        #expect(try lab.storage()["disk"] == .number(Double(2 << 30)))
        #expect(try lab.storage()["stale"] == .bool(false))
        lab.poll(8, nodes: [NodeReport.pve("pve1").lost(), NodeReport.pve("pve2").lost()])
        let row = try lab.storage()
        #expect(row["status"] == "unknown")
        #expect(row["stale"] == .bool(true))
        #expect(row["disk"] == .number(Double(2 << 30)))
        #expect(row["nodes"] == ["pve1", "pve2"])
    }

    @Test("a storage that nobody has at hand is stale and keeps what was known")
    func unknown() throws {
        let lab = Lab()
        lab.poll(0, storage: [.store("local", on: "pve1")])
        let before = try lab.storage()
        var bare = StorageReport(name: "local", node: "pve1", status: "unknown")
        lab.poll(30, storage: [bare])
        var expected = before
        expected["status"] = "unknown"
        expected["stale"] = .bool(true)
        #expect(try lab.storage() == expected)
        bare.status = "something new"
        lab.poll(32, storage: [bare])
        #expect(try lab.storage() == expected)
        lab.poll(60, storage: [.store("local", on: "pve1")])
        #expect(try lab.storage() == before)
    }

    @Test("a storage in quiet use is not stale, however long")
    func quiet() throws {
        let lab = Lab()
        for seconds in stride(from: 0.0, through: 300, by: 2) {
            lab.poll(seconds, storage: [.store("local", on: "pve1")])
        }
        #expect(try lab.storage()["stale"] == .bool(false))
        #expect(try lab.storage()["sampled"] == .number(Self.start))
    }

    @Test("the order of a list, and of what a storage may hold, is no news")
    func order() {
        let lab = Lab()
        let nodes = ["pve1", "pve2", "pve3"]
        var list = nodes.map { StorageReport.store("nas", on: $0, shared: true) }
        list += nodes.map { StorageReport.store("local", on: $0) }
        lab.poll(0, storage: list)
        _ = lab.fleet.tick(.storage)
        for index in list.indices { list[index].content.reverse() }
        lab.poll(2, storage: list.reversed())
        lab.poll(4, storage: list.shuffled())
        #expect(lab.fleet.tick(.storage) == nil)
    }

    @Test("a storage that becomes shared is another; one without a proper name is none")
    func lists() throws {
        let lab = Lab()
        lab.poll(0, storage: [.store("nas", on: "pve1"), .store("", on: "pve1")])
        #expect(try lab.fleet.rows(.storage).keys.sorted() == ["storage:lab/pve1/nas"])
        let long = String(repeating: "n", count: 256)
        lab.poll(2, storage: [.store("nas", on: "pve1", shared: true), .store("x", on: long)])
        #expect(try lab.fleet.rows(.storage).keys.sorted() == ["storage:lab/nas"])
        lab.poll(4, storage: [])
        #expect(try lab.fleet.rows(.storage).isEmpty)
    }

    @Test("of two entries for one node the last one counts")
    func duplicates() throws {
        let lab = Lab()
        lab.poll(
            0,
            storage: [.store("local", on: "pve1"), .store("local", on: "pve1", used: 7 << 30)]
        )
        #expect(try lab.storage()["disk"] == .number(Double(7 << 30)))
        #expect(try lab.storage()["nodes"] == ["pve1"])
    }
}
