import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseServer

/// Plain HTTP over sockets: what follows what, and how connections end.
@Suite("HTTP connections", .endsWhenItHangs)
struct ConnectionTests {
    private static func request(_ lines: String...) -> [UInt8] {
        Array((lines + ["Host: localhost", "", ""]).joined(separator: "\r\n").utf8)
    }

    /// Sends bytes and returns everything that comes until the server ends the stream.
    private func exchange(
        _ bytes: [UInt8],
        endsOutput: Bool = false,
        _ harness: ServerUnderTest
    ) async throws -> String {
        let address = harness.address
        let answer = try await harness.lane.attempt {
            let client = try Client(address)
            try client.send(bytes)
            if endsOutput { client.endOutput() }
            return try client.receiveToEnd()
        }
        return String(decoding: answer, as: UTF8.self)
    }

    @Test(
        "requests sent ahead are answered in order, and the last one ends it",
        arguments: backends
    )
    func pipelining(io: IOChoice) async throws {
        try await withServer(io) { harness, _ in
            let answer = try await exchange(
                Self.request("GET /healthz HTTP/1.1") + Self.request("HEAD /healthz HTTP/1.1")
                    + Self.request("GET /api/nothing HTTP/1.1")
                    + Self.request("POST /healthz HTTP/1.1", "Content-Length: 5")
                    + Array("12345".utf8)
                    + Self.request("GET /api/version HTTP/1.1", "Connection: close")
                    + Self.request("GET /healthz HTTP/1.1"),
                harness
            )
            let codes = answer.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(codes == ["200", "200", "404", "405", "200"])
            #expect(answer.components("ok\n") == 1, "HEAD has no body")
        }
    }

    @Test("a client that has ended its side still gets every answer", arguments: backends)
    func halfClosed(io: IOChoice) async throws {
        try await withServer(io) { harness, _ in
            let request = Self.request("GET /healthz HTTP/1.1")
            let answer = try await exchange(request + request, endsOutput: true, harness)
            #expect(answer.components("ok\n") == 2)
        }
    }

    @Test("a client of HTTP/1.0 is told that the connection stays", arguments: backends)
    func keepAliveOfOldClients(io: IOChoice) async throws {
        try await withServer(io) { harness, _ in
            let stays = try await exchange(
                Self.request("GET /healthz HTTP/1.0", "Connection: keep-alive"),
                endsOutput: true,
                harness
            )
            #expect(stays.contains("\r\nConnection: keep-alive\r\n"))
            let ends = try await exchange(Self.request("GET /healthz HTTP/1.0"), harness)
            #expect(ends.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test(
        "a body is asked for when the client waits, and refused when too long",
        arguments: backends
    )
    func expectation(io: IOChoice) async throws {
        try await withServer(io) { harness, _ in
            let head = Self.request(
                "POST /healthz HTTP/1.1",
                "Content-Length: 2",
                "Expect: 100-continue"
            )
            let asked = try await exchange(head + Array("hi".utf8), endsOutput: true, harness)
            #expect(asked.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 405 "))
            let long = Self.request(
                "POST /healthz HTTP/1.1",
                "Content-Length: \(ServerLimits.bodyBytesMax + 1)",
                "Expect: 100-continue"
            )
            #expect(try await exchange(long, harness).hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("an upgrade whose client has ended its side leaves nothing open", arguments: backends)
    func halfClosedUpgrade(io: IOChoice) async throws {
        try await withServer(io) { harness, _ in
            let answer = try await exchange(WebSocketClient.upgrade, endsOutput: true, harness)
            #expect(answer.hasPrefix("HTTP/1.1 101 "))
        }
    }

    @Test(
        "a request that is late is told so, and an idle connection is closed",
        arguments: backends
    )
    func lateRequest(io: IOChoice) async throws {
        try await withServer(io) { harness, shard in
            let (address, server) = (harness.address, harness.server)
            let (late, idle) = try await harness.lane.attempt {
                let late = try Client(address)
                try late.send(Array("GET / HT".utf8))
                let idle = try Client(address)
                try idle.send(Self.request("GET /healthz HTTP/1.1"))
                _ = try idle.receive(atMost: 4096)
                return (late, idle)
            }
            try await wait(for: "two sessions", on: shard) {
                server.first.http?.sessionCount == 2
            }
            server.first.sweep(at: .now() + ServerLimits.headNanoseconds + 1_000_000_000)
            let answer = try await harness.lane.attempt { try late.receiveToEnd() }
            #expect(answer.starts(with: "HTTP/1.1 408 ".utf8))
            server.first.sweep(at: .now() + ServerLimits.keepAliveNanoseconds + 1_000_000_000)
            #expect(await harness.lane.run { idle.seesEnd() })
        }
    }

    @Test("a stop ends idle connections and returns", arguments: backends)
    func stopWithIdleConnection(io: IOChoice) async throws {
        try await withServer(io) { harness, shard in
            let address = harness.address
            let idle = try await harness.lane.attempt {
                let idle = try Client(address)
                try idle.send(Self.request("GET /healthz HTTP/1.1"))
                _ = try idle.receive(atMost: 4096)
                return idle
            }
            let started = MonotonicTime.now()
            await harness.server.stop(on: shard)
            #expect(MonotonicTime.now().nanoseconds(since: started) < 5_000_000_000)
            #expect(await harness.lane.run { idle.seesEnd() })
        }
    }

    @Test("limits hold however rare the ticks are", arguments: backends)
    func sweepsWithoutTicks(io: IOChoice) async throws {
        try await withServer(io, intervalMilliseconds: 60_000) { harness, shard in
            let (address, server) = (harness.address, harness.server)
            let running = run(server, on: shard)
            // The server has ended its side; this client keeps its own open.
            let client = try await harness.lane.attempt {
                let client = try Client(address)
                try client.send(Self.request("GET /healthz HTTP/1.1", "Connection: close"))
                _ = try client.receiveToEnd()
                return client
            }
            #expect(server.first.http?.sessionCount == 1)
            try await wait(for: "the drain to end", on: shard) {
                server.first.http?.sessionCount == 0
            }
            running.cancel()
            await running.value
            withExtendedLifetime(client) {}
        }
    }

    private func run(_ server: Server, on shard: isolated Shard) -> Task<Void, Never> {
        let reactor = shard.reactor
        return Task {
            await withTaskExecutorPreference(reactor) {
                _ = shard
                try? await server.run(on: shard)
            }
        }
    }
}

extension String {
    /// How often `text` occurs.
    fileprivate func components(_ text: String) -> Int { ranges(of: text).count }
}
