import PulseWire

/// What `--metrics-listen` serves: the metrics, and nothing of the fleet.
final class MetricsEndpoint: HTTPDelegate {
    private unowned let server: Server

    init(_ server: Server) { self.server = server }

    func bodyBytesMax(_ decoder: borrowing HTTPRequestDecoder, in head: RawSpan) -> Int? { nil }

    func respond(
        to request: Request,
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan,
        body: RawSpan
    ) -> Response {
        switch request.path {
        case "/healthz": return server.onlyRead(request, .text(.ok, "ok"))
        case "/metrics":
            guard server.mayRead(request) else { return Server.notLocal }
            return server.onlyRead(request, server.metricsResponse())
        default: return .text(.notFound, "there is nothing at this address but /metrics")
        }
    }
}
