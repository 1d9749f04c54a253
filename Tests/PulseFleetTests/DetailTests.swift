import PulseFleet
import Testing

@Suite("What is looked at")
struct DetailTests {
    private static let id = "guest:lab/100"

    private func lab() -> Lab {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1")], guests: [.vm(100), .vm(101)])
        return lab
    }

    /// The row of a resource after a tick.
    private func row(_ id: String, of fleet: FleetOwner) throws -> [String: Value] {
        _ = fleet.tick()
        let view = try #require(fleet.view(of: .resource(id)))
        let rows = try ModelClient(snapshot: [fleet.state(view)]).rows
        #expect(rows.count == 1, "a stream of one resource has one row")
        return try #require(rows.values.first)
    }

    private func report(_ moved: UInt64, uptime: Double = 100) -> DetailReport {
        var report = DetailReport()
        report.status = "running"
        report.uptimeSeconds = uptime
        report.cpuFraction = 0.25
        report.memoryUsedBytes = 3 << 30
        report.network = .init(name: "", incoming: moved, outgoing: 2 * moved)
        report.disk = .init(name: "", incoming: 0, outgoing: moved)
        report.disks = [.init(name: "scsi0", incoming: 0, outgoing: moved)]
        return report
    }

    @Test(
        "nothing is known of what has not told anything, and its rates come with the third answer"
    )
    func rates() throws {
        let fleet = lab().fleet
        _ = try fleet.openDetails(of: Self.id)
        #expect(try row(Self.id, of: fleet)["cpu"] == .null)
        fleet.apply(report(1_000), of: Self.id, at: .at(10))
        var row = try row(Self.id, of: fleet)
        #expect(row["cpu"] == 25)
        #expect(row["netIn"] == .null)
        #expect(row["type"]?.text == "qemu")
        fleet.apply(report(90_000), of: Self.id, at: .at(12))
        #expect(try self.row(Self.id, of: fleet)["netIn"] == .null)
        fleet.apply(report(94_000), of: Self.id, at: .at(14))
        row = try self.row(Self.id, of: fleet)
        #expect(row["netIn"]?.int == 2_000)
        #expect(row["netOut"]?.int == 4_000)
        #expect(row["diskWrite"]?.int == 2_000)
        #expect(row["drives"]?.elements?.first?.elements?.last?.int == 2_000)
    }

    @Test("counters that stand still hold the rate for a sample's time, and are 0 then")
    func still() throws {
        let fleet = lab().fleet
        _ = try fleet.openDetails(of: Self.id)
        fleet.apply(report(0), of: Self.id, at: .at(0))
        fleet.apply(report(1_000), of: Self.id, at: .at(2))
        fleet.apply(report(5_000), of: Self.id, at: .at(4))
        fleet.apply(report(5_000), of: Self.id, at: .at(12))
        #expect(try row(Self.id, of: fleet)["netIn"]?.int == 2_000)
        fleet.apply(report(5_000), of: Self.id, at: .at(20))
        #expect(try row(Self.id, of: fleet)["netIn"]?.int == 0)
    }

    @Test(
        "a sample that nobody knows the age of makes no rate, whenever it is first asked for",
        arguments: 0..<10
    )
    func sampled(phase: Int) throws {
        let fleet = lab().fleet
        _ = try fleet.openDetails(of: Self.id)
        var known = 0
        for second in stride(from: phase, through: phase + 40, by: 2) {
            // A sample each 10 s, of 1,000 bytes a second.
            let sample = UInt64(second / 10) * 10_000
            fleet.apply(
                report(sample, uptime: Double(100 + second)),
                of: Self.id,
                at: .at(Double(second))
            )
            guard let rate = try row(Self.id, of: fleet)["netIn"]?.int else { continue }
            known += 1
            #expect(rate == 1_000, "at \(second) s")
        }
        #expect(known > 5)
    }

