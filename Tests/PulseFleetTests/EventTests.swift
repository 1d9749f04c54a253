import PulseFleet
import Testing

/// Stream `events`: what has happened.
struct EventTests {
    /// Every event so far in words, oldest first: kind, identity, from and to.
    private func told(by fleet: FleetOwner) throws -> [String] {
        try fleet.rows(.events).values
            .sorted { number($0) < number($1) }
            .map { row in
                ["kind", "resource", "from", "to"]
                    .compactMap { row[$0]?.text }.joined(separator: " ")
            }
    }

    private func number(_ row: [String: Value]) -> Int {
        Int(row["id"]?.text?.dropFirst("event:".count) ?? "") ?? -1
    }

    @Test("what a first list names was there before; what a later one adds has appeared")
    func appearance() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1")], guests: [.vm(1)], storage: [.store("a", on: "pve1")])
        #expect(try told(by: lab.fleet).isEmpty)
        lab.poll(2, guests: [.vm(1), .vm(2)])
        lab.poll(4, guests: [.vm(2)])
        lab.poll(6, guests: [])
        #expect(
            try told(by: lab.fleet) == [
                "appeared guest:lab/2", "vanished guest:lab/1", "vanished guest:lab/2",
            ]
        )
    }

    @Test("an event says when, of what, and where")
    func fields() throws {
        let lab = Lab()
        lab.poll(0, guests: [.vm()])
        lab.poll(2, guests: [.vm(on: "pve2", at: 2)])
        let expected: [String: Value] = [
            "id": "event:1", "at": .number(GuestTests.start + 2_000), "kind": "migrated",
            "resource": "guest:lab/100", "type": "guest", "name": "web-100", "remote": "lab",
            "node": "pve2", "from": "pve1", "to": "pve2",
        ]
        #expect(try lab.fleet.onlyRow(.events) == expected)
    }

    @Test("a guest is stopped, started, paused, restarted, and each is told once")
    func guestLife() throws {
        let lab = Lab()
        lab.poll(0, guests: [.vm()])
        lab.poll(2, guests: [GuestReport.vm().stopped()])
        lab.poll(4, guests: [GuestReport.vm().stopped()])
        var report = GuestReport.vm()
        report.uptimeSeconds = 1
        lab.poll(6, guests: [report])
        report.status = "paused"
        report.uptimeSeconds = 3
        lab.poll(8, guests: [report])
        report.status = "running"
        report.uptimeSeconds = 5
        lab.poll(10, guests: [report])
        report.uptimeSeconds = 1
        lab.poll(12, guests: [report])
        #expect(
            try told(by: lab.fleet) == [
                "stopped guest:lab/100 running stopped", "started guest:lab/100 stopped running",
                "changed guest:lab/100 running paused", "changed guest:lab/100 paused running",
                "restarted guest:lab/100",
            ]
        )
    }

    @Test("a lost node is one event, and not one for each of its guests and storages")
    func lostNode() throws {
        let lab = Lab()
        let guests = (1...20).map { GuestReport.vm($0) }
        lab.poll(0, nodes: [.pve("pve1")], guests: guests, storage: [.store("a", on: "pve1")])
        lab.poll(2, nodes: [NodeReport.pve("pve1").lost()], guests: guests)
        lab.poll(310, guests: guests.map { $0.unknown() })
        lab.poll(320, nodes: [.pve("pve1", at: 320)], guests: guests)
        #expect(
            try told(by: lab.fleet) == [
                "lost node:lab/pve1 offline", "back node:lab/pve1 online",
            ]
        )
    }

    @Test("a guest that starts on another node after its own was lost has migrated")
    func recovery() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1"), .pve("pve2")], guests: [.vm()])
        lab.poll(2, nodes: [NodeReport.pve("pve1").lost(), .pve("pve2", at: 2)])
        var report = GuestReport.vm(on: "pve2")
        report.uptimeSeconds = 2
        lab.poll(120, guests: [report])
        #expect(try told(by: lab.fleet).last == "migrated guest:lab/100 pve1 pve2")
    }

    @Test("a remote is lost when its rows are stale, with the reason, and is back")
    func remote() throws {
        let lab = Lab()
        lab.poll(0, guests: [.vm()])
        lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(2))
        #expect(try told(by: lab.fleet).isEmpty)
        lab.fleet.expire(at: .at(10))
        lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(12))
        lab.poll(20, guests: [.vm(at: 20)])
        #expect(
            try told(by: lab.fleet) == ["lost remote:lab timed out", "back remote:lab"]
        )
    }

    @Test("a majority is lost and is back")
    func quorum() throws {
        let lab = Lab()
        for (seconds, isQuorate) in [(0.0, true), (2, false), (4, false), (6, true)] {
            let cluster = ClusterReport(name: "rack", isQuorate: isQuorate, members: [])
            lab.fleet.apply(cluster, of: lab.remote, at: .at(seconds))
        }
        #expect(
            try told(by: lab.fleet) == ["quorumLost remote:lab", "quorumBack remote:lab"]
        )
    }

    @Test("a storage that no node can reach any more is lost")
    func storage() throws {
        let lab = Lab()
        let nas = StorageReport.store("nas", on: "pve1", shared: true)
        lab.poll(0, nodes: [.pve("pve1")], storage: [nas])
        lab.poll(2, storage: [nas.unknown()])
        lab.poll(4, storage: [nas])
        #expect(
            try told(by: lab.fleet) == ["lost storage:lab/nas", "back storage:lab/nas"]
        )
    }

    @Test("a host is lost, is back, boots; who is new is told once the server has settled")
    func host() throws {
        let fleet = FleetOwner(epoch: 1)
        var report = HostReport.tower()
        fleet.apply(report, at: .at(0))
        fleet.expire(at: .at(61))
        report.timestampMilliseconds? += 70_000
        report.uptimeSeconds? += 70
        fleet.apply(report, at: .at(70))
        report.timestampMilliseconds? += 2_000
        report.uptimeSeconds = 1
        fleet.apply(report, at: .at(72))
        fleet.apply(HostReport(id: "early", hostname: "early"), at: .at(600))
        fleet.apply(HostReport(id: "late", hostname: "late"), at: .at(601))
        #expect(
            try told(by: fleet) == [
                "lost host:6f0f2c0e", "back host:6f0f2c0e", "restarted host:6f0f2c0e",
                "appeared host:late",
            ]
        )
    }

    @Test("what an administrator removes is no event")
    func removal() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1")], guests: [.vm()])
        lab.fleet.apply(.tower(), at: .at(0))
        lab.fleet.removeRemote(lab.remote)
        lab.fleet.removeHost(id: "6f0f2c0e")
        #expect(try told(by: lab.fleet).isEmpty)
    }

    @Test("the oldest events give way, within one tick too")
    func bounded() throws {
        let lab = Lab()
        let limit = FleetLimits.eventsMax
        let guests = (0..<UInt64(limit) + 7).map { GuestReport.vm($0) }
        lab.poll(0, guests: [.vm(0)])
        lab.poll(2, guests: guests)
        var rows = try lab.fleet.rows(.events)
        #expect(rows.count == limit)
        #expect(rows["event:1"]?["resource"] == "guest:lab/7")
        lab.poll(4, guests: guests.map { $0.stopped() })
        rows = try lab.fleet.rows(.events)
        #expect(rows.count == limit)
        #expect(rows["event:\(2 * limit)"]?["kind"] == "stopped")
    }
}
