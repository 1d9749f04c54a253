import PulseReactor

/// One cluster on the network: its listener, its certificate, and what is wrong with it.
final class ClusterService: HTTPResponder {
    private(set) var api: ClusterAPI
    private(set) var fault: Fault?
    /// Where it listens, or listened before it was killed.
    private(set) var address: SocketAddress
    private let clock: SimulationClock
    private let reactor: Reactor
    private let tls: TLSContext?
    private(set) var connections: HTTPConnections?

    /// Prepares a cluster; without `tls` it speaks plain HTTP.
    init(
        _ cluster: SimulatedCluster,
        on address: SocketAddress,
        tls: TLSContext?,
        clock: SimulationClock
    ) {
        api = ClusterAPI(cluster)
        self.address = address
        self.tls = tls
        self.clock = clock
        reactor = clock.reactor
    }

    var name: String { api.cluster.name }
    var isSecure: Bool { tls != nil }

    /// The certificate's SHA-256 as people read it: `AA:BB:…`.
    var fingerprint: String? { tls.map { "\(CertificateFingerprint(bytes: $0.fingerprint))" } }

    /// Listens; the first time the kernel may choose the port, later it is the same again.
    func listen() throws(SystemError) {
        let service = connections ?? HTTPConnections(reactor: reactor, responder: self)
        connections = service
        address = try reactor.listen(on: address, service: service, tls: tls)
        fault = nil
    }

    /// Refuses connections and resets those that there are.
    func kill() {
        if fault != .killed { reactor.stopListening(on: address) }
        fault = .killed
        connections?.closeAll()
    }

    /// Makes every further answer a bad one; `nil` is well again.
    func set(_ fault: Fault?) {
        self.fault = fault
        // Who waits in vain for an answer is not told any more that all is well.
        if fault == nil { connections?.closeAll() }
    }

    /// Shows another certificate from now on, on new connections.
    func changeCertificate() throws(TLSError) {
        guard let tls else { return }
        let made = try ClusterService.certificate(name: name, address: address)
        try tls.replace(certificatePEM: made.certificatePEM, privateKeyPEM: made.privateKeyPEM)
        connections?.closeAll()
    }

    static func certificate(
        name: String,
        address: SocketAddress
    ) throws(TLSError) -> MadeCertificate {
        try CertificateMaker.make(
            names: ["\(name).example", "localhost"],
            addresses: Array(Set(["127.0.0.1", "::1", address.hostText])),
            days: SimulatorLimits.certificateDays
        )
    }

    func respond(to request: APIRequest) -> APIAnswer? {
        let answer = api.answer(request, at: clock.now)
        return fault.map { $0.apply(to: answer) } ?? answer
    }

    /// Changes the cluster as it is now.
    func change<R>(_ body: (inout SimulatedCluster, Int64) -> R) -> R {
        body(&api.cluster, clock.now.milliseconds)
    }

    /// The cluster as it is now.
    var current: SimulatedCluster {
        api.cluster.advance(to: clock.now.milliseconds)
        return api.cluster
    }
}

/// How long a simulation has run, by the reactor's clock.
final class SimulationClock {
    let reactor: Reactor
    private let startedAt = MonotonicTime.now()

    init(reactor: Reactor) { self.reactor = reactor }

    var now: SimulationTime {
        SimulationTime(
            milliseconds: Int64(reactor.now.nanoseconds(since: startedAt) / 1_000_000),
            wallSeconds: Int64(WallClock.nanosecondsNow() / 1_000_000_000)
        )
    }
}

extension SocketAddress {
    /// The address under which this machine itself reaches a listener of every address.
    var reachable: SocketAddress {
        switch host {
        case .v4([0, 0, 0, 0]):
            return SocketAddress(host: .v4([127, 0, 0, 1]), port: port)
        case .v6(let bytes) where bytes.allSatisfy { $0 == 0 }:
            return SocketAddress(host: .v6([UInt8](repeating: 0, count: 15) + [1]), port: port)
        default: return self
        }
    }
}
