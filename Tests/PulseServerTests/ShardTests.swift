import PulseFleet
import PulseReactor
import PulseTestSupport
import PulseWire
import Synchronization
import Testing

@testable import PulseServer

/// What a server of several threads does that one of a single thread need not.
@Suite("Several shards", .endsWhenItHangs)
struct ShardTests {
    private static let token = "a token of the tests"

    private static func request(_ line: String, _ headers: String..., body: String = "") -> [UInt8]
    {
        let lines = [line, "Host: localhost", "Content-Length: \(body.utf8.count)"] + headers
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }

    /// The body of the next answer, whose status must be 200.
    private static func body(from client: Client) throws -> String {
        var head: [UInt8] = []
        while !head.ends(with: "\r\n\r\n") {
            let byte = try client.receive(atMost: 1)
            if byte.isEmpty { throw StreamEnded() }
            head += byte
        }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let prefix = "Content-Length: "
        guard lines[0].hasPrefix("HTTP/1.1 200 "),
            let field = lines.first(where: { $0.hasPrefix(prefix) }),
            let count = Int(field.dropFirst(prefix.count))
        else { throw ContractError("\(lines)") }
        return String(decoding: try client.receive(exactly: count), as: UTF8.self)
    }

    @Test(
        "every shard answers from the one fleet, in the order of the requests",
        arguments: backends
    )
    func questions(io: IOChoice) async throws {
        try await withServer(io, threads: 3) { harness, shard in
            var world = RandomHosts(seed: 1, hostCount: 5, disksMax: 2)
            world.fill(harness.server.fleet)
            harness.server.tick(at: 2000)
            let address = harness.address
            let answers = try await harness.lane.attempt {
                // 2^-23 or so is the chance that a shard gets none of them.
                let clients = try (0..<40).map { _ in try Client(address) }
                let requests =
                    Self.request("GET /api/state/hosts HTTP/1.1")
                    + Self.request("GET /healthz HTTP/1.1")
                    + Self.request("GET /api/state HTTP/1.1")
                    + Self.request("HEAD /api/state HTTP/1.1") + Self.request("GET / HTTP/1.1")
                for client in clients { try client.send(requests) }
                return try clients.map { client in
                    [
                        try Self.body(from: client), try Self.body(from: client),
                        try Self.body(from: client),
                    ]
                }
            }
            #expect(answers.allSatisfy { $0[0] == answers[0][0] && $0[2] == answers[0][2] })
            #expect(answers[0][0].contains("host-4"))
            #expect(answers.allSatisfy { $0[1] == "ok\n" })
            try await wait(for: "every session to end", on: shard) {
                harness.server.setup.budget.count == 0
            }
            #expect(harness.server.first.reactor.metrics.accepted < 40, "one shard got them all")
        }
    }

    @Test("beyond a number questions wait, and who has gone is passed over", arguments: backends)
    func questionsWait(io: IOChoice) async throws {
        try await withServer(io) { harness, shard in
            let reactor = harness.server.reactor
            let door = Door()
            let address = try reactor.listen(on: anyPort, service: door)
            let clients = try await harness.lane.attempt {
                [try Client(address), try Client(address)]
            }
            try await wait(for: "two connections", on: shard) { door.ids.count == 2 }
            reactor.close(door.ids[1])
            let requests = Letterbox<ShardMessage>(ring: {})
            let origin = LetterOrigin(shard: 1, reactor: reactor, requests: requests)
            let here = Asker(connection: door.ids[0], isToldOfTLS: false)
            let gone = Asker(connection: door.ids[1], isToldOfTLS: false)
            for _ in 0..<200 { _ = origin.ask(.readiness, for: here) }
            #expect(requests.collect().count == ServerLimits.questionsAwayMax)
            for _ in 0..<(200 - ServerLimits.questionsAwayMax) { origin.noteAnswer() }
            #expect(requests.collect().count == 200 - ServerLimits.questionsAwayMax)
            // As many are away again, and now two wait of which the first has gone.
            _ = origin.ask(.readiness, for: gone)
            _ = origin.ask(.state(.whole(.hosts)), for: here)
            origin.noteAnswer()
            let next = requests.collect()
            #expect(next.count == 1)
            guard case .question(.state(.whole(.hosts)), let asker)? = next.first?.request else {
                Issue.record("the question of who is still here was not asked")
                return
            }
            #expect(asker.connection == door.ids[0])
            withExtendedLifetime(clients) {}
        }
    }

    /// Opens to everybody.
    private final class Door: ConnectionService {
        private(set) var ids: [ConnectionID] = []

