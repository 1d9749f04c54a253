import PulseFleet
import Testing

/// Remotes: what their polls say of themselves, and what it means for all that they list.
struct RemoteTests {
    static let start = 1_790_000_000_000

    @Test("a new remote is connecting and nothing else is known")
    func connecting() throws {
        let lab = Lab()
        let expected: [String: Value] = [
            "id": "remote:lab", "name": "lab", "type": "pve", "url": "https://lab:8006",
            "status": "connecting", "error": .null, "failingSince": .null, "cluster": .null,
            "quorate": .null, "version": .null, "seen": .null, "latency": .null,
        ]
        #expect(try lab.fleet.onlyRow(.remotes) == expected)
    }

    @Test("an answer makes it online; seen is in whole seconds, version and cluster stay")
    func online() throws {
        let lab = Lab()
        let cluster = ClusterReport(
            name: "rack",
            isQuorate: false,
            members: [.init(name: "pve1", address: "10.0.0.1", isOnline: true)]
        )
        lab.fleet.apply(cluster, of: lab.remote, at: .at(2))
        lab.fleet.noteAnswer(
            .init(latencyMilliseconds: 12.5, version: "9.2.11", problem: "no Sys.Audit"),
            of: lab.remote,
            at: .at(2.9)
        )
        var row = try lab.fleet.onlyRow(.remotes)
        #expect(row["status"] == "online")
        #expect(row["error"] == "no Sys.Audit")
        #expect(row["cluster"] == "rack")
        #expect(row["quorate"] == .bool(false))
        #expect(row["version"] == "9.2.11")
        #expect(row["seen"] == .number(Double(Self.start + 2_000)))
        #expect(row["latency"] == 13)
        lab.fleet.noteAnswer(.init(latencyMilliseconds: 13.2), of: lab.remote, at: .at(2.999))
        row = try lab.fleet.onlyRow(.remotes)
        #expect(row["version"] == "9.2.11")
        #expect(row["error"] == .null)
        #expect(lab.fleet.tick(.remotes) == nil)
    }

