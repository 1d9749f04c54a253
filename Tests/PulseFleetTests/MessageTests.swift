import PulseFleet
import PulseJSON
import Testing

/// The messages of docs/protocol.md, byte for byte where it gives their form.
struct MessageTests {
    @Test("hello names protocol, epoch, interval, streams and units")
    func hello() throws {
        let fleet = FleetOwner(epoch: 0xab_cdef)
        let greeting = Greeting(
            epochText: fleet.epochText,
            version: "0.1.0 \"x\"",
            intervalMilliseconds: 2_000,
            demo: true
        )
        let bytes = jsonBytes { greeting.encode(ts: 1_790_000_000_000, into: &$0) }
        #expect(
            text(bytes).hasPrefix(
                ##"{"type":"hello","ts":1790000000000,"protocol":1,"version":"0.1.0 \"x\"","##
                    + ##""epoch":"0000000000abcdef","interval":2000,"demo":true,"##
                    + ##""streams":["hosts","remotes","nodes","guests","storage","events","##
                    + ##""problems","summary"],"##
                    + ##""units":{"interval":"seconds","##
            )
        )
        let units = try #require(Value(parsing: bytes)["units"]?.members)
        #expect(units["cpu"] == "percent")
        #expect(units["netIn"] == "bytesPerSecond")
        #expect(units["latency"] == "milliseconds")
        #expect(units["name"] == nil)
        #expect(fleet.epochText == "0000000000abcdef")
    }

    @Test("heartbeat carries the generation of every stream")
    func heartbeat() {
        let fleet = FleetOwner(epoch: 1)
        fleet.apply(.tower(), at: .at(0))
        _ = fleet.tick()
        let bytes = jsonBytes { fleet.generations.encodeHeartbeat(ts: 7, into: &$0) }
        #expect(
            text(bytes) == ##"{"type":"heartbeat","ts":7,"generation":"##
                + ##"{"hosts":1,"remotes":0,"nodes":0,"guests":0,"storage":0,"events":0,"##
                + ##""problems":0,"summary":1}}"##
        )
    }

    @Test("an empty stream is one part without rows, and an unchanged one has no delta")
    func empty() throws {
        let fleet = FleetOwner(epoch: .max)
        #expect(fleet.tick() == nil)
        let (layout, parts) = fleet.snapshot()
        #expect(layout.parts.count == 1)
        let part = text(try #require(parts.first))
        #expect(
            part.hasPrefix(
                ##"{"type":"snapshot","ts":0,"stream":"hosts","epoch":"ffffffffffffffff","##
                    + ##""generation":0,"part":1,"parts":1,"fields":["h","id","name","status","##
            )
        )
        #expect(part.hasSuffix(##""rows":[]}"##))
        #expect(
            text(fleet.state(ts: 5)).hasPrefix(
                ##"{"stream":"hosts","epoch":"ffffffffffffffff","generation":0,"ts":5,"##
                    + ##""fields":["h","id","##
            )
        )
    }

    @Test(
        "the fields of each stream stand in the order that is documented",
        arguments: [
            (
                .hosts,
                "h id name status platform os kernel arch cpuModel cpus agent interval boot"
                    + " memTotal swapTotal diskTotal disks temps node seen cpu mem swap disk load1"
                    + " load5 load15 netIn netOut diskRead diskWrite temp"
            ),
            (
                .remotes,
                "h id name type url status error failingSince cluster quorate version seen"
                    + " latency"
            ),
            (
                .nodes,
                "h id name remote status stale ha address version kernel cpuModel cpus"
                    + " memTotal memSource swapTotal diskTotal boot host sampled cpu mem"
                    + " swap disk load1 load5 load15 iowait"
            ),
            (
                .guests,
                "h id vmid name type remote node status stale template lock tags pool ha cpus"
                    + " memTotal memSource diskTotal boot sampled cpu mem disk netIn netOut"
                    + " diskRead diskWrite"
            ),
            (
                .storage,
                "h id name remote node nodes type content shared status stale diskTotal sampled"
                    + " disk"
            ),
            (.events, "h id at kind resource type name remote node from to"),
            (
                .problems,
                "h id severity rank kind resource type name remote node words since older"
            ),
            (
                .summary,
                "h id severity line worst crit warn remotes remotesOnline nodes nodesOnline guests"
                    + " guestsRunning guestsStopped templates storages storagesAvailable hosts"
                    + " hostsOnline"
            ),
        ] as [(StreamName, String)]
    )
    func fields(stream: StreamName, expected: String) throws {
        let state = try Value(parsing: FleetOwner(epoch: 1).state(stream))
        let names = try #require(state["fields"]?.elements).compactMap(\.text)
        #expect(names == expected.split(separator: " ").map(String.init))
    }

    @Test("a message that does not fit leaves its writer overflowed")
    func overflow() {
        let fleet = FleetOwner(epoch: 1)
        var attempts = 0
        let bytes = jsonBytes(capacity: 64) {
            attempts += 1
            fleet.encodeState(of: .whole(.hosts), ts: 0, into: &$0)
        }
        #expect(attempts > 1)
        #expect(bytes.count <= fleet.stateByteCountMax(of: .whole(.hosts)))
    }

    @Test("the parts of a large snapshot are the state, each within limit and announcement")
    func parts() throws {
        let fleet = FleetOwner(epoch: 1)
        for index in 0..<5_000 {
            var report = HostReport.tower()
            report.id = "m\(index)"
            fleet.apply(report, at: .at(Double(index)))
        }
        for index in stride(from: 0, to: 5_000, by: 3) { fleet.removeHost(id: "m\(index)") }
        _ = fleet.tick()
        let (layout, parts) = fleet.snapshot()
        #expect(parts.count > 3)
        for (part, bytes) in zip(layout.parts, parts) {
            #expect(bytes.count <= part.byteCountMax)
            #expect(part.byteCountMax <= FleetLimits.snapshotPartBytesMax)
            #expect(part.byteCountMax < bytes.count + 300, "the announcement is wasteful")
        }
        let state = fleet.state()
        #expect(state.count <= fleet.stateByteCountMax(of: .whole(.hosts)))
        #expect(try ModelClient(snapshot: parts) == ModelClient(snapshot: [state]))
    }

    @Test("the largest row that a report can make fits into one part")
    func largestRow() throws {
        let fleet = FleetOwner(epoch: 1)
        fleet.apply(.hostile(String(repeating: "\u{1}", count: 10_000)), at: .at(0))
        _ = fleet.tick()
        let (layout, parts) = fleet.snapshot()
        #expect(layout.parts.count == 1)
        #expect(try #require(parts.first).count > 128 << 10)
        #expect(try #require(layout.parts.first).byteCountMax <= FleetLimits.snapshotPartBytesMax)
        let row = try #require(ModelClient(snapshot: parts).rows.values.first)
        let disks = try #require(row["disks"]?.elements)
        #expect(disks.count > 1)
        #expect(disks.count < 100)
    }

    @Test(
        "hostile names come out as valid JSON and as they went in, as far as they are kept",
        arguments: [
            "\"},{\"h\":0", "back\\slash\\", "\u{0}\u{1f}\u{7f}\n\r\t", "\u{2028}\u{2029}</script>",
            "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", String(repeating: "n", count: 10_000),
            String(repeating: "\u{1F427}", count: 3_000),
            "a" + String(repeating: "\u{e9}", count: 9_999),
            "e" + String(repeating: "\u{301}", count: 9_999),
            String(repeating: "\"", count: 10_000),
        ]
    )
    func hostileNames(name: String) throws {
        let fleet = FleetOwner(epoch: 1)
        let report = HostReport.hostile(name)
        #expect(fleet.apply(report, at: .at(0)) == .applied)
        let delta = try Value(parsing: try #require(fleet.tick()))
        let row = try #require(ModelClient(snapshot: [fleet.state()]).rows[0])
        #expect(delta["set"]?.elements?.first?["name"] == row["name"])
        #expect(row["id"] == .string("host:" + report.id))
        let kept = try #require(row["name"]?.text)
        #expect(name.utf8.starts(with: kept.utf8))
        #expect(kept.utf8.count > min(name.utf8.count, FleetLimits.textBytesMax) - 4)
        #expect(kept.utf8.count <= FleetLimits.textBytesMax)
    }
}

extension HostReport {
    /// A report whose every text is `name`, many times over.
    fileprivate static func hostile(_ name: String) -> HostReport {
        var report = HostReport(
            id: String(decoding: name.utf8.prefix(1_000), as: UTF8.self),
            hostname: name
        )
        report.displayName = name
        report.platform = name
        report.osName = name
        report.osVersion = name
        report.kernelVersion = name
        report.architecture = name
        report.cpuModel = name
        report.agentVersion = name
        report.disks = (0..<100).map { disk("/\($0)", name, name, used: 1 << 50, total: 1 << 53) }
        report.temperatures = (0..<100).map { _ in Temperature(name: name, celsius: -40) }
        return report
    }
}