        func accepted(_ connection: ConnectionID, from peer: SocketAddress) {
            ids.append(connection)
        }
        func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {}
        func inputEnded(_ connection: ConnectionID) {}
        func sent(_ connection: ConnectionID) {}
        func closed(_ connection: ConnectionID) {}
    }

    @Test(
        "more questions than may be away are answered, whoever has gone meanwhile",
        arguments: backends
    )
    func manyQuestions(io: IOChoice) async throws {
        try await withServer(io, threads: 2) { harness, _ in
            let address = harness.address
            let texts = try await harness.lane.attempt {
                var clients: [Client] = []
                for number in 0..<240 {
                    let client = try Client(address)
                    try client.send(Self.request("GET /api/state HTTP/1.1"))
                    if number % 3 == 0 {
                        client.resetOnClose()
                    } else {
                        clients.append(client)
                    }
                }
                return Set(try clients.map { try Self.body(from: $0) })
            }
            #expect(texts.count == 1)
        }
    }

    @Test("a report is answered when it is applied, whichever shard took it", arguments: backends)
    func reports(io: IOChoice) async throws {
        let digest = unsafe SHA256.hexadecimal(Array(Self.token.utf8).span.bytes)
        var tokens = AgentTokens()
        try tokens.add("sha256:\(digest)")
        try await withServer(io, threads: 3, agentTokens: tokens) { harness, _ in
            let address = harness.address
            let count = 40
            for round in 1...3 {
                try await harness.lane.attempt {
                    for number in 0..<count {
                        let client = try Client(address)
                        let id = "agent-\(round)-\(number)"
                        try client.send(
                            Self.request(
                                "POST /api/agents/agent/report HTTP/1.1",
                                "Authorization: Bearer \(Self.token)",
                                body: "{\"agent\":{\"id\":\"\(id)\"},\"host\":{\"hostname\":\"h\"}}"
                            )
                        )
                        #expect(try Self.body(from: client).contains("\"agentId\":\"\(id)\""))
                    }
                }
                harness.server.tick(at: 2000 * Int64(round))
                let state = try StreamMessage(
                    try await harness.lane.attempt { try get("/api/state/hosts", from: address) }
                )
                #expect(state.rows.count == round * count)
            }
        }
    }

    @Test("a stop closes the WebSockets of every shard with 1001, and returns", arguments: backends)
    func stop(io: IOChoice) async throws {
        try await withServer(io, threads: 3) { harness, shard in
            let (address, lane) = (harness.address, harness.lane)
            let clients = try await lane.attempt {
                try (0..<30).map { _ in
                    var client = try WebSocketClient(address)
                    _ = try client.receive()
                    return client
                }
            }
            let codes = Task {
                try await lane.attempt {
                    try clients.map { client in
                        var client = client
                        let code = try client.receive().closeCode
                        client.socket.endOutput()
                        return code
                    }
                }
            }
            await harness.server.stop(on: shard)
            #expect(try await codes.value.allSatisfy { $0 == 1001 })
            #expect(harness.server.setup.budget.count == 0)
        }
    }

    @Test(
        "connections of all shards count together, and a place is given again",
        arguments: backends,
        [1, 2]
    )
    func connectionsMax(io: IOChoice, threads: Int) async throws {
        try await withServer(io, threads: threads, connectionsMax: 8) { harness, shard in
            let address = harness.address
            let budget = harness.server.setup.budget
            let first = try await harness.lane.attempt {
                try (0..<8).map { _ in
                    let client = try Client(address)
                    try client.send(Self.request("GET /healthz HTTP/1.1"))
                    _ = try Self.body(from: client)
                    return client
                }
            }
            for _ in 0..<5 {
                let said = try await harness.lane.attempt { try Client(address).receiveToEnd() }
                #expect(said.starts(with: Array("HTTP/1.1 503 ".utf8)))
            }
            #expect(budget.refusedCount == 5)
            first[3].endOutput()
            try await wait(for: "a free place", on: shard) { budget.count == 7 }
            try await harness.lane.attempt {
                let client = try Client(address)
                try client.send(Self.request("GET /healthz HTTP/1.1"))
                #expect(try Self.body(from: client) == "ok\n")
            }
            withExtendedLifetime(first) {}
        }
    }

