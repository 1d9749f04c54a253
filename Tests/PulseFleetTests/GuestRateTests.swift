import Foundation
import PulseFleet
import Testing

/// The rates of guests: counters that PVE reads every ten seconds and that are polled every two.
struct GuestRateTests {
    /// What a poll shows, and what the rates are then.
    struct Step {
        var seconds: Double
        var uptime: Double?
        var received: UInt64?
        var read: UInt64?
        var netIn: Value
        var diskRead: Value

        init(
            _ seconds: Double,
            _ uptime: Double?,
            _ counters: (received: UInt64?, read: UInt64?),
            _ rates: (netIn: Value, diskRead: Value)
        ) {
            self.seconds = seconds
            self.uptime = uptime
            received = counters.received
            read = counters.read
            netIn = rates.netIn
            diskRead = rates.diskRead
        }
    }

    @Test("a sample is divided by its own time, holds until the next, and a restart has no rate")
    func series() throws {
        let million: UInt64 = 1_000_000
        try follow([
            Step(0, 5_000, (1_000 * million, 500 * million), (.null, .null)),
            Step(2, 5_000, (1_000 * million, 500 * million), (.null, .null)),
            Step(4, 5_000, (1_000 * million, 500 * million), (.null, .null)),
            Step(6, 5_010, (1_012_500_000, 540 * million), (1_250_000, 4_000_000)),
            Step(8, 5_010, (1_012_500_000, 540 * million), (1_250_000, 4_000_000)),
            Step(14, 5_010, (1_012_500_000, 540 * million), (1_250_000, 4_000_000)),
            Step(16, 5_020, (1_025_000_000, 580 * million), (1_250_000, 4_000_000)),
            Step(18, 5_020, (1_025_000_000, 580 * million), (1_250_000, 4_000_000)),
            Step(20, 4, (1_000, 2_000), (.null, .null)),
            Step(22, 4, (1_000, 2_000), (.null, .null)),
            Step(30, 14, (11_000, 2_000), (1_000, 0)),
        ])
    }

    @Test("a counter that decreased makes the sample worth nothing, with or without an uptime")
    func decrease() throws {
        try follow([
            Step(0, 100, (5_000, 5_000), (.null, .null)),
            Step(10, 110, (6_000, 7_000), (100, 200)),
            Step(20, 120, (500, 9_000), (.null, .null)),
            Step(30, 130, (1_500, 11_000), (100, 200)),
            Step(40, nil, (1_400, 12_000), (.null, .null)),
            Step(50, nil, (2_400, 14_000), (100, 200)),
        ])
    }

    @Test("without an uptime the time between two sightings counts")
    func withoutUptime() throws {
        try follow([
            Step(0, nil, (0, 0), (.null, .null)),
            Step(8, nil, (8_000, 0), (1_000, 0)),
            Step(10, nil, (8_000, 0), (1_000, 0)),
            Step(18, nil, (8_000, 40_000), (0, 4_000)),
        ])
    }

    @Test("a counter that nobody tells has no rate, and counts from when it is told")
    func missing() throws {
        try follow([
            Step(0, 100, (nil, 0), (.null, .null)),
            Step(10, 110, (nil, 50), (.null, 5)),
            Step(20, 120, (1_000, 100), (.null, 5)),
            Step(30, 130, (2_000, 150), (100, 5)),
        ])
    }

    @Test("counters that stand still while the uptime grows are a rate of 0")
    func idle() throws {
        try follow([
            Step(0, 100, (7, 7), (.null, .null)),
            Step(10, 110, (7, 7), (0, 0)),
        ])
    }

    @Test("a restart that hides in a gap makes no rate out of two processes")
    func hiddenRestart() throws {
        // Ten minutes apart, and the uptime has grown by one second: 100 GB were not moved in it.
        try follow([
            Step(0, 290, (1_000, 1_000), (.null, .null)),
            Step(10, 300, (2_000, 2_000), (100, 100)),
            Step(610, 301, (100_000_000_000, 3_000), (.null, .null)),
            Step(620, 311, (100_000_001_000, 4_000), (100, 100)),
        ])
    }

