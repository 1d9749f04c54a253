import PulseJSON
import Testing

@testable import PulseFleet

/// The recent history: what figures were.
struct HistoryTests {
    /// What a query is answered, of one resource.
    private func samples(
        _ fleet: FleetOwner,
        of id: String = "node:lab/pve1",
        _ range: HistoryRange,
        _ metrics: [HistoryMetric] = [.cpu],
        at seconds: Double
    ) throws -> Value {
        let query = try HistoryQuery(id: 7, resources: [id], metrics: metrics, range: range)
        let answer = try Value(
            parsing: jsonBytes { fleet.encodeHistory(query, ts: 5, at: .at(seconds), into: &$0) }
        )
        #expect(answer["type"] == "history")
        #expect(answer["ts"] == 5)
        #expect(answer["id"] == 7)
        #expect(answer["range"] == .string(range.rawValue))
        #expect(answer["step"] == .number(Double(range.stepMilliseconds)))
        return try #require(answer["resources"]?.elements?.first)
    }

    static func node(_ cpu: Double, at seconds: Double) -> NodeReport {
        var report = NodeReport.pve("pve1", at: seconds)
        report.cpuFraction = cpu / 100
        return report
    }

    // MARK: Bytes

    @Test(
        "a share is kept in steps of half a percent",
        arguments: [
            (0, 0), (0.24, 0), (0.25, 0.5), (12.3, 12.5), (100, 100), (103.4, 103.5), (127, 127),
            (999, 127), (-3, 0), (nil, nil), (.nan, nil), (.infinity, nil),
        ] as [(Double?, Double?)]
    )
    func halves(value: Double?, expected: Double?) {
        #expect(HistoryScale.halves.decode(HistoryScale.halves.encode(value)) == expected)
    }

    @Test("a rate is kept within 4.5 percent, from its base to 2^31 times as much; less is 0")
    func logarithm() throws {
        let scale = HistoryScale.logarithm(base: 64)
        for code in UInt8(0)..<255 {
            #expect(scale.encode(scale.decode(code)) == code)
        }
        var value = 64.0
        while value < 64 * 0x1p31 {
            let kept = try #require(scale.decode(scale.encode(value)))
            #expect(abs(kept / value - 1) < 0.045, "\(value) became \(kept)")
            value *= 1.017
        }
        #expect(scale.decode(scale.encode(31)) == 0)
        #expect(scale.decode(scale.encode(32)) == 64)
        #expect(scale.decode(scale.encode(0)) == 0)
        #expect(scale.decode(scale.encode(1e300)) == scale.decode(254))
        #expect(scale.decode(scale.encode(nil)) == nil)
        #expect(scale.decode(scale.encode(.nan)) == nil)
    }

    @Test("a guest takes 2,766 bytes, and no two rings overlap")
    func layout() {
        for stream in StreamName.allCases {
            let layout = HistoryLayout(stream.historyMetrics)
            var taken = [Int](repeating: 0, count: layout.byteCount)
            for range in HistoryRange.allCases {
                for metric in layout.metrics.indices where layout.keeps(metric, for: range) {
                    let start = layout.start(of: metric, range)
                    for place in start..<start + range.sampleCount { taken[place] += 1 }
                }
            }
            #expect(taken.allSatisfy { $0 == 1 }, "\(stream)")
        }
        #expect(HistoryLayout(StreamName.guests.historyMetrics).byteCount == 2_766)
    }

    // MARK: Samples

    @Test("two minutes in steps of 2 s, the oldest first, from the first that is known")
    func fine() throws {
        let lab = Lab()
        for seconds in stride(from: 1.0, through: 9, by: 2) {
            lab.poll(seconds, nodes: [Self.node(10 * seconds, at: seconds)])
        }
        var row = try samples(lab.fleet, .twoMinutes, [.cpu, .mem, .load1], at: 9)
        #expect(row["id"] == "node:lab/pve1")
        #expect(row["cpu"] == [10, 30, 50, 70, 90])
        #expect(row["mem"] == [14, 14, 14, 14, 14])
        #expect(row["load1"] == nil, "only processor and memory are kept so finely")
        // Samples lie on the grid of the monotonic clock, which began 5 s before.
        #expect(row["end"] == .number(NodeTests.start + 9_000))
        for seconds in stride(from: 11.0, through: 400, by: 2) {
            lab.poll(
                seconds,
                nodes: [Self.node(seconds.remainder(dividingBy: 50) + 50, at: seconds)]
            )
        }
        row = try samples(lab.fleet, .twoMinutes, at: 399)
        #expect(row["cpu"]?.elements?.count == 60)
        #expect(row["cpu"]?.elements?.last == .number(Double(399).remainder(dividingBy: 50) + 50))
    }

    @Test("a quarter of an hour in steps of 10 s, of every metric")
    func coarse() throws {
        let lab = Lab()
        for seconds in stride(from: 5.0, through: 1_205, by: 2) {
            lab.poll(seconds, nodes: [Self.node(seconds / 20, at: seconds)])
        }
        let row = try samples(lab.fleet, .quarterHour, HistoryMetric.allCases, at: 1_205)
        let cpu = try #require(row["cpu"]?.elements)
        #expect(cpu.count == 90)
        #expect(cpu.last == 60.5)
        #expect(cpu.first == 16)
        #expect(row["disk"]?.elements?.last == 12)
        #expect(row["iowait"]?.elements == [], "nobody has told it")
        #expect(row["netIn"] == nil, "nodes have none")
    }

