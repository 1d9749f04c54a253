import PulseLogging
import PulseReactor
import PulseWire

extension Server {
    /// The metrics as they are now.
    func metricsResponse() -> Response {
        let page = MetricsPage(
            version: pulseVersion,
            backend: reactor.backendName,
            uptimeNanoseconds: uptimeNanoseconds,
            totals: totals,
            threads: [
                MetricsPage.Thread(
                    reactor: reactor.metrics,
                    http: http?.metrics ?? HTTPMetrics()
                )
            ]
        )
        var response = Response(.ok)
        response.contentType = MetricsText.contentType
        response.headers = [("Cache-Control", "no-store")]
        response.body = .bytes(page.bytes())
        return response
    }
}
