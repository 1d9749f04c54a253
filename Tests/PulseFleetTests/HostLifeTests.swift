import Testing

@testable import PulseFleet

/// When hosts come, go silent, come back, are forgotten.
struct HostLifeTests {
    @Test(
        "a host is offline after six intervals, at least 60 s, at most 10 min",
        arguments: [
            (2, 60), (10, 60), (11, 66), (30, 180), (100, 600), (3_600, 600), (0, 180), (.nan, 180),
        ] as [(Double, Double)]
    )
    func staleness(interval: Double, limit: Double) throws {
        let fleet = FleetOwner(epoch: 1)
        var report = HostReport.tower()
        report.intervalSeconds = interval
        fleet.apply(report, at: .at(5))
        #expect(try fleet.onlyRow()["status"] == "online")
        fleet.expire(at: .at(5 + limit))
        #expect(fleet.tick() == nil)
        fleet.expire(at: .at(5 + limit + 0.001))
        let delta = try #require(fleet.tick())
        #expect(text(delta).hasSuffix(##""since":1,"set":[{"h":0,"status":"offline"}]}"##))
        fleet.expire(at: .at(5 + limit + 50))
        #expect(fleet.tick() == nil, "it was told twice")
        fleet.apply(report, at: .at(5 + limit + 60))
        #expect(try fleet.onlyRow()["status"] == "online")
    }

    @Test("a jump of the wall clock makes nobody offline")
    func wallClockJump() throws {
        let fleet = FleetOwner(epoch: 1)
        fleet.apply(.tower(), at: .at(0))
        var now = FleetTime.at(2)
        now.wallMilliseconds += 86_400_000
        fleet.expire(at: now)
        #expect(try fleet.onlyRow()["status"] == "online")
    }

    @Test("a late report of a silent host does not bring it back")
    func lateReportOfSilentHost() throws {
        let fleet = FleetOwner(epoch: 1)
        var report = HostReport.tower()
        report.sequence = .init(stream: "a", number: 2)
        fleet.apply(report, at: .at(0))
        fleet.expire(at: .at(1_000))
        report.sequence = .init(stream: "a", number: 1)
        #expect(fleet.apply(report, at: .at(1_001)) == .outOfOrder)
        #expect(try fleet.onlyRow()["status"] == "offline")
    }

    @Test("reports out of order are not applied")
    func outOfOrder() throws {
        let fleet = FleetOwner(epoch: 1)
        let steps: [(stream: String, number: UInt64, isApplied: Bool)] = [
            ("a", 1, true), ("a", 1, false), ("a", 5, true), ("a", 4, false), ("a", 6, true),
            ("b", 1, true), ("a", 7, false), ("b", 2, true), ("c", 9, true), ("b", 3, false),
            ("a", 99, false), ("c", 9, false), ("c", 10, true),
        ]
        for (index, step) in steps.enumerated() {
            var report = HostReport.tower()
            report.kernelVersion = "\(index)"
            report.sequence = .init(stream: step.stream, number: step.number)
            let outcome = fleet.apply(report, at: .at(Double(index)))
            #expect(outcome == (step.isApplied ? .applied : .outOfOrder), "step \(index)")
            let kernel = try fleet.onlyRow()["kernel"]
            #expect((kernel == .string("\(index)")) == step.isApplied, "step \(index)")
        }
    }

    @Test("reports without a number, or with a stream too long to keep, are always applied")
    func unnumbered() {
        var gate = SequenceGate()
        let long = HostReport.Sequence(stream: String(repeating: "x", count: 65), number: 3)
        let admitted = [nil, nil, long, long].map { gate.admit($0) }
        #expect(admitted == [true, true, true, true])
    }

    @Test("the streams remembered as retired are bounded")
    func retiredStreams() {
        var gate = SequenceGate()
        let count = FleetLimits.retiredStreamsMax
        let first = (0...count).map { gate.admit(.init(stream: "\($0)", number: 1)) }
        #expect(!first.contains(false))
        let late = (0..<count).map { gate.admit(.init(stream: "\($0)", number: 9)) }
        #expect(!late.contains(true))
        let isNewAdmitted = gate.admit(.init(stream: "new", number: 1))
        #expect(isNewAdmitted)
        let isOldestForgotten = gate.admit(.init(stream: "0", number: 9))
        #expect(isOldestForgotten)
    }

    @Test("a forgotten host is gone, and its next report makes a new one")
    func removal() throws {
        let fleet = FleetOwner(epoch: 1)
        #expect(!fleet.removeHost(id: "6f0f2c0e"))
        fleet.apply(.tower(), at: .at(0))
        _ = fleet.tick()
        #expect(fleet.removeHost(id: "6f0f2c0e"))
        #expect(!fleet.removeHost(id: "6f0f2c0e"))
        fleet.expire(at: .at(10_000))
        #expect(text(try #require(fleet.tick())).hasSuffix(##""since":1,"gone":[0]}"##))
        fleet.apply(.tower(), at: .at(2))
        #expect(try fleet.onlyRow()["status"] == "online")
    }

    @Test("a host without a proper id, and one too many, are refused")
    func refused() {
        let fleet = FleetOwner(epoch: 1)
        #expect(fleet.apply(HostReport(id: "", hostname: "x"), at: .at(0)) == .invalidIdentity)
        let long = String(repeating: "i", count: FleetLimits.textBytesMax)
        #expect(fleet.apply(HostReport(id: long, hostname: "x"), at: .at(0)) == .applied)
        let tooLong = HostReport(id: long + "i", hostname: "x")
        #expect(fleet.apply(tooLong, at: .at(0)) == .invalidIdentity)
        fleet.beginTick()
        #expect(StreamName.allCases.filter { fleet.hasChanged(.whole($0)) } == [.hosts, .summary])
        fleet.endTick()
    }

    @Test("no more hosts than the limit come in, and those that are in go on")
    func full() {
        let fleet = FleetOwner(epoch: 1)
        for index in 0..<FleetLimits.hostsMax {
            fleet.apply(HostReport(id: "\(index)", hostname: ""), at: .at(0))
        }
        #expect(fleet.apply(HostReport(id: "new", hostname: ""), at: .at(0)) == .fleetFull)
        #expect(fleet.apply(HostReport(id: "7", hostname: ""), at: .at(0)) == .applied)
        fleet.removeHost(id: "7")
        #expect(fleet.apply(HostReport(id: "new", hostname: ""), at: .at(0)) == .applied)
    }
}
