import PulseReactor
import PulseTestSupport

/// What a test of TLS needs of both ends: whose certificate the server shows, and a thread on which
/// its clients may wait.
struct TLSEnds {
    let certificate: TestCertificate
    let lane: BlockingLane

    init() throws {
        certificate = try TestCertificate()
        lane = try BlockingLane(name: "client")
    }

    /// Has a shard's reactor show the certificate on a port of its own.
    func listen(
        _ service: any ConnectionService,
        on shard: isolated Shard,
        _ limits: HandshakeLimits? = nil
    ) throws -> SocketAddress {
        if let limits { shard.reactor.handshakeLimits = limits }
        return try shard.reactor.listen(
            on: anyPort,
            service: service,
            tls: certificate.context()
        )
    }
}
