import PulseFleet
import Testing

/// What remotes may make the fleet remember, and what it costs.
struct ProxmoxLimitTests {
    @Test(
        "the largest row of each stream fits into one part",
        arguments: ["\u{1}", "\"", "\u{1F427}"]
    )
    func largestRows(character: String) throws {
        let long = String(repeating: character, count: 20_000)
        let name = String(repeating: "\u{1}", count: FleetLimits.nameBytesMax)
        let fleet = FleetOwner(epoch: 1)
        let description = RemoteDescription(name: name, kind: .pve, url: long)
        let remote = fleet.addRemote(description, pollNanoseconds: 1, at: .at(0))
        fleet.apply([NodeReport.hostile(name, long)], of: remote, at: .at(0))
        fleet.apply([GuestReport.hostile(name, long)], of: remote, at: .at(0))
        fleet.apply(StorageReport.hostile(name, long), of: remote, at: .at(0))
        fleet.apply(NodeDetails.hostile(name, long), of: remote, at: .at(0))
        let members = [ClusterReport.Member(name: name, address: long, isOnline: true)]
        let cluster = ClusterReport(name: long, isQuorate: true, members: members)
        fleet.apply(cluster, of: remote, at: .at(0))
        fleet.noteAnswer(
            .init(latencyMilliseconds: 1e300, version: long, problem: long),
            of: remote,
            at: .at(0)
        )
        _ = fleet.tick()
        for stream in StreamName.allCases where stream != .hosts && stream != .events {
            let (layout, parts) = fleet.snapshot(stream)
            #expect(layout.parts.count == 1)
            let byteCountMax = try #require(layout.parts.first).byteCountMax
            #expect(byteCountMax <= FleetLimits.snapshotPartBytesMax)
            #expect(byteCountMax < 128 << 10, "the arithmetic in FleetLimits is wrong")
            let row = try #require(ModelClient(snapshot: parts).rows.values.first)
            let hasName = stream == .remotes || stream == .summary || stream == .problems
            #expect(row["remote"] == .string(name) || hasName)
        }
        let guest = try fleet.onlyRow(.guests)
        let tags = try #require(guest["tags"]?.elements)
        #expect(tags.count > 1)
        #expect(tags.count < 100)
    }

    @Test("no more rows than the limits come in, and those that are in go on")
    func full() throws {
        let lab = Lab()
        let limit = FleetLimits.nodesMax
        lab.poll(0, nodes: (0..<limit + 10).map { .pve("n\($0)") })
        #expect(try lab.fleet.rows(.nodes).count == limit)
        let other = lab.fleet.addRemote(.lab("b"), pollNanoseconds: 1, at: .at(1))
        lab.fleet.apply([NodeReport.pve("x")], of: other, at: .at(1))
        #expect(try lab.fleet.rows(.nodes)["node:b/x"] == nil)
        lab.poll(2, nodes: (0..<limit - 1).map { .pve("n\($0)", at: 2) })
        lab.fleet.apply([NodeReport.pve("x")], of: other, at: .at(2))
        let rows = try lab.fleet.rows(.nodes)
        #expect(rows["node:b/x"] != nil)
        #expect(rows["node:lab/n7"]?["sampled"] == .number(1_790_000_002_000))

        let guests = (0..<UInt64(FleetLimits.guestsMax) + 1).map {
            GuestReport(kind: .lxc, vmid: $0, node: "n1", status: "stopped")
        }
        lab.poll(4, guests: guests)
        _ = lab.fleet.tick()
        let (_, parts) = lab.fleet.snapshot(.guests)
        #expect(try ModelClient(snapshot: parts).rows.count == FleetLimits.guestsMax)
    }

    @Test("a list that says nothing new costs a fraction of one that does")
    func unchangedListIsCheap() {
        let lab = Lab()
        let lists = (0..<12).map { step in
            (0..<5_000).map { GuestReport.vm(UInt64($0), at: Double(10 * step)) }
        }
        let clock = ContinuousClock()
        var changed: [Duration] = []
        var unchanged: [Duration] = []
        lab.poll(0, guests: lists[0])
        for step in 1..<lists.count {
            changed.append(clock.measure { lab.poll(Double(10 * step), guests: lists[step]) })
            unchanged.append(
                clock.measure { lab.poll(Double(10 * step) + 2, guests: lists[step]) }
            )
            _ = lab.fleet.tick(.guests)
        }
        // The quickest of each: whatever else the machine does only adds to it.
        guard let worked = changed.min(), let rested = unchanged.min() else { return }
        #expect(rested * 3 < worked, "\(rested) against \(worked)")
    }
}

extension NodeReport {
    fileprivate static func hostile(_ name: String, _ text: String) -> NodeReport {
        var report = NodeReport(name: name, status: text)
        report.haState = text
        report.cpuCount = 1e300
        report.cpuFraction = -.infinity
        report.memoryUsedBytes = .max
        report.memoryTotalBytes = .max
        report.uptimeSeconds = 1e300
        return report
    }
}

extension NodeDetails {
    fileprivate static func hostile(_ name: String, _ text: String) -> NodeDetails {
        var details = NodeDetails(name: name)
        details.kernelVersion = text
        details.cpuModel = text
        details.version = text
        details.loadAverage = [1e300, .nan, -1, 4]
        details.memoryAvailableBytes = .max
        details.swapUsedBytes = .max
        return details
    }
}

extension GuestReport {
    fileprivate static func hostile(_ name: String, _ text: String) -> GuestReport {
        var report = GuestReport(kind: .qemu, vmid: .max, node: name, status: text)
        report.name = text
        report.lock = text
        report.pool = text
        report.haState = text
        report.tags = Array(repeating: text, count: 100)
        report.uptimeSeconds = -5
        report.cpuCount = .infinity
        return report
    }
}

extension StorageReport {
    fileprivate static func hostile(_ name: String, _ text: String) -> [StorageReport] {
        (0..<100).map { index in
            let node = String("\(index)\(name)".utf8.prefix(FleetLimits.nameBytesMax)) ?? ""
            var report = StorageReport(name: name, node: node, status: "available")
            report.isShared = true
            report.type = text
            report.content = Array(repeating: text, count: 100)
            report.usedBytes = .max
            return report
        }
    }
}
