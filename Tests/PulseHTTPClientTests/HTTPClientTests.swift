import PulseHTTPClient
import PulseReactor
import PulseTestSupport
import Testing

@Suite("HTTP client", .endsWhenItHangs)
struct HTTPClientTests {
    /// Runs `body` with a client on a reactor, and ends the client.
    private func withClient<R: Sendable>(
        _ io: IOChoice,
        _ body: @Sendable (HTTPClient, isolated Shard) async throws -> R
    ) async throws -> R {
        try await withReactor(io, connectionsMax: 1) { shard in
            let client = HTTPClient(connectionsMax: 8)
            defer { client.close(on: shard) }
            return try await body(client, shard)
        }
    }

    private var later: MonotonicTime { .now() + patienceNanoseconds }

    @Test("an answer has its status, fields and body", arguments: backends)
    func answerWhole(io: IOChoice) async throws {
        let server = try PlainServer { connection in
            try connection.answerAll(
                "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n"
                    + wholeAnswer(
                        "{}",
                        status: "404 Not Found",
                        fields: "X-Late:  a b \r\nx-none:\r\n"
                    )
            )
        }
        defer { server.stop() }
        let answer = try await withClient(io) { client, shard in
            try await client.send(HTTPRequest(.get, server.url), deadline: later, on: shard)
        }
        #expect(answer.status == 404)
        #expect(answer.body == Array("{}".utf8))
        #expect(answer.value(of: "x-late") == "a b")
        #expect(answer.value(of: "X-None") == "")
        #expect(answer.value(of: "X-Early") == nil)
    }

