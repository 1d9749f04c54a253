#if DEBUG
import Logging
import PulseFleet
import PulseReactor
import PulseTestSupport

@testable import PulseServer

/// The server with its hub, hosts that report at random, and dashboards that come, read and go.
final class ServerWorld: SimulatedWorld {
    private let kernel: SimulatedKernel
    private let reactor: Reactor
    private var random: SimulatedRandom
    private var server: Server?
    private let address: SocketAddress
    private var hosts: RandomHosts
    private var dashboards: [Dashboard]
    private var turnsToTick = 0
    private var ticks: Int64 = 0
    private var sweptAt = MonotonicTime.now()
    private var isCalm = false
    private var state: StateRequest?
    /// Whether every dashboard was found to hold the state.
    private var isCompared = false

    init(_ parts: Simulation.Parts) throws {
        kernel = parts.kernel
        reactor = parts.reactor
        random = parts.random
        hosts = RandomHosts(seed: random.next(), hostCount: 8, disksMax: random.below(12))
        var configuration = ServerConfiguration()
        configuration.listen = [SocketAddress(host: .v4([127, 0, 0, 1]), port: 0)]
        var log = Logger(label: "simulation")
        log.logLevel = .critical
        let server = try Server(configuration, reactor: parts.reactor, log: log)
        self.server = server
        address = try server.listen()[0]
        hosts.fill(server.fleet)
        // Small enough that who is slow begins anew.
        server.first.hub.pastSnapshotBytesMax = 20_000
        server.tick(at: 0)
        let habits = Dashboard.Habit.allCases
        dashboards = (0..<6).map { _ in Dashboard(.fast, DashboardModel([])) }
        for index in dashboards.indices {
            let model = DashboardModel(random: random.below(1 << DashboardModel.others.count))
            dashboards[index] = Dashboard(habits[index % habits.count], model)
        }
    }

    // MARK: SimulatedWorld

    func act() {
        guard let server else { return }
        turnsToTick -= 1
        if turnsToTick < 0, !isCalm || ticks % 3 != 0 {
            turnsToTick = random.below(isCalm ? 3 : 12)
            ticks += 1
            hosts.act(on: server.fleet)
            server.tick(at: ticks * 2000)
        }
        if MonotonicTime.now().nanoseconds(since: sweptAt) >= 1_000_000_000 {
            sweptAt = .now()
            server.first.sweep(at: sweptAt)
        }
        for index in dashboards.indices {
            let rule = dashboards[index].act(kernel, address, &random, isCalm: isCalm)
            if let rule { kernel.report("dashboard \(index): \(rule)") }
        }
        if isCalm { compare(server) }
    }

    func brokenRule() -> String? {
        guard let server else { return nil }
        if server.first.hub.pastSnapshotBytes > server.first.hub.pastSnapshotBytesMax {
            return "snapshots of the past take more memory than they may"
        }
        // A listener, the mailbox's, and the one to spare.
        if kernel.descriptorCount > reactor.connectionCount + 3 {
            return "descriptors are open that belong to nobody"
        }
        return nil
    }

    func calmDown() {
        isCalm = true
        // Two more ticks, up to a multiple of three, and then the state stays as it is.
        ticks = ticks / 3 * 3 + 1
        for index in dashboards.indices { dashboards[index].subscribeForGood() }
    }

    /// Compares what everybody has with the state, once all have caught up.
    private func compare(_ server: Server) {
        guard ticks % 3 == 0, !isCompared else { return }
        let generations = server.generations()
        guard dashboards.allSatisfy({ $0.model.isCaughtUp(to: generations) })
        else { return }
        state = state ?? StateRequest(kernel, address)
        guard let body = state?.act(kernel) else { return }
        isCompared = true
        guard let states = try? server.states() else {
            return kernel.report("a state cannot be read")
        }
        guard let message = try? StreamMessage(body), message.generation == generations["hosts"]
        else {
            return kernel.report("the state cannot be read, or is of another generation")
        }
        for (index, dashboard) in dashboards.enumerated() {
            for model in dashboard.model.streams
            where model.isWanted && model.rows != states[model.stream]?.rows {
                kernel.report("dashboard \(index) does not hold the state of \(model.stream)")
            }
        }
    }

    var isAtRest: Bool {
        guard isCompared, let server else { return false }
        if reactor.connectionCount > 0 {
            for index in dashboards.indices { dashboards[index].leave(kernel, reset: false) }
            dashboards = []
            return false
        }
        // Nobody is here: what is held is the log and the newest snapshot. A stream of one remote
        // or resource is given up with the tick after its last client.
        ticks += 1
        server.tick(at: ticks * 2000)
        return reactor.liveFrameCount == server.publisher.keptFrameCount
    }

    var isDeserted: Bool { server?.first.http?.sessionCount == 0 }

    func leave() {
        for index in dashboards.indices { dashboards[index].leave(kernel, reset: true) }
        server?.stopNow()
        server = nil
    }
}

/// One plain request for the state of the stream.
struct StateRequest {
    private let peer: SimulatedPeer?
    private var answer: [UInt8] = []

    init(_ kernel: SimulatedKernel, _ address: SocketAddress) {
        peer = try? kernel.connectPeer(to: address)
        let request =
            "GET /api/state/hosts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        if let peer { _ = kernel.send(peer, Array(request.utf8)[...]) }
    }

    /// The body, when the answer has come to its end.
    mutating func act(_ kernel: SimulatedKernel) -> [UInt8]? {
        guard let peer else { return nil }
        switch kernel.receive(peer, atMost: 4096) {
        case .nothing: return nil
        case .bytes(let bytes):
            answer += bytes
            return nil
        case .end, .failed:
            kernel.close(peer)
            guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { return [] }
            return Array(answer[end.upperBound...])
        }
    }
}
#endif
