import PulseJSON
import Testing

@testable import PulseFleet

/// The recent history over a restart.
struct HistoryArchiveTests {
    /// One run of a server.
    ///
    /// Its monotonic clock began somewhere, as after a boot.
    private struct Run {
        let fleet = FleetOwner(epoch: 1)
        let remote: RemoteID
        private let bootMilliseconds: Int64

        init(bootMilliseconds: Int64, at seconds: Int64) {
            self.bootMilliseconds = bootMilliseconds
            let now = Self.time(bootMilliseconds, seconds)
            remote = fleet.addRemote(.lab(), pollNanoseconds: 2_000_000_000, at: now)
        }

        private static func time(_ boot: Int64, _ seconds: Int64) -> FleetTime {
            FleetTime(
                wallMilliseconds: 1_790_000_000_000 + seconds * 1_000,
                monotonicNanoseconds: UInt64((seconds * 1_000 - boot) * 1_000_000)
            )
        }

        func time(_ seconds: Int64) -> FleetTime { Self.time(bootMilliseconds, seconds) }

        /// A poll that finds nodes, by name with their load in percent.
        func poll(_ seconds: Int64, _ nodes: [(name: String, cpu: Double)] = []) {
            let now = time(seconds)
            let reports = nodes.map { node in
                var report = NodeReport.pve(node.name, at: Double(seconds))
                report.cpuFraction = node.cpu / 100
                return report
            }
            fleet.apply(reports, of: remote, at: now)
            fleet.noteAnswer(.init(latencyMilliseconds: 12.4), of: remote, at: now)
            fleet.expire(at: now)
        }

        func archive(at seconds: Int64) -> [[UInt8]] {
            var archiver = fleet.historyArchiver(at: time(seconds))
            var parts: [[UInt8]] = []
            while let part = fleet.nextPart(of: &archiver) { parts.append(part) }
            return parts + [fleet.finish(archiver, at: time(seconds))]
        }

        /// The known samples of a node's load by their wall time in milliseconds, and all times.
        func samples(
            of name: String,
            _ range: HistoryRange,
            at seconds: Int64
        ) throws -> (known: [Int64: Double], times: [Int64]) {
            let query = try HistoryQuery(
                id: nil,
                resources: ["node:lab/\(name)"],
                metrics: [.cpu],
                range: range
            )
            let now = time(seconds)
            let answer = try Value(
                parsing: jsonBytes { fleet.encodeHistory(query, ts: 0, at: now, into: &$0) }
            )
            guard let row = answer["resources"]?.elements?.first,
                let values = row["cpu"]?.elements, !values.isEmpty
            else { return ([:], []) }
            let end = Int64(try #require(row["end"]?.int))
            var known: [Int64: Double] = [:]
            var times: [Int64] = []
            for (index, value) in values.enumerated() {
                let time = end - Int64(values.count - 1 - index) * range.stepMilliseconds
                times.append(time)
                if case .number(let figure) = value { known[time] = figure }
            }
            return (known, times)
        }
    }

    private func restart(
        _ parts: [[UInt8]],
        bootMilliseconds: Int64,
        at seconds: Int64
    ) throws -> Run {
        let run = Run(bootMilliseconds: bootMilliseconds, at: seconds)
        try run.fleet.restoreHistory(try HistoryArchive(parts: parts), at: run.time(seconds))
        return run
    }

    // MARK: Round trips

