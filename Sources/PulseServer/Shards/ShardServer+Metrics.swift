import PulseLogging
import PulseReactor
import PulseWire

extension ShardServer {
    /// Notes what this shard has done, for whichever shard is asked.
    func noteMetrics() {
        setup.board.note(
            MetricsPage.Thread(
                reactor: reactor.metrics,
                http: http?.metrics ?? HTTPMetrics(),
                hub: hub.metrics
            ),
            of: number
        )
    }

    /// The metrics: this shard's as they are now, the others' as they were at their last tick.
    func metricsResponse() -> Response {
        noteMetrics()
        let current = setup.board.current
        let page = MetricsPage(
            version: pulseVersion,
            backend: setup.backendName,
            uptimeNanoseconds: MonotonicTime.now().nanoseconds(since: setup.startedAt),
            totals: current.totals,
            threads: current.threads
        )
        var response = Response(.ok)
        response.contentType = MetricsText.contentType
        response.headers = [("Cache-Control", "no-store")]
        response.body = .bytes(page.bytes())
        return response
    }
}
