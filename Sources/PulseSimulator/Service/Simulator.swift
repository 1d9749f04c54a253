package import Logging
import PulseJSON
package import PulseReactor

/// A simulated cluster as a monitor is configured for it.
package struct SimulatedRemote: Sendable, Equatable {
    package let name: String
    /// "https://127.0.0.1:8006".
    package let url: String
    /// "user@realm!name"; it may read everything.
    package let tokenID: String
    package let secret: String
    /// The certificate's SHA-256, `AA:BB:…`.
    package let fingerprint: String
}

/// Why a simulation could not begin, in a sentence.
package enum SimulatorError: Error, Equatable, CustomStringConvertible {
    case cannotListen(SocketAddress, SystemError)
    case certificate(TLSError)

    package var description: String {
        switch self {
        case .cannotListen(let address, let cause): "cannot listen on \(address): \(cause.reason)"
        case .certificate(let cause): "cannot make a certificate: \(cause)"
        }
    }
}

/// Emulated Proxmox VE clusters on a reactor, each with an address and a certificate of its own.
///
/// It is for one shard. Whoever made it keeps it for as long as it is to answer.
package final class Simulator {
    private let options: SimulatorOptions
    private let reactor: Reactor
    private let log: Logger
    private var clusters: [ClusterService] = []
    private var control: ControlService?
    private var controlConnections: HTTPConnections?
    private var controlAddress: SocketAddress?

    /// Prepares a simulation; nothing listens yet.
    package init(_ options: SimulatorOptions, reactor: Reactor, log: Logger) {
        self.options = options
        self.reactor = reactor
        self.log = log
    }

    /// Builds the world and listens: the first cluster on `address`, each other one port higher,
    /// or all on ports of the kernel's choice where the port is 0.
    ///
    /// Returns the clusters as a monitor is configured for them. `isSecure` false is for tests
    /// whose client speaks no TLS.
    package func start(
        on address: SocketAddress = SocketAddress(host: .v4([127, 0, 0, 1]), port: 0),
        isSecure: Bool = true
    ) throws(SimulatorError) -> [SimulatedRemote] {
        let clock = SimulationClock(reactor: reactor)
        var port = address.port
        for cluster in SimulatedCluster.world(options) {
            let own = SocketAddress(host: address.host, port: port)
            let service = ClusterService(
                cluster,
                on: own,
                tls: isSecure ? try Simulator.tls(for: cluster, on: own) : nil,
                clock: clock
            )
            do throws(SystemError) {
                try service.listen()
            } catch {
                stop()
                throw .cannotListen(own, error)
            }
            clusters.append(service)
            // The command has seen to it that the ports suffice.
            if port != 0 { port &+= 1 }
        }
        return clusters.map(\.remote)
    }

    private static func tls(
        for cluster: SimulatedCluster,
        on address: SocketAddress
    ) throws(SimulatorError) -> TLSContext {
        do throws(TLSError) {
            let made = try ClusterService.certificate(name: cluster.name, address: address)
            return try TLSContext(
                certificatePEM: made.certificatePEM,
                privateKeyPEM: made.privateKeyPEM
            )
        } catch {
            throw .certificate(error)
        }
    }

    /// Opens the control endpoint for the clusters that were started; plain HTTP, and for this
    /// machine only.
    ///
    /// Returns the address with its port.
    package func startControl(on address: SocketAddress) throws(SimulatorError) -> SocketAddress {
        precondition(address.isLoopback, "the control endpoint is for this machine only")
        let control = ControlService(clusters, seed: options.seed, log: log)
        let connections = HTTPConnections(reactor: reactor, responder: control)
        self.control = control
        controlConnections = connections
        do throws(SystemError) {
            let bound = try reactor.listen(on: address, service: connections)
            controlAddress = bound
            return bound
        } catch {
            stop()
            throw .cannotListen(address, error)
        }
    }

    /// Sends what was delayed and ends idle connections, until the task is cancelled or the
    /// reactor stops.
    package func run(on shard: isolated Shard) async {
        while !Task.isCancelled {
            let isIdle = allConnections.allSatisfy { $0.count == 0 }
            let pause =
                isIdle ? SimulatorLimits.idleSweepNanoseconds : SimulatorLimits.sweepNanoseconds
            guard (try? await shard.sleep(until: .now() + pause)) != nil else { return }
            let now = MonotonicTime.now()
            for connections in allConnections { connections.sweep(at: now) }
        }
    }

    /// Ends every connection at once, and listens no more.
    package func stop() {
        for cluster in clusters { cluster.kill() }
        if let address = controlAddress.take() { reactor.stopListening(on: address) }
        controlConnections?.closeAll()
    }

    private var allConnections: [HTTPConnections] {
        clusters.compactMap(\.connections) + (controlConnections.map { [$0] } ?? [])
    }
}

extension ClusterService {
    fileprivate var remote: SimulatedRemote {
        // The first token is the one with all rights.
        let token = api.cluster.tokens[0]
        return SimulatedRemote(
            name: name,
            url: url,
            tokenID: token.id,
            secret: token.secret,
            fingerprint: fingerprint ?? ""
        )
    }
}

extension SimulatedRemote {
    /// The configuration that makes `pulse serve` watch these clusters.
    package static func configuration(_ remotes: [SimulatedRemote]) -> [UInt8] {
        jsonBytes { writer in
            writer.fragment("{\"remotes\":[")
            for (index, remote) in remotes.enumerated() {
                if index > 0 { writer.fragment(",") }
                writer.fragment("\n  {\"name\":")
                writer.string(remote.name)
                writer.fragment(",\"type\":\"pve\",\"url\":")
                writer.string(remote.url)
                writer.fragment(",\"token\":")
                writer.string(remote.tokenID)
                writer.fragment(",\"secret\":")
                writer.string(remote.secret)
                writer.fragment(",\"fingerprint\":")
                writer.string(remote.fingerprint)
                writer.fragment("}")
            }
            writer.fragment("\n]}\n")
        }
    }
}
