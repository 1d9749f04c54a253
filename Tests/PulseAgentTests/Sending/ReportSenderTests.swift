import PulseAgent
import PulseHTTPClient
import PulseReactor
import PulseTestSupport
import Testing

@Suite("Report sender", .endsWhenItHangs)
struct ReportSenderTests {
    /// Answers as its script says and keeps what it was sent; the script's last answer repeats.
    private final class FakeTransport: Transport {
        var script: [Result<HTTPAnswer, TransportError>]
        var sent: [HTTPRequest] = []
        var deadlines: [MonotonicTime] = []
        private(set) var underWay = 0

        init(_ script: [Result<HTTPAnswer, TransportError>]) { self.script = script }

        func send(
            _ request: HTTPRequest,
            deadline: MonotonicTime,
            on shard: isolated Shard
        ) async throws(TransportError) -> HTTPAnswer {
            precondition(underWay == 0, "two reports at a time")
            underWay += 1
            defer { underWay -= 1 }
            await Task.yield()
            sent.append(request)
            deadlines.append(deadline)
            return try (script.count > 1 ? script.removeFirst() : script[0]).get()
        }
    }

    private static func status(_ status: Int) -> Result<HTTPAnswer, TransportError> {
        .success(HTTPAnswer(status: status))
    }

    private static let down = Result<HTTPAnswer, TransportError>
        .failure(.refused(origin: "pulse.lan:7655"))

    /// What was sent, how each delivery ended, and how many reports wait after it.
    private struct Course: Equatable, Sendable {
        var sent: [[UInt8]]
        var outcomes: [Outcome]
    }

    private struct Outcome: Equatable, Sendable {
        var sent: Int
        var refused = 0
        var waiting = 0
    }

    /// Delivers the reports [1], [2], … so many times.
    private func course(
        _ count: Int,
        _ script: [Result<HTTPAnswer, TransportError>]
    ) async throws -> Course {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let transport = FakeTransport(script)
            let sender = try makeSender(over: transport)
            var outcomes: [Outcome] = []
            for number in 1...count {
                let delivery = await sender.deliver([UInt8(number)], on: shard)
                outcomes.append(
                    Outcome(
                        sent: delivery.sentCount,
                        refused: delivery.refusedCount,
                        waiting: sender.buffer.count
                    )
                )
            }
            return Course(sent: transport.sent.map(\.body), outcomes: outcomes)
        }
    }

    private func makeSender(over transport: any Transport) throws -> ReportSender {
        ReportSender(
            to: try #require(ReportServer("https://pulse.lan:7655/")),
            token: "t0k3n",
            agentVersion: "1.2.3",
            trust: .caFile("/ca.pem"),
            over: transport,
            now: { MonotonicTime(nanoseconds: 1000) }
        )
    }

    @Test("a report is posted as the protocol says, and the server has 15 s to answer")
    func request() async throws {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let transport = FakeTransport([Self.status(200)])
            let sender = try makeSender(over: transport)
            _ = await sender.deliver(Array("{}".utf8), on: shard)
            let request = try #require(transport.sent.first)
            #expect(request.method == .post)
            #expect(request.url == "https://pulse.lan:7655/api/agents/agent/report")
            #expect(request.trust == .caFile("/ca.pem"))
            #expect(request.body == Array("{}".utf8))
            #expect(
                request.fields == [
                    HTTPField("User-Agent", "pulse-agent/1.2.3"),
                    HTTPField("Authorization", "Bearer t0k3n"),
                    HTTPField("X-API-Token", "t0k3n"),
                    HTTPField("Content-Type", "application/json"),
                ]
            )
            #expect(transport.deadlines == [MonotonicTime(nanoseconds: 15_000_001_000)])
        }
    }

    @Test("what the server did not take goes first the next time, in order")
    func flush() async throws {
        let course = try await course(
            4,
            [Self.down, Self.status(503), Self.down, Self.status(200)]
        )
        #expect(course.sent == [[1], [1], [1], [1], [2], [3], [4]])
        #expect(
            course.outcomes == [
                Outcome(sent: 0, waiting: 1), Outcome(sent: 0, waiting: 2),
                Outcome(sent: 0, waiting: 3), Outcome(sent: 4),
            ]
        )
    }

    @Test("it stops at the first failure, and keeps what comes after")
    func stop() async throws {
        let course = try await course(
            4,
            [Self.down, Self.down, Self.status(200), Self.status(500), Self.status(200)]
        )
        #expect(course.sent == [[1], [1], [1], [2], [2], [3], [4]])
        #expect(course.outcomes[2] == Outcome(sent: 1, waiting: 2))
        #expect(course.outcomes[3] == Outcome(sent: 3))
    }

    @Test("a token that is refused drops everything", arguments: [401, 403])
    func unauthorized(status: Int) async throws {
        let course = try await course(
            5,
            [Self.down, Self.down, Self.status(status), Self.status(status), Self.status(200)]
        )
        #expect(course.sent == [[1], [1], [1], [4], [5]])
        #expect(
            course.outcomes.dropFirst(2) == [
                Outcome(sent: 0, refused: 3), Outcome(sent: 0, refused: 1), Outcome(sent: 1),
            ]
        )
    }

    @Test("a report that the server cannot use does not stop the others", arguments: [400, 413])
    func unacceptable(status: Int) async throws {
        let course = try await course(
            3,
            [Self.down, Self.down, Self.status(status), Self.status(200)]
        )
        #expect(course.sent == [[1], [1], [1], [2], [3]])
        #expect(course.outcomes[2] == Outcome(sent: 2, refused: 1))
    }

    @Test("a server that is away for long costs the oldest reports", arguments: [61, 100])
    func overflow(count: Int) async throws {
        let course = try await course(count, [Self.down])
        #expect(course.outcomes.last == Outcome(sent: 0, waiting: 60))
    }

    @Test(
        "a failure says what to do",
        arguments: [
            (HTTPAnswer(status: 401), "--token-file"), (HTTPAnswer(status: 403), "agent:report"),
            (HTTPAnswer(status: 404), "--url"), (HTTPAnswer(status: 503), "503"),
            (HTTPAnswer(status: 413), "413"), (HTTPAnswer(status: 302), "nowhere"),
            (
                HTTPAnswer(status: 301, fields: [HTTPField("location", "https://b/")]),
                "https://b/"
            ),
        ]
    )
    func words(answer: HTTPAnswer, expected: String) async throws {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let sender = try makeSender(over: FakeTransport([.success(answer)]))
            let delivery = await sender.deliver([1], on: shard)
            let failure = try #require(delivery.failure)
            #expect("\(failure)".contains(expected))
            #expect(!"\(failure)".contains("t0k3n"))
        }
    }
}
