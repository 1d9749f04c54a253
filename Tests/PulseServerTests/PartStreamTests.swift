import PulseFleet
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseServer

/// Streams of one remote and of one resource, over sockets.
@Suite("Streams of one remote and one resource", .endsWhenItHangs)
struct PartStreamTests {
    private static let ping = "{\"type\":\"ping\",\"id\":1}"

    /// Sends commands and returns what is answered, without the hello and the pong behind them.
    ///
    /// It reads up to the pong, and `count` answers at least: what a stream has may come later.
    private static func answers(
        _ commands: [String],
        _ harness: ServerUnderTest,
        count: Int = 0
    ) async throws -> [String] {
        let address = harness.address
        return try await harness.lane.attempt {
            var client = try WebSocketClient(address)
            for command in commands + [ping] { try client.send(command) }
            var answers: [String] = []
            var hasPong = false
            while !hasPong || answers.count < count {
                let text = try client.receive().text
                if text.contains("\"pong\"") {
                    hasPong = true
                } else if !text.contains("\"hello\"") {
                    answers.append(text)
                }
            }
            return answers
        }
    }

    private static func subscribe(_ stream: String) -> String {
        "{\"type\":\"subscribe\",\"stream\":\"\(stream)\"}"
    }

    private func withWorld(
        _ io: IOChoice,
        threads: Int,
        _ body: @Sendable (ServerUnderTest, isolated Shard) async throws -> Void
    ) async throws {
        try await withServer(io, threads: threads) { harness, shard in
            var world = RandomHosts(seed: 1, hostCount: 2, disksMax: 1)
            world.fill(harness.server.fleet)
            harness.server.tick(at: 0)
            try await body(harness, shard)
        }
    }

    @Test("a stream of one remote has the rows of that remote only", arguments: backends)
    func scope(io: IOChoice) async throws {
        try await withWorld(io, threads: 1) { harness, _ in
            let answers = try await Self.answers([Self.subscribe("guests@lab")], harness, count: 1)
            try #require(answers.count == 1)
            #expect(answers[0].contains("\"stream\":\"guests@lab\""))
            #expect(answers[0].contains("guest:lab/100"))
            #expect(!answers[0].contains("guest:far/"))
            let address = harness.address
            let state = try await harness.lane.attempt {
                try StreamMessage(try get("/api/state/guests@far", from: address))
            }
            #expect(state.stream == "guests@far")
            #expect(state.rows.count > 1)
        }
    }

    static let refusals: [(String, String)] = [
        (subscribe("guests@nowhere"), "unknown_stream"),
        (subscribe("hosts@lab"), "unknown_stream"),
        ("{\"type\":\"focus\",\"resource\":\"guest:lab/99\"}", "unknown_resource"),
        ("{\"type\":\"focus\",\"resource\":\"host:host-1\"}", "no_details"),
        ("{\"type\":\"refresh\",\"remote\":\"nowhere\"}", "unknown_remote"),
    ]

    @Test(
        "what cannot be had is refused in words, and the connection stays",
        arguments: backends,
        [1, 3]
    )
    func refusals(io: IOChoice, threads: Int) async throws {
        try await withWorld(io, threads: threads) { harness, shard in
            for (command, code) in Self.refusals {
                let address = harness.address
                // On another shard the refusal is a letter, and the pong may come before it.
                let answer = try await harness.lane.attempt {
                    var client = try WebSocketClient(address)
                    try client.send(command)
                    while true {
                        let text = try client.receive().text
                        if text.contains("\"error\"") { return text }
                    }
                }
                #expect(answer.contains("\"code\":\"\(code)\""), "\(command)")
            }
            try await wait(for: "nobody to have a part", on: shard) {
                harness.server.tick(at: 2000)
                return harness.server.publisher.parts.isEmpty
            }
        }
    }

    @Test("who looks at one after the other has its limit, too", arguments: backends, [1, 3])
    func restless(io: IOChoice, threads: Int) async throws {
        try await withWorld(io, threads: threads) { harness, _ in
            let (address, max) = (harness.address, ServerLimits.clientPartsMax)
            // Of one that it looked away from before the answer came it is told nothing.
            let (client, unknown) = try await harness.lane.attempt {
                var client = try WebSocketClient(address)
                _ = try client.receive()
                for number in 9_000..<9_008 + max {
                    try client.send("{\"type\":\"focus\",\"resource\":\"guest:lab/\(number)\"}")
                }
                var (unknown, tooMany) = (0, 0)
                while tooMany < 8 {
                    let text = try client.receive().text
                    if text.contains("\"too_many\"") { tooMany += 1 } else { unknown += 1 }
                }
                return (client, unknown)
            }
            #expect(unknown <= max)
            #expect(harness.server.publisher.parts.isEmpty)
            withExtendedLifetime(client) {}
        }
    }

