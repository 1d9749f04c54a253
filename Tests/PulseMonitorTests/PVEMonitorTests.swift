import PulseFleet
import PulseHTTPClient
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseMonitor

@Suite("PVE monitor", .endsWhenItHangs)
struct PVEMonitorTests {
    private func withBench(
        _ endpoint: @Sendable () -> FakeEndpoint = { .cluster },
        _ body: @Sendable (MonitorBench, isolated Shard) async throws -> Void
    ) async throws {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            try await body(try MonitorBench(endpoint()), shard)
        }
    }

    private static let emptyList = FakeEndpoint.Outcome.json("{\"data\":[]}")
    private static let vms = "/cluster/resources?type=vm"
    private static let storage = "/cluster/resources?type=storage"

    @Test("a round asks for two lists and puts their rows into the fleet")
    func round() async throws {
        try await withBench { bench, shard in
            let answer = try await bench.monitor.poll(on: shard)
            #expect(answer == MonitorAnswer())
            #expect(bench.endpoint.takePaths() == ["/cluster/resources?type=node", Self.vms])
            #expect(bench.ids(.nodes) == ["node:lab/pve1", "node:lab/pve3"])
            #expect(
                bench.ids(.guests)
                    == ["guest:lab/100", "guest:lab/101", "guest:lab/200", "guest:lab/900"]
            )
            #expect(bench.ids(.storage).isEmpty)
        }
    }

    @Test("the details come in their order, and what they say is in the next answer")
    func details() async throws {
        try await withBench { bench, shard in
            _ = try await bench.monitor.poll(on: shard)
            _ = bench.endpoint.takePaths()
            try await bench.monitor.pollDetails(on: shard)
            #expect(
                bench.endpoint.takePaths() == [
                    "/access/permissions", "/version", "/cluster/status", Self.storage,
                    "/nodes/pve1/status",
                ],
                "an offline node is not asked"
            )
            #expect(bench.ids(.storage) == ["storage:lab/nas", "storage:lab/pve1/local"])
            let node = bench.rows(.nodes).first { $0["name"] as? String == "pve1" }
            #expect(node?["cpuModel"] as? String == "Example 32-Core")
            #expect(node?["address"] as? String == "192.0.2.11")
            #expect(bench.rows(.remotes).first?["cluster"] as? String == "prod")
            let answer = try await bench.monitor.poll(on: shard)
            #expect(answer == MonitorAnswer(version: "9.2.11", problem: nil))
        }
    }

    @Test("each detail is asked again in its own time")
    func reasks() async throws {
        try await withBench { bench, shard in
            _ = try await bench.monitor.poll(on: shard)
            try await bench.monitor.pollDetails(on: shard)
            _ = bench.endpoint.takePaths()
            var asked: [String: [Int]] = [:]
            for second in stride(from: 1, through: 3601, by: 2) {
                bench.pass(seconds: second == 1 ? 1 : 2)
                try await bench.monitor.pollDetails(on: shard)
                for path in bench.endpoint.takePaths() { asked[path, default: []].append(second) }
            }
            #expect(asked["/cluster/status"]?.prefix(3) == [15, 31, 47])
            #expect(asked["/nodes/pve1/status"]?.prefix(3) == [21, 41, 61])
            #expect(asked[Self.storage]?.prefix(3) == [31, 61, 91])
            #expect(asked["/access/permissions"]?.prefix(2) == [601, 1201])
            #expect(asked["/version"] == [3601])
        }
    }

    @Test("a detail that fails is asked again after a minute, and does not stop the others")
    func failingDetail() async throws {
        try await withBench { bench, shard in
            _ = try await bench.monitor.poll(on: shard)
            bench.endpoint.answers["/cluster/status"] = .status(500, "got timeout")
            await #expect(throws: PollError.refused(status: 500, reason: "got timeout")) {
                try await bench.monitor.pollDetails(on: shard)
            }
            _ = bench.endpoint.takePaths()
            bench.pass(seconds: 2)
            try await bench.monitor.pollDetails(on: shard)
            #expect(bench.endpoint.takePaths() == [Self.storage, "/nodes/pve1/status"])
            bench.pass(seconds: 57)
            try await bench.monitor.pollDetails(on: shard)
            #expect(!bench.endpoint.takePaths().contains("/cluster/status"))
            bench.pass(seconds: 1)
            bench.endpoint.answers["/cluster/status"] = .json(PVEFixtures.cluster)
            try await bench.monitor.pollDetails(on: shard)
            #expect(bench.endpoint.takePaths().contains("/cluster/status"))
        }
    }

    /// So many nodes that are online.
    private static func nodes(_ count: Int) -> FakeEndpoint.Outcome {
        let entries = (1...count).map { number in
            #"{"type":"node","node":"n\#(number)","status":"online","cpu":0.1}"#
        }
        return .json("{\"data\":[" + entries.joined(separator: ",") + "]}")
    }

    @Test("a node that cannot be reached does not stop the others")
    func unreachableNode() async throws {
        try await withBench { bench, shard in
            bench.endpoint.answers["/cluster/resources?type=node"] = Self.nodes(3)
            for number in [1, 3] {
                bench.endpoint.answers["/nodes/n\(number)/status"] = .json(PVEFixtures.nodeStatus)
            }
            bench.endpoint.answers["/nodes/n2/status"] = .status(595, "No route to host")
            _ = try await bench.monitor.poll(on: shard)
            let unreachable = PollError.nodeUnreachable(status: 595, reason: "No route to host")
            await #expect(throws: unreachable) { try await bench.monitor.pollDetails(on: shard) }
            bench.pass(seconds: 2)
            try await bench.monitor.pollDetails(on: shard)
            let paths = bench.endpoint.takePaths().filter { $0.hasPrefix("/nodes/") }
            #expect(paths == ["/nodes/n1/status", "/nodes/n2/status", "/nodes/n3/status"])
            _ = try await bench.monitor.poll(on: shard)
            let models = bench.rows(.nodes).filter { $0["cpuModel"] is String }
            #expect(models.count == 2)
        }
    }

    @Test("of many nodes each has its turn, a few at a time")
    func manyNodes() async throws {
        try await withBench { bench, shard in
            bench.endpoint.answers["/cluster/resources?type=node"] = Self.nodes(100)
            for number in 1...100 {
                bench.endpoint.answers["/nodes/n\(number)/status"] = .json(PVEFixtures.nodeStatus)
            }
            _ = try await bench.monitor.poll(on: shard)
            var counts: [String: Int] = [:]
            for _ in 0..<100 {
                bench.pass(seconds: 2)
                try await bench.monitor.pollDetails(on: shard)
                let paths = bench.endpoint.takePaths().filter { $0.hasPrefix("/nodes/") }
                #expect(paths.count <= 4)
                for path in paths { counts[path, default: 0] += 1 }
            }
            #expect(counts.count == 100)
            #expect(counts.values.allSatisfy { $0 == 4 }, "400 questions, the same for all")
        }
    }

    @Test("a node's name that is none is not asked for")
    func nodeNames() async throws {
        try await withBench { bench, shard in
            bench.endpoint.answers["/cluster/resources?type=node"] = .json(
                """
                {"data":[{"type":"node","node":"../../x?","status":"online"},
                {"type":"node","node":"a b","status":"online"},
                {"type":"node","node":"pve1","status":"online"}]}
                """
            )
            _ = try await bench.monitor.poll(on: shard)
            try await bench.monitor.pollDetails(on: shard)
            let paths = bench.endpoint.takePaths().filter { $0.hasPrefix("/nodes/") }
            #expect(paths == ["/nodes/pve1/status"])
        }
    }

    @Test("no guests are believed of a token that may see guests")
    func noGuests() async throws {
        try await withBench { bench, shard in
            bench.endpoint.answers[Self.vms] = Self.emptyList
            _ = try await bench.monitor.poll(on: shard)
            try await bench.monitor.pollDetails(on: shard)
            bench.endpoint.answers[Self.vms] = .json(PVEFixtures.guests)
            _ = try await bench.monitor.poll(on: shard)
            #expect(bench.ids(.guests).count == 4)
            bench.endpoint.answers[Self.vms] = Self.emptyList
            _ = try await bench.monitor.poll(on: shard)
            #expect(bench.ids(.guests).count == 4, "the permissions are asked first")
            _ = bench.endpoint.takePaths()
            try await bench.monitor.pollDetails(on: shard)
            #expect(bench.endpoint.takePaths() == ["/access/permissions"])
            _ = try await bench.monitor.poll(on: shard)
            #expect(bench.ids(.guests).isEmpty)
        }
    }

    @Test("a token that loses its rights clears nothing, and says what to do")
    func lostRights() async throws {
        try await withBench { bench, shard in
            _ = try await bench.monitor.poll(on: shard)
            try await bench.monitor.pollDetails(on: shard)
            for path in [Self.vms, Self.storage] { bench.endpoint.answers[path] = Self.emptyList }
            bench.endpoint.answers["/access/permissions"] = .json("{\"data\":{}}")
            for _ in 0..<20 {
                bench.pass(seconds: 2)
                let answer = try await bench.monitor.poll(on: shard)
                try await bench.monitor.pollDetails(on: shard)
                #expect(bench.ids(.guests).count == 4)
                #expect(bench.ids(.storage).count == 2)
                if bench.endpoint.sent.contains(where: { $0.url.hasSuffix("permissions") }) {
                    #expect(answer.version == "9.2.11")
                }
            }
            let problem = try #require(try await bench.monitor.poll(on: shard).problem)
            #expect(problem.contains("pveum acl modify") && problem.contains("VM.Audit"))
            // Granted again, it shows within half a minute.
            bench.endpoint.answers["/access/permissions"] = .json(PVEFixtures.permissions)
            bench.pass(seconds: 30)
            try await bench.monitor.pollDetails(on: shard)
            #expect(try await bench.monitor.poll(on: shard).problem == nil)
            #expect(bench.ids(.guests).isEmpty)
        }
    }

    @Test("a round that fails keeps what there is")
    func failure() async throws {
        try await withBench { bench, shard in
            _ = try await bench.monitor.poll(on: shard)
            for outcome in [
                FakeEndpoint.Outcome.failure(.refused(origin: "pve1.lan:8006")), .status(500),
                .json("{\"data\":[{"), .json("garbage"), .json("{\"data\":null}"),
            ] {
                bench.endpoint.override = outcome
                await #expect(throws: PollError.self) { try await bench.monitor.poll(on: shard) }
                #expect(bench.ids(.guests).count == 4)
                #expect(bench.ids(.nodes).count == 2)
            }
            bench.endpoint.override = nil
            _ = try await bench.monitor.poll(on: shard)
        }
    }
}