    @Test("a day in steps of five minutes, each the mean of its samples")
    func day() throws {
        let lab = Lab(pollSeconds: 10)
        for seconds in stride(from: 0.0, through: 90_000, by: 10) {
            let isUp = Int(seconds) / 10 % 2 == 0
            lab.poll(seconds, nodes: [Self.node(isUp ? 20 : 40, at: seconds)])
        }
        let row = try samples(lab.fleet, .day, at: 90_000)
        let cpu = try #require(row["cpu"]?.elements)
        #expect(cpu.count == 288)
        #expect(cpu.allSatisfy { $0 == 30 })
    }

    @Test("what is not live leaves a gap, and what was not seen in between is held for a minute")
    func gaps() throws {
        let lab = Lab()
        lab.poll(5, nodes: [Self.node(20, at: 5)])
        lab.poll(15, nodes: [NodeReport.pve("pve1").lost()])
        lab.poll(25, nodes: [Self.node(40, at: 25)])
        #expect(try samples(lab.fleet, .quarterHour, at: 25)["cpu"] == [20, .null, 40])
        // No tick for half a minute: the newest figure stands for what was missed.
        lab.poll(55, nodes: [Self.node(60, at: 55)])
        #expect(
            try samples(lab.fleet, .quarterHour, at: 55)["cpu"] == [20, .null, 40, 60, 60, 60]
        )
        lab.poll(135, nodes: [Self.node(80, at: 135)])
        let cpu = try samples(lab.fleet, .quarterHour, at: 135)["cpu"]?.elements
        #expect(cpu?.suffix(9) == [60, .null, .null, .null, .null, .null, .null, .null, 80])
    }

    @Test("a process that stood still for more than a quarter of an hour begins anew")
    func standstill() throws {
        let lab = Lab()
        for seconds in [5.0, 15, 1_000] { lab.poll(seconds, nodes: [Self.node(20, at: seconds)]) }
        #expect(try samples(lab.fleet, .quarterHour, at: 1_000)["cpu"] == [20])
        #expect(try samples(lab.fleet, .twoMinutes, at: 1_000)["cpu"] == [20])
    }

    @Test("a resource that is new in the place of another has no past")
    func reuse() throws {
        let lab = Lab()
        lab.poll(5, guests: [.vm(1)])
        lab.poll(15, guests: [.vm(1, at: 15)])
        lab.poll(25, guests: [])
        _ = lab.fleet.tick()
        lab.poll(35, guests: [.vm(2)])
        #expect(
            try samples(lab.fleet, of: "guest:lab/2", .quarterHour, at: 35)["cpu"] == [3.5]
        )
        let query = try HistoryQuery(
            id: nil,
            resources: ["guest:lab/1", "nothing"],
            metrics: [.cpu],
            range: .day
        )
        let answer = jsonBytes { lab.fleet.encodeHistory(query, ts: 0, at: .at(35), into: &$0) }
        #expect(text(answer).hasSuffix(##""resources":[]}"##))
        #expect(!text(answer).contains("\"id\""))
    }

    @Test("hosts, storages and remotes have one as well")
    func others() throws {
        let lab = Lab()
        lab.poll(5, guests: [.vm()], storage: [.store("a", on: "pve1")])
        lab.fleet.apply(.tower(), at: .at(5))
        lab.poll(15)
        let rows: [(String, HistoryMetric, Value)] = [
            ("host:6f0f2c0e", .cpu, 12.5), ("host:6f0f2c0e", .temp, 48.5),
            ("storage:lab/pve1/a", .disk, 10), ("remote:lab", .latency, 12.34),
        ]
        for (id, metric, expected) in rows {
            let row = try samples(lab.fleet, of: id, .quarterHour, [metric], at: 15)
            #expect(row[metric.rawValue]?.elements?.last == expected, "\(id)")
        }
    }

    @Test("a jump of the wall clock moves no sample")
    func wallClock() throws {
        let lab = Lab()
        for seconds in [5.0, 15, 25] { lab.poll(seconds, nodes: [Self.node(20, at: seconds)]) }
        var now = FleetTime.at(35)
        now.wallMilliseconds -= 86_400_000
        lab.fleet.expire(at: now)
        #expect(try samples(lab.fleet, .quarterHour, at: 35)["cpu"] == [20, 20, 20, .null])
    }

    // MARK: Queries

    @Test("too much at once is refused")
    func refusals() throws {
        let many = (0...200).map { "guest:lab/\($0)" }
        #expect(throws: HistoryQuery.Refusal.tooManyResources) {
            try HistoryQuery(id: nil, resources: many, metrics: [.cpu], range: .twoMinutes)
        }
        #expect(throws: HistoryQuery.Refusal.tooManySamples) {
            try HistoryQuery(
                id: nil,
                resources: Array(many.prefix(112)),
                metrics: [.cpu, .mem],
                range: .quarterHour
            )
        }
        let query = try HistoryQuery(
            id: nil,
            resources: Array(many.prefix(111)),
            metrics: [.mem, .cpu, .mem],
            range: .quarterHour
        )
        #expect(query.metrics == [.cpu, .mem])
    }
}