    @Test("figures come back with a gap for the time between, at the times at which they were")
    func gap() throws {
        let first = Run(bootMilliseconds: -600_000, at: 0)
        for seconds in stride(from: Int64(0), through: 60, by: 2) {
            first.poll(seconds, [("pve1", Double(seconds))])
        }
        let before = try first.samples(of: "pve1", .twoMinutes, at: 60)
        let second = try restart(first.archive(at: 61), bootMilliseconds: 70_123, at: 71)
        #expect(try second.samples(of: "pve1", .twoMinutes, at: 71).times.isEmpty)
        second.poll(72, [("pve1", 72)])
        second.poll(74, [("pve1", 74)])
        let after = try second.samples(of: "pve1", .twoMinutes, at: 74)
        for (time, figure) in before.known { #expect(after.known[time] == figure) }
        let news = after.times.filter { before.known[$0] == nil }
        #expect(news.map { after.known[$0] } == [nil, nil, nil, nil, nil, 72, 74])
    }

    @Test(
        "whatever happens in between, no figure is lost or shown at another time",
        arguments: 0..<60
    )
    func property(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let names = ["pve1", "pve2", "pve3"]
        var seconds: Int64 = 0
        var run = Run(bootMilliseconds: -7_000, at: 0)
        for _ in 0..<5 {
            // A run: each node comes after a while, and is lost now and then.
            let begin = seconds
            let arrivals = names.map { _ in random.oneIn(3) ? Int64(random.next() % 200) : 0 }
            var polled: Set<String> = []
            let count = random.oneIn(4) ? 1_500 : 40 + random.next() % 300
            for _ in 0..<count {
                seconds += random.oneIn(30) ? 2 + Int64(random.next() % 80) : 2
                let here = names.indices.filter { seconds - begin >= arrivals[$0] }
                polled.formUnion(here.map { names[$0] })
                run.poll(seconds, here.map { (names[$0], Double(random.next() % 200) / 2) })
            }
            let saved = seconds
            let parts = run.archive(at: saved)
            let old = try names.map { name in
                try HistoryRange.allCases.map { try run.samples(of: name, $0, at: saved) }
            }
            // A pause, and perhaps a boot.
            seconds += [0, 1, 3, 70, 900, 5_000, 100_000][Int(random.next() % 7)]
            run = try restart(
                parts,
                bootMilliseconds: seconds * 1_000 - Int64(random.next() % 1_000_000),
                at: seconds
            )
            run.poll(seconds, names.map { ($0, 50) })
            for (index, name) in names.enumerated() where polled.contains(name) {
                for (number, range) in HistoryRange.allCases.enumerated() {
                    let new = try run.samples(of: name, range, at: seconds)
                    try compare(old[index][number].known, new, saved * 1_000, range)
                }
            }
        }
    }

    private func compare(
        _ old: [Int64: Double],
        _ new: (known: [Int64: Double], times: [Int64]),
        _ savedMilliseconds: Int64,
        _ range: HistoryRange
    ) throws {
        let saved = 1_790_000_000_000 + savedMilliseconds
        for (time, figure) in new.known where time <= saved {
            #expect(old[time] == figure, "\(range) at \(time - saved) ms")
        }
        guard let newest = new.times.last else { return }
        let oldest = newest - Int64(range.sampleCount - 1) * range.stepMilliseconds
        for (time, figure) in old where time >= oldest && time <= saved {
            #expect(new.known[time] == figure, "\(range) at \(time - saved) ms")
        }
    }

    @Test("a resource that comes back only after a second restart has its past, too")
    func twice() throws {
        let first = Run(bootMilliseconds: -600_000, at: 0)
        for seconds in stride(from: Int64(0), through: 60, by: 2) {
            first.poll(seconds, [("pve1", 10), ("pve2", 20)])
        }
        let second = try restart(first.archive(at: 60), bootMilliseconds: 0, at: 64)
        second.poll(64, [("pve2", 20)])
        let third = try restart(second.archive(at: 66), bootMilliseconds: 0, at: 70)
        third.poll(70, [("pve1", 30), ("pve2", 40)])
        for (name, figure) in [("pve1", 10.0), ("pve2", 20)] {
            let known = try third.samples(of: name, .twoMinutes, at: 70).known
            #expect(known.values.filter { $0 == figure }.count >= 31, "\(name)")
        }
    }

    @Test("after a day without it a resource's past is no longer kept")
    func expiry() throws {
        let first = Run(bootMilliseconds: -600_000, at: 0)
        first.poll(2, [("pve1", 10)])
        let parts = first.archive(at: 2)
        let kept = try restart(parts, bootMilliseconds: 0, at: 86_000)
        #expect(
            try HistoryArchive(parts: kept.archive(at: 86_000)).resources.keys.contains(
                "node:lab/pve1"
            )
        )
        let dropped = try restart(parts, bootMilliseconds: 0, at: 87_000)
        #expect(
            try !HistoryArchive(parts: dropped.archive(at: 87_000)).resources.keys
                .contains("node:lab/pve1")
        )
    }