    @Test("a stream is encoded while somebody watches, on any shard", arguments: backends)
    func interest(io: IOChoice) async throws {
        try await withServer(io, threads: 2) { harness, shard in
            let (server, address) = (harness.server, harness.address)
            var world = RandomHosts(seed: 3, hostCount: 5, disksMax: 0)
            func tick(_ number: Int) {
                world.fill(server.fleet)
                server.tick(at: Int64(number) * 2000)
            }
            tick(1)
            let clients = try await harness.lane.attempt {
                try (0..<20).map { _ in
                    var client = try WebSocketClient(address)
                    _ = try client.receive()
                    try client.send("{\"type\":\"subscribe\",\"stream\":\"hosts\"}")
                    _ = try client.receive()
                    return client
                }
            }
            let hosts = server.publisher.streams[StreamName.hosts.index]
            #expect(hosts.watchers.contains(0) && hosts.watchers.contains(1))
            tick(2)
            #expect(hosts.log.count == 1)
            #expect(server.publisher.streams[StreamName.guests.index].watchers.isEmpty)
            try await harness.lane.attempt {
                for client in clients {
                    try client.send("{\"type\":\"unsubscribe\",\"stream\":\"hosts\"}")
                }
            }
            var number = 3
            try await wait(for: "nobody to watch", on: shard) {
                tick(number)
                number += 1
                return hosts.watchers.isEmpty
            }
            tick(number)
            #expect(hosts.log.count == 0)
            withExtendedLifetime(clients) {}
        }
    }

    @Test("a thread that ends by itself ends the server, with its reason", arguments: backends)
    func failure(io: IOChoice) async throws {
        try await withServer(io, intervalMilliseconds: 100) { harness, shard in
            let server = harness.server
            let requests = Letterbox<ShardMessage>(ring: {})
            server.shards.requests = requests
            server.shards.join(ShardLink(to: 1, Letterbox(ring: {})))
            requests.post(ShardMessage(shard: 1, request: .watch(.whole(.hosts))))
            requests.post(ShardMessage(shard: 1, request: .failed("no memory")))
            requests.post(ShardMessage(shard: 1, request: .snapshot(.whole(.hosts))))
            server.shards.lettersWait()
            #expect(server.publisher.streams[StreamName.hosts.index].watchers.isEmpty)
            let error = await #expect(throws: ShardFailure.self) {
                try await server.run(on: shard)
            }
            #expect(error?.description.contains("no memory") == true)
        }
    }

    @Test("a thread that fails behind its last connection is waited for once", arguments: backends)
    func failsWhenDrained(io: IOChoice) async throws {
        try await withServer(io) { harness, shard in
            let shards = harness.server.shards
            let requests = Letterbox<ShardMessage>(ring: {})
            shards.requests = requests
            for number in 1...2 { shards.join(ShardLink(to: number, Letterbox(ring: {}))) }
            shards.stop()
            requests.post(ShardMessage(shard: 1, request: .drained))
            requests.post(ShardMessage(shard: 1, request: .failed("no memory")))
            shards.lettersWait()
            #expect(shards.isDraining)
            requests.post(ShardMessage(shard: 2, request: .drained))
            shards.lettersWait()
            #expect(!shards.isDraining)
            await shards.whenEnded()
        }
    }

    private static func tick(_ timestamp: Int64, _ deltas: [SharedFrame] = []) -> SharedTick {
        SharedTick(
            timestamp: timestamp,
            generations: StreamGenerations(),
            deltas: deltas.map { (.whole(.hosts), $0) },
            parts: [],
            byteCount: deltas.count
        )
    }

    @Test("of ticks without deltas only the last one waits, in its place")
    func idleTicks() {
        let link = ShardLink(to: 1, Letterbox(ring: {}))
        for timestamp in 1...1000 { link.post(Self.tick(Int64(timestamp))) }
        link.post(.closeAll)
        for timestamp in 1001...2000 { link.post(Self.tick(Int64(timestamp))) }
        let times = link.collect().map { letter -> Int64? in
            if case .tick(let tick) = letter { tick.timestamp } else { nil }
        }
        #expect(times == [1000, nil, 2000])
        #expect(!link.isFull)
    }

    @Test(
        "a shard that is 64 ticks with deltas late gets no more until it has taken some",
        arguments: backends
    )
    func lateShard(io: IOChoice) async throws {
        try await withReactor(io) { shard in
            let reactor = shard.reactor
            let link = ShardLink(to: 1, Letterbox(ring: {}))
            let frame = reactor.makeFrame([7])
            for timestamp in 1...64 {
                #expect(!link.isFull)
                link.post(Self.tick(Int64(timestamp), [reactor.share(frame)]))
                link.post(Self.tick(Int64(timestamp)))
            }
            #expect(link.isFull)
            for letter in link.collect() {
                guard case .tick(let tick) = letter else { continue }
                link.noteTaken(tick)
                for delta in tick.deltas { reactor.release(reactor.adopt(delta.frame)) }
            }
            #expect(!link.isFull)
            reactor.release(frame)
            #expect(reactor.liveFrameCount == 0)
        }
    }
}

extension [UInt8] {
    fileprivate func ends(with text: String) -> Bool {
        suffix(text.utf8.count).elementsEqual(text.utf8)
    }
}
