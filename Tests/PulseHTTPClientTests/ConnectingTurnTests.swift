import PulseHTTPClient
import PulseReactor
import PulseTestSupport
import Testing

@Suite("The turn to connect", .endsWhenItHangs)
struct ConnectingTurnTests {
    /// Lets one connection begin at once, and others at this pace.
    private func withClient<R: Sendable>(
        perSecond: UInt64,
        _ body: @Sendable (HTTPClient, isolated Shard) async throws -> R
    ) async throws -> R {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let client = HTTPClient(
                connectionsMax: 8,
                limiter: HandshakeLimiter(perSecond: perSecond, burst: 1)
            )
            defer { client.close(on: shard) }
            return try await body(client, shard)
        }
    }

    private func servers(_ count: Int) throws -> [PlainServer] {
        try (0..<count).map { _ in try PlainServer { try $0.answerAll(wholeAnswer("ok")) } }
    }

    @Test("waiting for the turn does not count against the deadline")
    func deadline() async throws {
        let servers = try servers(7)
        defer { for server in servers { server.stop() } }
        try await withClient(perSecond: 1) { client, shard in
            let start = MonotonicTime.now()
            // The last one waits for 6 s and has 5.5 s for its answer.
            let tasks = servers.map { server in
                Task {
                    try await client.send(
                        HTTPRequest(.get, server.url),
                        deadline: start + 5_500_000_000,
                        on: shard
                    )
                }
            }
            for task in tasks {
                let answer = try await task.value
                #expect(answer.status == 200)
            }
            #expect(MonotonicTime.now().nanoseconds(since: start) >= 5_990_000_000)
            #expect(client.requestCount == 0)
        }
    }

    @Test("a kept connection needs no turn")
    func warm() async throws {
        let servers = try servers(1)
        defer { servers[0].stop() }
        try await withClient(perSecond: 1) { client, shard in
            let start = MonotonicTime.now()
            for _ in 0..<20 {
                let request = HTTPRequest(.get, servers[0].url)
                _ = try await client.send(
                    request,
                    deadline: .now() + patienceNanoseconds,
                    on: shard
                )
            }
            // 20 turns would take 19 s.
            #expect(MonotonicTime.now().nanoseconds(since: start) < 10_000_000_000)
        }
        #expect(servers[0].connectionCount == 1)
    }

    @Test("what is refused costs no turn")
    func refused() async throws {
        let server = try servers(1)[0]
        let url = server.url
        server.stop()
        try await withClient(perSecond: 1) { client, shard in
            let start = MonotonicTime.now()
            for _ in 0..<20 {
                await #expect(throws: TransportError.self) {
                    let deadline = MonotonicTime.now() + patienceNanoseconds
                    _ = try await client.send(HTTPRequest(.get, url), deadline: deadline, on: shard)
                }
            }
            #expect(MonotonicTime.now().nanoseconds(since: start) < 10_000_000_000)
        }
    }

    @Test("a request that waits ends at once, alone or with the client", arguments: [true, false])
    func cancelled(alone: Bool) async throws {
        // It never answers: none of them may be done before the last has come.
        let server = try PlainServer { connection in
            for _ in 0..<2 { _ = try connection.request() }
        }
        defer { server.stop() }
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            // The first goes at once, the last would go in 29 s.
            let client = HTTPClient(
                connectionsMax: 8,
                limiter: HandshakeLimiter(perSecond: 1, burst: 1)
            )
            defer { client.close(on: shard) }
            let tasks = (0..<30).map { _ in
                Task {
                    try await client.send(
                        HTTPRequest(.get, server.url),
                        deadline: .now() + patienceNanoseconds,
                        on: shard
                    )
                }
            }
            while client.requestCount < 30 { try await shard.sleep(until: .now() + 1_000_000) }
            let start = MonotonicTime.now()
            if alone { for task in tasks { task.cancel() } } else { client.close(on: shard) }
            for task in tasks.dropFirst() {
                await #expect(throws: TransportError.cancelled) { try await task.value }
            }
            #expect(MonotonicTime.now().nanoseconds(since: start) < 5_000_000_000)
            _ = try? await tasks[0].value
            #expect(client.requestCount == 0)
        }
    }

    @Test(
        "the reason phrase arrives as it is",
        arguments: [
            ("403 Permission check failed (/nodes/pve1, Sys.Audit)", 403),
            ("500 Configuration file 'nodes/a/qemu-server/5.conf' does not exist", 500),
            ("595 No route to host", 595), ("596 Connection timed out", 596),
            ("401 no such token 'x' for user 'a@pve'", 401), ("501 Method 'GET /ü' fehlt", 501),
            ("500 ", 500), ("500", 500), ("599 a  \"b\"  c", 599),
        ]
    )
    func reasons(line: String, status: Int) async throws {
        let server = try PlainServer { connection in
            _ = try connection.request()
            try connection.send("HTTP/1.1 \(line)\r\nConnection: close\r\n\r\n")
        }
        defer { server.stop() }
        try await withClient(perSecond: 50) { client, shard in
            let deadline = MonotonicTime.now() + patienceNanoseconds
            let answer = try await client.send(
                HTTPRequest(.get, server.url),
                deadline: deadline,
                on: shard
            )
            #expect(answer.status == status)
            #expect(answer.reason == line.dropFirst(4))
            #expect(answer.body.isEmpty)
        }
    }
}