    @Test("counters near the end of their range make a finite rate")
    func extremes() throws {
        try follow([
            Step(0, 100, (0, .max - 10), (.null, .null)),
            Step(10, 110, (1 << 53, .max), (.number(Double(1 << 53) / 10).rounded, 1)),
            Step(20, 120, (.max, 0), (.null, .null)),
        ])
    }

    @Test("a guest that was stopped moves nothing; its next process begins from its first sample")
    func stop() throws {
        let lab = Lab()
        lab.poll(0, guests: [.vm()])
        lab.poll(10, guests: [.vm(at: 10)])
        #expect(try lab.guest()["netIn"] == 1_000)
        lab.poll(20, guests: [GuestReport.vm().stopped()])
        #expect(try lab.guest()["netIn"] == 0)
        var report = GuestReport.vm(at: 0)
        report.uptimeSeconds = 3
        lab.poll(30, guests: [report])
        #expect(try lab.guest()["netIn"] == .null)
        report.uptimeSeconds = 13
        report.receivedBytes = report.receivedBytes.map { $0 + 5_000 }
        lab.poll(40, guests: [report])
        #expect(try lab.guest()["netIn"] == 500)
    }

    private func follow(_ steps: [Step]) throws {
        let lab = Lab()
        for step in steps {
            var report = GuestReport(kind: .qemu, vmid: 1, node: "pve1", status: "running")
            report.uptimeSeconds = step.uptime
            report.receivedBytes = step.received
            report.readBytes = step.read
            lab.poll(step.seconds, guests: [report])
            let row = try lab.guest()
            #expect(row["netIn"] == step.netIn, "at \(step.seconds) s")
            #expect(row["diskRead"] == step.diskRead, "at \(step.seconds) s")
            #expect(row["netOut"] == .null)
            #expect(row["diskWrite"] == .null)
        }
    }

    // MARK: Recording

    /// Twelve polls of a PVE; it is not in this repository.
    static let recording: URL? = {
        let root = URL(filePath: #filePath).appending(path: "../../..").standardized
        let file = root.appending(path: "../shared/fixtures/pve/rates-series.json").standardized
        return (try? file.checkResourceIsReachable()) == true ? file : nil
    }()

    @Test(
        "a recorded series has the rates that were worked out for it by hand",
        .enabled(if: recording != nil, "the recording is not beside this repository")
    )
    func recorded() throws {
        let file = try Value(parsing: Array(Data(contentsOf: try #require(Self.recording))))
        let polls = try #require(file["polls"]?.elements)
        let first = try #require(polls.first?["t"]?.int)
        let lab = Lab()
        var rates: [Value?] = []
        for poll in polls {
            let time = try #require(poll["t"]?.int)
            let guests = try #require(poll["body"]?["data"]?.elements).map { try report(of: $0) }
            lab.poll(Double(time - first), guests: guests)
            rates.append(try lab.guest()["netIn"])
            let isKnown = (3..<10).contains(rates.count - 1)
            #expect(try lab.guest()["diskRead"] == (isKnown ? 4_000_000 : .null))
        }
        let expected = try #require(file["expect"]?["netin_bytes_per_s_after_poll_3"])
        #expect(rates == (0..<12).map { (3..<10).contains($0) ? expected : .null })
    }

    private func report(of entry: Value) throws -> GuestReport {
        var report = GuestReport(
            kind: .qemu,
            vmid: UInt64(try #require(entry["vmid"]?.int)),
            node: try #require(entry["node"]?.text),
            status: try #require(entry["status"]?.text)
        )
        report.uptimeSeconds = entry["uptime"]?.int.map { Double($0) }
        report.receivedBytes = entry["netin"]?.int.map { UInt64($0) }
        report.sentBytes = entry["netout"]?.int.map { UInt64($0) }
        report.readBytes = entry["diskread"]?.int.map { UInt64($0) }
        report.writtenBytes = entry["diskwrite"]?.int.map { UInt64($0) }
        return report
    }
}

extension Value {
    /// The number as whole bytes per second are sent.
    fileprivate var rounded: Value {
        if case .number(let number) = self { .number(number.rounded()) } else { self }
    }
}
