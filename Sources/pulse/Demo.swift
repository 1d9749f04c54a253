import PulseHTTPClient
import PulseMonitor
import PulseReactor
import PulseServer
import PulseSimulator

/// A server whose remotes are simulated in the same process.
///
/// They are polled over loopback TLS by the monitors that poll real ones.
final class Demo: ProcessService {
    private let server: Server
    private let simulator: Simulator

    init(_ server: Server, over simulator: Simulator) {
        self.server = server
        self.simulator = simulator
    }

    func run(on shard: isolated Shard) async throws {
        let reactor = shard.reactor
        let world = Task {
            await withTaskExecutorPreference(reactor) { await self.simulator.run(on: shard) }
        }
        defer { world.cancel() }
        try await server.run(on: shard)
    }

    func stop(on shard: isolated Shard) async {
        await server.stop(on: shard)
        simulator.stop()
    }

    func reload(on shard: isolated Shard) { server.reload(on: shard) }

    func stopNow() {
        server.stopNow()
        simulator.stop()
    }
}

extension RemoteSettings {
    /// How a monitor reaches a simulated cluster.
    init(_ remote: SimulatedRemote) throws {
        self.init(
            name: remote.name,
            endpoint: try RemoteEndpoint(remote.url),
            token: try RemoteToken(id: remote.tokenID, secret: remote.secret),
            trust: CertificateFingerprint(remote.fingerprint).map { .fingerprint($0) } ?? .system
        )
    }
}
