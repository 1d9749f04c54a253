import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseLoad

extension LoadTests {
    @Suite("What goes wrong")
    struct FailureTests {
        @Test("refused upgrades are counted by their kind", arguments: backends)
        func refused(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                for (answer, kind) in [
                    (.status(403), "refused: the server answered with 403"),
                    (.wrongAccept, "refused: the server's Sec-WebSocket-Accept is wrong"),
                    (.garbage, "refused: the answer does not begin like HTTP"),
                ] as [(PlayedServer.Answer, String)] {
                    let server = try PlayedServer(shard.reactor)
                    server.answer = answer
                    // Nobody is left, so the run ends at once.
                    let report = try await load(server, on: shard, clients: 3) {}
                    #expect(report.errors.map(\.kind) == [kind])
                    #expect(report.errorCount == 3)
                    #expect(report.openAtEnd == 0 && report.opened == 0 && !report.holds)
                    server.closeAll()
                }
            }
        }

        @Test("nobody listens", arguments: backends)
        func nobody(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                shard.reactor.stopListening()
                try await shard.sleep(until: .now() + 5_000_000)
                let report = try await load(server, on: shard, clients: 3) {}
                #expect(report.errors.map(\.kind) == ["could not connect: Connection refused"])
                #expect(!report.holds)
            }
        }

        @Test("ends are counted by how they come", arguments: backends)
        func ends(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                let report = try await load(server, on: shard, clients: 6) {
                    try await waitForSubscribers(6, of: server, on: shard)
                    let ids = server.subscribers
                    let close = PlayedServer.frame(8, [0x03, 0xE9], isFinal: true)
                    server.sendBytes(ids[0], [close])
                    server.sendBytes(ids[1], [PlayedServer.frame(8, [], isFinal: true)])
                    shard.reactor.close(ids[2])
                    server.sendBytes(ids[3], [[0xF1, 0]])
                    server.send(ids[4], "{\"type\":\"delta\",\"ts\":1}")
                    server.send(ids[5], "{\"type\":\"error\",\"code\":\"no\",\"message\":\"\"}")
                }
                #expect(
                    Set(report.errors.map(\.kind)) == [
                        "closed by the server with 1001", "closed by the server without a code",
                        "ended without a close frame", "protocol error: reserved bit set",
                        "protocol error: a message is malformed", "command refused: no",
                    ]
                )
                #expect(report.errorCount == 6)
                #expect(report.replayFailure != nil)
            }
        }

        @Test("a stalled client takes no more than the kernel does", arguments: backends)
        func stalled(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                let report = try await load(
                    server,
                    on: shard,
                    clients: 2,
                    options: { $0.stalled = 1 },
                    play: {
                        try await waitForSubscribers(2, of: server, on: shard)
                        try await shard.sleep(until: .now() + 50_000_000)
                        let large = [UInt8](repeating: 9, count: 24 << 20)
                        for id in server.subscribers {
                            server.sendBytes(id, [PlayedServer.frame(9 + 1, [], isFinal: true)])
                            server.sendBytes(id, [PlayedServer.frame(1, large, isFinal: true)])
                        }
                        try await waitForSubscribers(1, of: server, on: shard)
                        #expect(server.subscribers.allSatisfy { server.hasUnsent($0) })
                    }
                )
                // The reading one took all 24 MiB, which are not a message.
                #expect(report.errors.map(\.kind) == ["protocol error: a message is malformed"])
                #expect(report.bytes > 24 << 20 && report.bytes < 32 << 20)
                #expect(report.openAtEnd == 1 && report.stalled == 1)
            }
        }

        @Test("a stream that the server has not ends the run with its names", arguments: backends)
        func unknownStream(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                server.offered = "[\"a\",\"b\"]"
                let failure = LoadFailure("the server has no stream \"s\"; it has a, b")
                await #expect(throws: failure) {
                    _ = try await load(
                        server,
                        on: shard,
                        clients: 1,
                        options: { $0.streams = ["s"] }
                    ) {}
                }
            }
        }

        @Test("a run that is interrupted reports what it has", arguments: backends)
        func interrupted(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                let running = Task {
                    try await load(server, on: shard, clients: 2) {}
                }
                try await waitForSubscribers(2, of: server, on: shard)
                running.cancel()
                let report = try await running.value
                #expect(report.wasInterrupted && !report.holds)
                #expect(report.opened == 2)
            }
        }
    }

    @Suite("Agents")
    struct AgentTests {
        @Test("agents post on connections that they keep", arguments: backends)
        func posts(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                let report = try await load(
                    server,
                    on: shard,
                    clients: 0,
                    options: {
                        $0.agents = 4
                        $0.agentIntervalNanoseconds = 100_000_000
                        $0.agentToken = "t"
                    },
                    play: { try await wait(on: shard) { server.reports.count >= 16 } }
                )
                let agents = try #require(report.agents)
                #expect(agents.accepted >= 16 && agents.accepted <= server.reports.count)
                #expect(agents.connections == 4 && agents.lost == 0)
                #expect(agents.latency?.count == agents.accepted)
                let first = try #require(server.reports.first)
                let text = String(decoding: first, as: UTF8.self)
                #expect(text.contains("\"id\":\"pulse-load-0\""))
                #expect(text.contains(":1\"}"))
            }
        }

        @Test("refused reports are counted by their status", arguments: backends)
        func refused(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                server.reportStatus = 401
                let report = try await load(
                    server,
                    on: shard,
                    clients: 0,
                    milliseconds: 300,
                    options: {
                        $0.agents = 2
                        $0.agentIntervalNanoseconds = 100_000_000
                    }
                ) {}
                let agents = try #require(report.agents)
                #expect(agents.accepted == 0 && agents.latency == nil)
                #expect(agents.refused.map(\.status) == [401])
            }
        }
    }
}