    @Test("a restart, or a silence of a minute, begins the rates anew")
    func restart() throws {
        let fleet = lab().fleet
        _ = try fleet.openDetails(of: Self.id)
        fleet.apply(report(9_000), of: Self.id, at: .at(0))
        fleet.apply(report(10_000, uptime: 2), of: Self.id, at: .at(2))
        #expect(try row(Self.id, of: fleet)["netIn"] == .null)
        fleet.apply(report(11_000, uptime: 4), of: Self.id, at: .at(4))
        fleet.apply(report(13_000, uptime: 6), of: Self.id, at: .at(6))
        #expect(try row(Self.id, of: fleet)["netIn"]?.int == 1_000)
        fleet.apply(report(99_000, uptime: 90), of: Self.id, at: .at(90))
        #expect(try row(Self.id, of: fleet)["netIn"] == .null)
    }

    @Test("a failure is told, and what was known stays until the next answer")
    func failure() throws {
        let fleet = lab().fleet
        _ = try fleet.openDetails(of: Self.id)
        fleet.apply(report(0), of: Self.id, at: .at(0))
        fleet.noteFailure("no answer", ofDetails: Self.id)
        var row = try row(Self.id, of: fleet)
        #expect(row["error"]?.text == "no answer")
        #expect(row["mem"]?.int == 3 << 30)
        fleet.apply(report(0), of: Self.id, at: .at(2))
        row = try self.row(Self.id, of: fleet)
        #expect(row["error"] == .null)
    }

    @Test(
        "what has no details, and what is not there, is refused",
        arguments: [
            ("host:web", DetailRefusal.noDetails), ("storage:lab/nas", .noDetails),
            ("remote:lab", .noDetails), ("", .noDetails), ("guest:lab/", .unknown),
            ("guest:lab/102", .unknown), ("guest:other/100", .unknown),
            ("guest:lab/0100", .unknown), ("node:lab/pve9", .unknown),
        ]
    )
    func refused(id: String, refusal: DetailRefusal) {
        let fleet = lab().fleet
        #expect(throws: refusal) { try fleet.openDetails(of: id) }
        #expect(fleet.view(of: .resource(id)) == nil)
    }

    @Test("a guest is asked where it is, and not any more when it is gone")
    func migration() throws {
        let lab = lab()
        #expect(
            lab.fleet.detailSource(of: Self.id) == .guest(.qemu, vmid: 100, node: "pve1")
        )
        lab.poll(2, guests: [.vm(100, on: "pve2")])
        #expect(
            lab.fleet.detailSource(of: Self.id) == .guest(.qemu, vmid: 100, node: "pve2")
        )
        lab.poll(4, guests: [.vm(101)])
        #expect(lab.fleet.detailSource(of: Self.id) == nil)
        #expect(lab.fleet.detailSource(of: "node:lab/pve1") == .node("pve1"))
    }

    @Test("no more than the limit are looked at, and one that is left makes room")
    func limit() throws {
        let lab = Lab()
        let numbers = 100..<UInt64(101 + FleetLimits.detailsMax)
        lab.poll(0, guests: numbers.map { .vm($0) })
        let ids = numbers.map { "guest:lab/\($0)" }
        for id in ids.dropLast() { _ = try lab.fleet.openDetails(of: id) }
        _ = try lab.fleet.openDetails(of: ids[0])
        let last = try #require(ids.last)
        #expect(throws: DetailRefusal.tooMany) { try lab.fleet.openDetails(of: last) }
        lab.fleet.closeDetails(of: ids[3])
        _ = try lab.fleet.openDetails(of: last)
    }

    @Test("streams of two resources do not mix, and each counts its own generations")
    func scopes() throws {
        let fleet = lab().fleet
        let other = "guest:lab/101"
        for id in [Self.id, other] { _ = try fleet.openDetails(of: id) }
        _ = fleet.tick()
        let views = try [Self.id, other].map { try #require(fleet.view(of: .resource($0))) }
        var clients = try views.map { try ModelClient(snapshot: [fleet.state($0)]) }
        let before = views.map { fleet.generation(of: $0) }
        for turn in 1...5 {
            fleet.apply(report(UInt64(turn)), of: turn < 5 ? Self.id : other, at: .at(Double(turn)))
            fleet.beginTick()
            for index in views.indices where fleet.hasChanged(views[index]) {
                let delta = jsonDelta(fleet, views[index])
                try clients[index].apply(delta: delta)
            }
            fleet.endTick()
        }
        #expect(zip(views, before).map { fleet.generation(of: $0) - $1 } == [4, 1])
        for index in views.indices {
            #expect(try clients[index] == ModelClient(snapshot: [fleet.state(views[index])]))
        }
    }
}
