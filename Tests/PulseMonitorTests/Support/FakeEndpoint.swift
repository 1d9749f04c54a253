import PulseFleet
import PulseHTTPClient
import PulseJSON
import PulseReactor
import Testing

@testable import PulseMonitor

/// Answers requests by their path and keeps them; what it does not know is answered as PVE does.
final class FakeEndpoint: Transport {
    typealias Outcome = Result<HTTPAnswer, TransportError>

    /// By what follows `/api2/json` in the URL, or the whole path where that is missing.
    var answers: [String: Outcome]
    /// Goes before all answers.
    var override: Outcome?
    private(set) var sent: [HTTPRequest] = []

    init(_ answers: [String: Outcome] = [:]) { self.answers = answers }

    /// The paths that were asked for, in order, and forgets them.
    func takePaths() -> [String] {
        defer { sent.removeAll() }
        return sent.map(Self.path)
    }

    func send(
        _ request: HTTPRequest,
        deadline: MonotonicTime,
        on shard: isolated Shard
    ) async throws(TransportError) -> HTTPAnswer {
        await Task.yield()
        sent.append(request)
        let path = Self.path(request)
        let unknown = HTTPAnswer(status: 501, reason: "Method 'GET \(path)' not implemented")
        return try (override ?? answers[path] ?? .success(unknown)).get()
    }

    private static func path(_ request: HTTPRequest) -> String {
        let rest = request.url.dropFirst("https://".count).drop { $0 != "/" }
        return String(rest.hasPrefix("/api2/json") ? rest.dropFirst("/api2/json".count) : rest)
    }

    /// A cluster with all that `PVEFixtures` has.
    static var cluster: FakeEndpoint {
        FakeEndpoint([
            "/": .page("<!DOCTYPE html>"),
            "/cluster/resources?type=node": .json(PVEFixtures.nodes),
            "/cluster/resources?type=vm": .json(PVEFixtures.guests),
            "/cluster/resources?type=storage": .json(PVEFixtures.storages),
            "/access/permissions": .json(PVEFixtures.permissions),
            "/version": .json(PVEFixtures.version),
            "/cluster/status": .json(PVEFixtures.cluster),
            "/nodes/pve1/status": .json(PVEFixtures.nodeStatus),
        ])
    }
}

extension Result<HTTPAnswer, TransportError> {
    static func json(_ text: String) -> Self {
        .success(HTTPAnswer(status: 200, reason: "OK", body: Array(text.utf8)))
    }

    static func page(_ text: String) -> Self { .json(text) }

    static func status(_ status: Int, _ reason: String = "", _ body: String = "") -> Self {
        .success(HTTPAnswer(status: status, reason: reason, body: Array(body.utf8)))
    }
}

/// What a test of a monitor needs: a fleet, an endpoint, and clocks that stand still.
final class MonitorBench {
    static let secret = "5ec2e7"

    let fleet = FleetOwner(epoch: 1)
    let endpoint: FakeEndpoint
    let remote: RemoteID
    let monitor: PVEMonitor
    private let time: Time

    /// The time, which goes on when the test says so.
    final class Time {
        var now = MonotonicTime(nanoseconds: 1_000_000_000_000)
    }

    init(_ endpoint: FakeEndpoint = .cluster) throws {
        self.endpoint = endpoint
        let time = Time()
        self.time = time
        let settings = try Self.settings()
        let clocks = MonitorRunner.Clocks(
            now: { time.now },
            fleetNow: { Self.fleetTime(time.now) }
        )
        remote = fleet.addRemote(
            settings.description,
            pollNanoseconds: 2_000_000_000,
            at: clocks.fleetNow()
        )
        monitor = PVEMonitor(settings, as: remote, in: fleet, over: endpoint, clocks: clocks)
    }

    static func settings(_ trust: ServerTrust = .system) throws -> RemoteSettings {
        RemoteSettings(
            name: "lab",
            endpoint: try RemoteEndpoint("pve1.lan"),
            token: try RemoteToken(id: "pulse@pve!monitor", secret: secret),
            trust: trust
        )
    }

    func pass(seconds: UInt64) { time.now = time.now + seconds * 1_000_000_000 }

    /// The ids of a stream's rows after a tick.
    func ids(_ stream: StreamName) -> [String] {
        rows(stream).compactMap { $0["id"] as? String }.sorted()
    }

    /// The rows of a stream after a tick, each by the names of its fields.
    func rows(_ stream: StreamName) -> [[String: Any]] {
        fleet.beginTick()
        fleet.endTick()
        return stateRows(of: stream, in: fleet)
    }

    private static func fleetTime(_ now: MonotonicTime) -> FleetTime {
        FleetTime(
            wallMilliseconds: Int64(now.nanoseconds / 1_000_000),
            monotonicNanoseconds: now.nanoseconds
        )
    }
}