    @Test("the few that have not come back keep no memory of those that have")
    func packing() throws {
        let byteCount = HistoryLayout(StreamName.guests.historyMetrics).byteCount
        let part = (0..<10).flatMap { [UInt8](repeating: $0, count: byteCount) }
        var resources: [String: HistoryPast.Resource] = [:]
        for number in 0..<10 {
            let record = HistoryRecord(
                phase: 0,
                numbers: .init(fine: 5, coarse: 1),
                rings: part[number * byteCount..<(number + 1) * byteCount]
            )
            resources["guest:lab/\(number)"] = .init(table: 3, record: record)
        }
        var past = HistoryPast(resources)
        for number in 0..<4 { #expect(past.take("guest:lab/\(number)", table: 3) != nil) }
        let shared = past.current(at: .init(fine: 5, coarse: 1))
        #expect(shared.count == 6 && shared.allSatisfy { $0.resource.record.rings.startIndex > 0 })
        #expect(past.take("guest:lab/4", table: 3) != nil)
        let alone = past.current(at: .init(fine: 5, coarse: 1))
        #expect(alone.count == 5 && alone.allSatisfy { $0.resource.record.rings.startIndex == 0 })
        for (id, resource) in alone { #expect(resource.record == resources[id]?.record) }
    }

    @Test("after a jump of the wall clock what came from before the start is forgotten")
    func jump() throws {
        let first = Run(bootMilliseconds: -600_000, at: 0)
        for seconds in stride(from: Int64(0), through: 800, by: 2) {
            first.poll(seconds, [("pve1", 10), ("pve2", 10)])
        }
        let second = try restart(first.archive(at: 800), bootMilliseconds: 0, at: 804)
        for seconds in stride(from: Int64(804), through: 840, by: 2) {
            second.poll(seconds, [("pve1", 30)])
        }
        #expect(second.fleet.forgetRestoredHistory())
        #expect(!second.fleet.forgetRestoredHistory(), "it is gone")
        second.poll(842, [("pve1", 30), ("pve2", 30)])
        for range in HistoryRange.allCases {
            for name in ["pve1", "pve2"] {
                let known = try second.samples(of: name, range, at: 842).known
                #expect(known.values.allSatisfy { $0 == 30 }, "\(name) \(range)")
            }
        }
        #expect(try second.samples(of: "pve1", .twoMinutes, at: 842).known.count >= 19)
    }

    @Test("a clock that shows a time before the archive's is told of, unless it is by a moment")
    func future() throws {
        let first = Run(bootMilliseconds: -600_000, at: 0)
        first.poll(100, [("pve1", 10)])
        let archive = try HistoryArchive(parts: first.archive(at: 100))
        let early = Run(bootMilliseconds: 0, at: 80)
        #expect(throws: HistoryArchiveError.fromTheFuture(milliseconds: 20_000)) {
            try early.fleet.restoreHistory(archive, at: early.time(80))
        }
        let second = Run(bootMilliseconds: 0, at: 95)
        try second.fleet.restoreHistory(archive, at: second.time(95))
        second.poll(97, [("pve1", 20)])
        #expect(try !second.samples(of: "pve1", .quarterHour, at: 97).known.isEmpty)
    }

    // MARK: Layouts

    @Test("metrics that another version kept in another order find their places")
    func layouts() {
        let old = HistoryLayout([.cpu, .disk, .netIn])
        let new = HistoryLayout([.cpu, .mem, .disk])
        let rings = (0..<old.byteCount).map { UInt8($0 % 250) }
        // A piece from the midst of more, as a part of a file gives it.
        let piece = ([1, 2, 3] + rings + [4])[3..<3 + rings.count]
        let record = HistoryRecord(phase: 3, numbers: .init(fine: 9, coarse: 2), rings: piece)
        let moved = record.laidOut(as: new, from: old)
        #expect(moved.rings.count == new.byteCount)
        for range in HistoryRange.allCases {
            for (metric, kind) in new.metrics.enumerated() where new.keeps(metric, for: range) {
                let start = new.start(of: metric, range)
                let ring = Array(moved.rings[start..<start + range.sampleCount])
                guard let before = old.metrics.firstIndex(of: kind), old.keeps(before, for: range)
                else {
                    #expect(ring.allSatisfy { $0 == HistoryScale.unknown })
                    continue
                }
                let from = old.start(of: before, range)
                #expect(ring == Array(rings[from..<from + range.sampleCount]))
            }
        }
    }

    // MARK: Bad input

    private func small() -> [[UInt8]] {
        let run = Run(bootMilliseconds: -600_000, at: 0)
        run.poll(2, [("pve1", 10), ("pve2", 20)])
        return run.archive(at: 2)
    }

    @Test("an archive that ends anywhere but at its end is refused")
    func truncation() throws {
        let parts = small()
        #expect(try HistoryArchive(parts: parts).resourceCount == 3)
        #expect(throws: HistoryArchiveError.malformed) { try HistoryArchive(parts: []) }
        for part in parts.indices {
            for count in parts[part].indices {
                var cut = parts
                cut[part] = Array(cut[part].prefix(count))
                #expect(throws: HistoryArchiveError.self) { try HistoryArchive(parts: cut) }
            }
            var long = parts
            long[part].append(0)
            #expect(throws: HistoryArchiveError.self) { try HistoryArchive(parts: long) }
        }
    }

    @Test("an archive in which a bit is another one is refused or taken, and never a crash")
    func bitFlips() throws {
        let parts = small()
        for part in parts.indices {
            for index in parts[part].indices {
                var bad = parts
                bad[part][index] ^= 1 << (index % 8)
                guard let archive = try? HistoryArchive(parts: bad) else { continue }
                let run = Run(bootMilliseconds: 0, at: 10)
                guard (try? run.fleet.restoreHistory(archive, at: run.time(10))) != nil else {
                    continue
                }
                run.poll(12, [("pve1", 1), ("pve2", 2)])
            }
        }
    }

    @Test(
        "an archive whose clock is near its end is refused, or what follows it can be read",
        arguments: [1 << 62 - 1, 1 << 61, 1 << 61 - 1, 1 << 60] as [UInt64]
    )
    func clock(nanoseconds: UInt64) throws {
        var parts = small()
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: nanoseconds >> (8 * $0)) }
        parts[parts.count - 1].replaceSubrange(8..<16, with: bytes)
        let archive = try HistoryArchive(parts: parts)
        let run = Run(bootMilliseconds: 0, at: 100)
        guard (try? run.fleet.restoreHistory(archive, at: run.time(100))) != nil else { return }
        run.poll(102, [("pve1", 1)])
        // The others are older than a day by this clock.
        #expect(try HistoryArchive(parts: run.archive(at: 102)).resourceCount >= 2)
    }

    @Test("words that this version does not know are those of a newer one")
    func unknownWords() {
        var parts = small()
        let end = parts.count - 1
        let known = Array("iowait".utf8)
        for start in parts[end].indices where parts[end][start...].starts(with: known) {
            parts[end][start + 2] = UInt8(ascii: "x")
        }
        #expect(throws: HistoryArchiveError.newer("ioxait")) { try HistoryArchive(parts: parts) }
    }
}
