import PulseHTTPClient
import PulseReactor
import PulseTestSupport
import Testing

@Suite("What goes wrong with a request", .endsWhenItHangs)
struct HTTPFailureTests {
    /// Sends one request and returns how it failed.
    private func failure(
        _ request: HTTPRequest,
        _ io: IOChoice,
        within nanoseconds: UInt64 = patienceNanoseconds
    ) async throws -> TransportError? {
        try await withReactor(io, connectionsMax: 1) { shard in
            let client = HTTPClient(connectionsMax: 1)
            defer { client.close(on: shard) }
            do throws(TransportError) {
                let deadline = MonotonicTime.now() + nanoseconds
                _ = try await client.send(request, deadline: deadline, on: shard)
                return nil
            } catch {
                return error
            }
        }
    }

    /// Serves every request so, and returns how one failed.
    private func failure(
        _ io: IOChoice,
        from serve: @escaping @Sendable (ServerConnection) throws -> Void
    ) async throws -> (TransportError?, origin: String) {
        let server = try PlainServer(serve)
        defer { server.stop() }
        var request = HTTPRequest(.get, server.url)
        request.answerBytesMax = 10
        return (try await failure(request, io), "\(server.address)")
    }

    @Test("a server that says nothing is given up at the deadline", arguments: backends)
    func hang(io: IOChoice) async throws {
        let server = try PlainServer { try $0.waitForEnd() }
        defer { server.stop() }
        let request = HTTPRequest(.get, server.url)
        let error = try await failure(request, io, within: 2_000_000_000)
        #expect(error == .answerTimedOut(origin: "\(server.address)"))
        await server.whenEnded(1)
    }

    @Test("a port where nothing listens refuses", arguments: backends)
    func refused(io: IOChoice) async throws {
        let server = try PlainServer { _ in }
        server.stop()
        let error = try await failure(HTTPRequest(.get, server.url), io)
        #expect(error == .refused(origin: "\(server.address)"))
        #expect(
            error?.description == "\(server.address) refuses connections: nothing listens there"
        )
    }

    @Test("a name that cannot exist does not resolve", arguments: backends)
    func name(io: IOChoice) async throws {
        // A label has at most 63 bytes, so nobody is asked.
        let name = String(repeating: "a", count: 64) + ".invalid"
        let error = try await failure(HTTPRequest(.get, "http://\(name):7655/"), io)
        #expect(error == .nameNotFound(host: name))
    }

    @Test("an answer that is too long is not read", arguments: backends)
    func tooLarge(io: IOChoice) async throws {
        let (announced, first) = try await failure(io) {
            try $0.answerAll(wholeAnswer("0123456789a"))
        }
        #expect(announced == .answerTooLarge(origin: first, bytesMax: 10))
        let (chunked, second) = try await failure(io) { connection in
            _ = try connection.request()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while true { try connection.send("8\r\n01234567\r\n") }
        }
        #expect(chunked == .answerTooLarge(origin: second, bytesMax: 10))
        let (fits, _) = try await failure(io) { try $0.answerAll(wholeAnswer("0123456789")) }
        #expect(fits == nil)
    }

    @Test("a header without end is not read", arguments: backends)
    func endlessHead(io: IOChoice) async throws {
        let (error, _) = try await failure(io) { connection in
            _ = try connection.request()
            try connection.send("HTTP/1.1 200 OK\r\n")
            while true {
                try connection.send("X-Filler: \(String(repeating: "a", count: 1000))\r\n")
            }
        }
        guard case .protocolViolation = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "a connection that ends before its answer is closed",
        arguments: backends,
        ["", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"]
    )
    func cut(io: IOChoice, sent: String) async throws {
        let (error, origin) = try await failure(io) { connection in
            _ = try connection.request()
            try connection.send(sent)
        }
        #expect(error == .closed(origin: origin))
    }

    @Test(
        "what is not HTTP is not taken for an answer",
        arguments: backends,
        ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/9.9 200\r\n\r\n"]
    )
    func notHTTP(io: IOChoice, sent: String) async throws {
        let (error, _) = try await failure(io) { connection in
            _ = try connection.request()
            try connection.send(sent)
        }
        guard case .protocolViolation = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "a request that would be several is not made",
        arguments: [
            HTTPRequest(.get, "http://127.0.0.1:1/", fields: [HTTPField("A", "b\r\nC: d")]),
            HTTPRequest(.get, "http://127.0.0.1:1/", fields: [HTTPField("A: b", "c")]),
            HTTPRequest(.get, "http://127.0.0.1:1/", fields: [HTTPField("", "c")]),
            HTTPRequest(.get, "http://127.0.0.1:1/\0"),
            HTTPRequest(.get, "file:///etc/passwd"),
            HTTPRequest(.get, "127.0.0.1:1"),
            HTTPRequest(.get, "http://127.0.0.1:99999/"),
        ]
    )
    func invalid(request: HTTPRequest) async throws {
        let error = try await failure(request, .epoll)
        guard case .invalidRequest = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