    @Test("one failed poll is not news: nothing of a remote is stale before its answer is old")
    func grace() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1")], guests: [.vm()], storage: [.store("a", on: "pve1")])
        let before = try lab.fleet.onlyRow(.remotes)
        lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(2))
        lab.fleet.noteFailure("reset", of: lab.remote, at: .at(4))
        lab.fleet.expire(at: .at(6))
        #expect(try lab.fleet.onlyRow(.remotes) == before)
        for stream in [StreamName.nodes, .guests, .storage] {
            #expect(try lab.fleet.onlyRow(stream)["stale"] == .bool(false))
        }
        lab.fleet.noteAnswer(.init(latencyMilliseconds: 12.4), of: lab.remote, at: .at(6))
        lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(8))
        lab.fleet.noteFailure("reset", of: lab.remote, at: .at(10))
        lab.fleet.expire(at: .at(12.001))
        let row = try lab.fleet.onlyRow(.remotes)
        #expect(row["status"] == "failing")
        #expect(row["error"] == "reset")
        #expect(row["failingSince"] == .number(Double(Self.start + 8_000)))
        #expect(try lab.guest()["stale"] == .bool(true))
    }

    @Test("failures are told in their words, since the first; an answer ends them")
    func failing() throws {
        let lab = Lab()
        lab.fleet.noteFailure("connection refused", of: lab.remote, at: .at(3))
        lab.fleet.noteFailure("no route to host", of: lab.remote, at: .at(5))
        var row = try lab.fleet.onlyRow(.remotes)
        #expect(row["status"] == "failing")
        #expect(row["error"] == "no route to host")
        #expect(row["failingSince"] == .number(Double(Self.start + 3_000)))
        #expect(row["seen"] == .null)
        lab.fleet.noteAnswer(.init(latencyMilliseconds: 1), of: lab.remote, at: .at(7))
        row = try lab.fleet.onlyRow(.remotes)
        #expect(row["status"] == "online")
        #expect(row["error"] == .null)
        #expect(row["failingSince"] == .null)
    }

    @Test("while a remote fails its rows are stale, keep their figures, and none vanishes")
    func rowsOfFailing() throws {
        let lab = Lab()
        for seconds in stride(from: 0.0, through: 20, by: 10) {
            lab.poll(
                seconds,
                nodes: [.pve("pve1", at: seconds)],
                guests: [.vm(at: seconds)],
                storage: [.store("local", on: "pve1")]
            )
        }
        let streams: [StreamName] = [.nodes, .guests, .storage]
        let before = try streams.map { try lab.fleet.onlyRow($0) }
        #expect(before.allSatisfy { $0["stale"] == .bool(false) })
        #expect(before[1]["netIn"] == 1_000)

        lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(22))
        #expect(try lab.guest()["stale"] == .bool(false), "one poll may fail")
        for seconds in [27.0, 60, 3_600] {
            lab.fleet.expire(at: .at(seconds))
            let rows = try streams.map { try lab.fleet.onlyRow($0) }
            for (row, old) in zip(rows, before) {
                #expect(row["stale"] == .bool(true))
                #expect(row.filter { $0.key != "stale" } == old.filter { $0.key != "stale" })
            }
        }
        // The list may be applied before the answer is noted, or after it.
        lab.fleet.noteAnswer(.init(latencyMilliseconds: 1), of: lab.remote, at: .at(3_602))
        lab.fleet.expire(at: .at(3_602))
        #expect(try streams.map { try lab.fleet.onlyRow($0) } == before)
        lab.poll(3_603, guests: [.vm(at: 3_603)])
        #expect(try lab.guest()["netIn"] == 1_000, "the pause is not measured by the clock")
    }

    @Test(
        "rows are stale when the last answer is older than 6 s and than three polls",
        arguments: [(2, 6), (1, 6), (5, 15), (10, 30)] as [(Double, Double)]
    )
    func overdue(poll: Double, limit: Double) throws {
        let lab = Lab(pollSeconds: poll)
        lab.poll(0, guests: [GuestReport.vm().stopped()])
        lab.fleet.expire(at: .at(limit))
        #expect(try lab.guest()["stale"] == .bool(false))
        lab.fleet.expire(at: .at(limit + 0.001))
        #expect(try lab.guest()["stale"] == .bool(true))
        #expect(lab.fleet.tick(.guests) == nil, "it was told twice")
        lab.fleet.noteAnswer(.init(latencyMilliseconds: 1), of: lab.remote, at: .at(limit + 1))
        #expect(try lab.guest()["stale"] == .bool(false))
    }

    @Test("a removed remote takes all its rows along, and its late answers change nothing")
    func removal() throws {
        let lab = Lab()
        let other = lab.fleet.addRemote(.lab("b"), pollNanoseconds: 2_000_000_000, at: .at(0))
        lab.fleet.apply([GuestReport.vm()], of: other, at: .at(0))
        lab.poll(
            0,
            nodes: [.pve("pve1"), .pve("pve2")],
            guests: [.vm(100), .vm(101)],
            storage: [.store("nas", on: "pve1", shared: true)]
        )
        #expect(try lab.fleet.rows(.guests).keys.sorted().last == "guest:lab/101")
        lab.fleet.removeRemote(lab.remote)
        #expect(try lab.fleet.rows(.remotes).keys.sorted() == ["remote:b"])
        #expect(try lab.fleet.rows(.nodes).isEmpty)
        #expect(try lab.fleet.rows(.storage).isEmpty)
        #expect(try lab.fleet.rows(.guests).keys.sorted() == ["guest:b/100"])

        // The handle is used again, and what is late is not taken for an answer of the next.
        let next = lab.fleet.addRemote(.lab(), pollNanoseconds: 2_000_000_000, at: .at(1))
        lab.poll(1, nodes: [.pve("late")], guests: [.vm(7)], storage: [.store("x", on: "late")])
        lab.fleet.noteFailure("late", of: lab.remote, at: .at(1))
        lab.fleet.apply(NodeDetails(name: "late"), of: lab.remote, at: .at(1))
        let late = ClusterReport(name: "late", isQuorate: true, members: [])
        lab.fleet.apply(late, of: lab.remote, at: .at(1))
        lab.fleet.removeRemote(lab.remote)
        #expect(try lab.fleet.rows(.remotes)["remote:lab"]?["status"] == "connecting")
        #expect(try lab.fleet.rows(.remotes)["remote:lab"]?["cluster"] == .null)
        #expect(try lab.fleet.rows(.guests).keys.sorted() == ["guest:b/100"])
        lab.fleet.apply([GuestReport.vm(9)], of: next, at: .at(1))
        #expect(try lab.fleet.rows(.guests).count == 2)
    }

    @Test("two remotes of one name would share the identities of their rows")
    func equalNames() async {
        await #expect(processExitsWith: .failure) {
            let fleet = FleetOwner(epoch: 1)
            for _ in 0..<2 {
                _ = fleet.addRemote(.lab(), pollNanoseconds: 2_000_000_000, at: .at(0))
            }
        }
    }
}
