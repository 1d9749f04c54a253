import PulseReactor
import PulseWire

/// What `--metrics-listen` serves: the metrics, and nothing of the fleet.
final class MetricsServer: HTTPDelegate {
    private let shard: ShardServer
    private(set) var http: HTTPService?

    /// Serves what `shard` has to say, on its reactor.
    init(_ shard: ShardServer) {
        self.shard = shard
        http = nil
        http = HTTPService(reactor: shard.reactor, delegate: self, log: shard.log)
    }

    /// Binds the address and returns it.
    func listen(on address: SocketAddress, tls: TLSContext?) throws(SystemError) -> SocketAddress {
        guard let http else { preconditionFailure("the metrics have their HTTP service") }
        return try shard.reactor.listen(
            on: address,
            service: http,
            tls: tls,
            budget: shard.setup.budget
        )
    }

    func bodyBytesMax(_ decoder: borrowing HTTPRequestDecoder, in head: RawSpan) -> Int? { nil }

    func respond(to request: Request, of session: Session, in head: RawSpan) -> Response? {
        switch (request.path, request.method) {
        case ("/healthz", .get), ("/healthz", .head): return .text(.ok, "ok")
        case ("/metrics", .get), ("/metrics", .head):
            return shard.mayRead(request) ? shard.metricsResponse() : ShardServer.notLocal
        case ("/healthz", _), ("/metrics", _): return .methodNotAllowed("GET, HEAD")
        default: return .text(.notFound, "there is nothing at this address but /metrics")
        }
    }

    /// Ends what is late once a second; sleeps while nobody is here.
    func watchConnections(on shard: isolated Shard) async {
        while !Task.isCancelled {
            await http?.whenOccupied()
            let next = MonotonicTime.now() + ServerLimits.sweepNanoseconds
            guard (try? await shard.sleep(until: next)) != nil else { return }
            http?.sweep(at: .now())
        }
    }
}