    @Test("a client has no more of them than its limit", arguments: backends)
    func limit(io: IOChoice) async throws {
        try await withWorld(io, threads: 1) { harness, _ in
            let streams = (0...ServerLimits.clientPartsMax).map { "guests@\($0)" }
            let now = FleetTime(wallMilliseconds: 0, monotonicNanoseconds: 0)
            for number in 0...ServerLimits.clientPartsMax {
                _ = harness.server.fleet.addRemote(
                    RemoteDescription(name: "\(number)", kind: .pve, url: ""),
                    pollNanoseconds: 2_000_000_000,
                    at: now
                )
            }
            let address = harness.address
            // A send takes along a few of them, so that the last come behind other answers.
            let answers = try await harness.lane.attempt {
                var client = try WebSocketClient(address)
                for stream in streams { try client.send(Self.subscribe(stream)) }
                return try (0...streams.count).map { _ in try client.receive().text }
            }
            #expect(answers.filter { $0.contains("\"snapshot\"") }.count == streams.count - 1)
            #expect(answers.filter { $0.contains("\"too_many\"") }.count == 1)
        }
    }

    @Test(
        "who looks at one resource is told of it and of no other, and who has gone costs nothing",
        arguments: backends,
        [1, 3]
    )
    func looks(io: IOChoice, threads: Int) async throws {
        try await withWorld(io, threads: threads) { harness, shard in
            let (server, address) = (harness.server, harness.address)
            let client = try await harness.lane.attempt {
                let client = try WebSocketClient(address)
                for id in ["guest:lab/100", "guest:far/100"] {
                    try client.send("{\"type\":\"focus\",\"resource\":\"\(id)\"}")
                }
                return client
            }
            let key = StreamKey.resource("guest:far/100")
            try await wait(for: "the second to be looked at, and the first no more", on: shard) {
                server.tick(at: 2000)
                return Array(server.publisher.parts.keys) == [key]
            }
            var details = DetailReport()
            details.cpuFraction = 0.125
            let now = FleetTime(wallMilliseconds: 77, monotonicNanoseconds: 1)
            server.fleet.apply(details, of: "guest:far/100", at: now)
            server.tick(at: 4000)
            try await harness.lane.attempt {
                var client = client
                while try !client.receive().text.contains("12.5") {}
                try client.send("{\"type\":\"unfocus\"}")
            }
            try await wait(for: "nobody to look", on: shard) {
                server.tick(at: 6000)
                return server.publisher.parts.isEmpty
            }
            #expect(server.fleet.view(of: key) == nil)
            withExtendedLifetime(client) {}
        }
    }

    @Test(
        "who asks without end for what another shard answers gets everything, in its turn",
        arguments: backends
    )
    func questions(io: IOChoice) async throws {
        try await withWorld(io, threads: 3) { harness, _ in
            let address = harness.address
            let count = 300
            let history = "{\"type\":\"history\",\"resources\":[\"guest:lab/100\"],\"id\":"
            for _ in 0..<4 {
                let ids = try await harness.lane.attempt {
                    var client = try WebSocketClient(address)
                    for id in 0..<count { try client.send(history + "\(id)}") }
                    var ids: [UInt64] = []
                    while ids.count < count {
                        let message = try StreamMessage(try client.receive().payload)
                        if message.type == "history", let id = message.id { ids.append(id) }
                    }
                    return ids
                }
                #expect(ids == (0..<UInt64(count)).map { $0 })
            }
        }
    }

    @Test("one encoding serves all who watch a remote", arguments: backends)
    func once(io: IOChoice) async throws {
        try await withWorld(io, threads: 3) { harness, shard in
            let (server, address) = (harness.server, harness.address)
            let clients = try await harness.lane.attempt {
                try (0..<12).map { _ in
                    var client = try WebSocketClient(address)
                    try client.send(Self.subscribe("nodes@lab"))
                    while try !client.receive().text.contains("\"snapshot\"") {}
                    return client
                }
            }
            let before = server.publisher.counts[StreamName.nodes.index]
            #expect(before.snapshotParts == 1)
            let remote = try server.fleet.openDetails(of: "node:lab/pve1")
            for turn in 1...8 {
                var node = NodeReport(name: "pve1", status: "online")
                node.cpuFraction = Double(turn) / 10
                let now = FleetTime(wallMilliseconds: 0, monotonicNanoseconds: 0)
                server.fleet.apply([node], .whole, of: remote, at: now)
                server.tick(at: Int64(turn) * 2000)
            }
            let after = server.publisher.counts[StreamName.nodes.index]
            let view = server.fleet.view(of: .scoped(.nodes, remote: "lab"))
            let generation = view.map { server.fleet.generation(of: $0) } ?? 0
            #expect(after.deltas - before.deltas == 8)
            try await harness.lane.attempt {
                for client in clients {
                    var client = client
                    while try StreamMessage(try client.receive().payload).generation < generation {}
                }
            }
            _ = shard
        }
    }
}
