import Foundation
import Logging
import PulseReactor
import PulseSimulator
import PulseTestSupport

/// A simulator on a reactor, without TLS, for clients that block on a lane.
struct PlayedService: Sendable {
    let remotes: [SimulatedRemote]
    let control: SocketAddress
    let lane: BlockingLane

    /// The address of a cluster.
    func address(_ index: Int = 0) throws -> SocketAddress {
        let text = remotes[index].url.split(separator: "/")[1]
        guard let address = SocketAddress(String(text)) else { throw TimedOut("a plain address") }
        return address
    }

    func authorization(_ index: Int = 0) -> String {
        "PVEAPIToken=\(remotes[index].tokenID)=\(remotes[index].secret)"
    }

    /// A request for a path below /api2/json.
    func request(_ path: String, _ index: Int = 0, fields: String = "") -> String {
        "GET /api2/json\(path) HTTP/1.1\r\nHost: pve\r\n"
            + "Authorization: \(authorization(index))\r\n\(fields)\r\n"
    }

    /// Asks once on a connection of its own.
    func ask(_ request: String, at address: SocketAddress) async throws -> PlainAnswer {
        try await lane.attempt {
            let connection = PlainConnection(try Client(address))
            try connection.send(request)
            return try connection.answer()
        }
    }

    /// Tells the control endpoint.
    func post(_ path: String) async throws -> PlainAnswer {
        try await ask("POST \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n", at: control)
    }
}

/// Runs `body` with a simulator that listens, and checks that it leaves nothing behind.
func withSimulator(
    _ io: IOChoice,
    _ body: @Sendable (PlayedService, isolated Shard) async throws -> Void
) async throws {
    try await withReactor(io) { shard in
        var log = Logger(label: "test")
        log.logLevel = .critical
        let simulator = Simulator(options(clusters: 2), reactor: shard.reactor, log: log)
        let service = PlayedService(
            remotes: try simulator.start(isSecure: false),
            control: try simulator.startControl(on: anyPort),
            lane: try BlockingLane(name: "clients")
        )
        let reactor = shard.reactor
        let running = Task {
            await withTaskExecutorPreference(reactor) { await simulator.run(on: shard) }
        }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(service, shard))
        } catch {
            result = .failure(error)
        }
        simulator.stop()
        running.cancel()
        await running.value
        let deadline = MonotonicTime.now() + patienceNanoseconds
        while reactor.connectionCount > 0 || reactor.liveFrameCount > 0 {
            guard .now() < deadline else { throw TimedOut("the connections to end") }
            try await shard.sleep(until: .now() + 1_000_000)
        }
        try result.get()
    }
}

/// An answer as it came.
struct PlainAnswer: Sendable {
    let statusLine: String
    let fields: [String]
    let body: [UInt8]

    var json: [String: Any] {
        get throws {
            try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:]
        }
    }
}

/// A client's side of HTTP, for one connection.
final class PlainConnection {
    let client: Client
    private var input: [UInt8] = []

    init(_ client: Client) { self.client = client }

    func send(_ text: String) throws { try client.send(Array(text.utf8)) }

    /// The next answer; one without a length goes on to the end of the connection.
    func answer() throws -> PlainAnswer {
        let end = Array("\r\n\r\n".utf8)
        var found: Range<Int>?
        while true {
            found = input.firstRange(of: end)
            if found != nil { break }
            try more()
        }
        guard let head = found else { throw TimedOut("a head") }
        let lines = String(decoding: input[..<head.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        input.removeFirst(head.upperBound)
        let announced = lines.first { $0.hasPrefix("Content-Length: ") }.flatMap {
            Int($0.dropFirst("Content-Length: ".count))
        }
        if let announced {
            while input.count < announced { try more() }
        } else {
            input += try client.receiveToEnd()
        }
        let body = Array(input.prefix(announced ?? input.count))
        input.removeFirst(body.count)
        return PlainAnswer(statusLine: lines[0], fields: Array(lines.dropFirst()), body: body)
    }

    private func more() throws {
        let bytes = try client.receive(atMost: 64 * 1024)
        if bytes.isEmpty { throw ClientError(call: "the connection ended", code: 0) }
        input += bytes
    }
}