    @Test("a request carries its method, fields and body as they are", arguments: backends)
    func wholeRequest(io: IOChoice) async throws {
        let server = try PlainServer { try $0.answerAll(wholeAnswer("")) }
        defer { server.stop() }
        let body = String(repeating: "0123456789abcdef", count: 1 << 16)
        try await withClient(io) { client, shard in
            let request = HTTPRequest(
                .post,
                server.url,
                fields: [HTTPField("X-API-Token", "secret"), HTTPField("User-Agent", "me/1")],
                body: Array(body.utf8)
            )
            _ = try await client.send(request, deadline: later, on: shard)
        }
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("POST /report HTTP/1.1\r\n"))
        for line in ["Host: \(server.address)", "X-API-Token: secret", "User-Agent: me/1"] {
            #expect(request.contains("\r\n\(line)\r\n"), "\(line)")
        }
        #expect(!request.contains("Expect"))
        #expect(request.hasSuffix("\r\n\r\n" + body))
    }

    @Test("a chunked answer is put together", arguments: backends)
    func chunked(io: IOChoice) async throws {
        let server = try PlainServer { connection in
            try connection.answerAll(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\n\r\n"
            )
        }
        defer { server.stop() }
        let answer = try await withClient(io) { client, shard in
            try await client.send(HTTPRequest(.get, server.url), deadline: later, on: shard)
        }
        #expect(answer.body == Array("abcdefgh".utf8))
    }

    @Test("one connection serves request after request", arguments: backends)
    func keepAlive(io: IOChoice) async throws {
        let server = try PlainServer { try $0.answerAll(wholeAnswer("ok")) }
        defer { server.stop() }
        try await withClient(io) { client, shard in
            for _ in 0..<10 {
                let request = HTTPRequest(.post, server.url, body: [1])
                let answer = try await client.send(request, deadline: later, on: shard)
                #expect(answer.status == 200)
            }
        }
        #expect(server.requests.count == 10)
        #expect(server.connectionCount == 1)
    }

    @Test("requests at the same time are all answered", arguments: backends)
    func manyAtOnce(io: IOChoice) async throws {
        let server = try PlainServer { try $0.answerAll(wholeAnswer("ok")) }
        defer { server.stop() }
        try await withClient(io) { client, shard in
            let tasks = (0..<40).map { _ in
                Task {
                    try await client.send(
                        HTTPRequest(.post, server.url, body: [1]),
                        deadline: later,
                        on: shard
                    )
                }
            }
            for task in tasks {
                let answer = try await task.value
                #expect(answer.status == 200)
            }
            #expect(client.requestCount == 0)
        }
        #expect(server.requests.count == 40)
    }

    @Test("a server that closed a kept connection is asked on a new one", arguments: backends)
    func closedBetweenRequests(io: IOChoice) async throws {
        // The second connection request dies unanswered, as when both sides act at once.
        let server = try PlainServer { connection in
            _ = try connection.request()
            try connection.send(wholeAnswer("\(connection.number)"))
            if connection.number == 1 { _ = try connection.request() }
        }
        defer { server.stop() }
        try await withClient(io) { client, shard in
            for number in 1...3 {
                let request = HTTPRequest(.post, server.url, body: [1])
                let answer = try await client.send(request, deadline: later, on: shard)
                #expect(answer.body == Array("\(number)".utf8))
            }
        }
        #expect(server.connectionCount == 3)
        #expect(server.requests.count == 4)
    }

    @Test("a request that was cancelled before it began is not made", arguments: backends)
    func cancelledBefore(io: IOChoice) async throws {
        let server = try PlainServer { try $0.waitForEnd() }
        defer { server.stop() }
        try await withClient(io) { client, shard in
            let task = Task {
                try await client.send(HTTPRequest(.get, server.url), deadline: later, on: shard)
            }
            task.cancel()
            await #expect(throws: TransportError.cancelled) { try await task.value }
            #expect(client.requestCount == 0)
        }
    }

    @Test("cancelling a request ends its connection and leaves nothing", arguments: backends)
    func cancelled(io: IOChoice) async throws {
        let server = try PlainServer { connection in
            _ = try connection.request()
            try connection.waitForEnd()
        }
        defer { server.stop() }
        try await withClient(io) { client, shard in
            let task = Task {
                try await client.send(HTTPRequest(.get, server.url), deadline: later, on: shard)
            }
            // The server says nothing, so it is the turn of the clock that lets the request out.
            while server.requests.isEmpty {
                try await shard.sleep(until: .now() + 1_000_000)
            }
            task.cancel()
            await #expect(throws: TransportError.cancelled) { try await task.value }
            #expect(client.requestCount == 0)
            // The server sees the end only when no descriptor of the socket is left.
            await server.whenEnded(1)
        }
    }

    @Test("a client that ends ends its requests, and takes none any more", arguments: backends)
    func closing(io: IOChoice) async throws {
        let server = try PlainServer { try $0.waitForEnd() }
        defer { server.stop() }
        try await withClient(io) { client, shard in
            let task = Task {
                try await client.send(HTTPRequest(.get, server.url), deadline: later, on: shard)
            }
            while server.connectionCount == 0 {
                try await shard.sleep(until: .now() + 1_000_000)
            }
            client.close(on: shard)
            await #expect(throws: TransportError.cancelled) { try await task.value }
            await #expect(throws: TransportError.cancelled) {
                try await client.send(HTTPRequest(.get, server.url), deadline: later, on: shard)
            }
            await server.whenEnded(1)
        }
    }

    @Test("a reactor that stops ends the requests on it", arguments: backends)
    func stopping(io: IOChoice) async throws {
        try requireBackend(io)
        let server = try PlainServer { try $0.waitForEnd() }
        defer { server.stop() }
        let running = try await RunningReactor.start(io, connectionsMax: 1) {}
        let shard = running.shard
        let task = Task { try await sendOne(to: server, on: shard) }
        while server.connectionCount == 0 { await Task.yield() }
        try await running.stop()
        await #expect(throws: TransportError.cancelled) { try await task.value }
        await server.whenEnded(1)
    }

    private func sendOne(to server: PlainServer, on shard: isolated Shard) async throws {
        let reactor = shard.reactor
        try await withTaskExecutorPreference(reactor) {
            let client = HTTPClient(connectionsMax: 1)
            _ = try await client.send(HTTPRequest(.get, server.url), deadline: later, on: shard)
        }
    }
}
