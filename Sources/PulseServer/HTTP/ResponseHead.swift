import PulseReactor
import PulseWire

/// Writes the heads of answers: what the answer says, and what every answer says.
enum ResponseHead {
    /// What every answer says: the page loads nothing from elsewhere, runs nothing inline and is
    /// framed by nobody.
    private static let common: StaticString = """
        Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'self'; \
        frame-ancestors 'none'; object-src 'none'\r
        X-Content-Type-Options: nosniff\r
        Referrer-Policy: no-referrer\r
        Cross-Origin-Opener-Policy: same-origin\r
        Cross-Origin-Resource-Policy: same-origin\r

        """

    /// What the answer says about the connection, where that is not what its version means anyway.
    static func connection(_ keepAlive: Bool, _ version: HTTPVersion) -> StaticString? {
        if !keepAlive { return "close" }
        return version == .http10 ? "keep-alive" : nil
    }

    static func write(
        _ response: Response,
        date: HTTPDate,
        connection: StaticString?,
        into encoder: inout HTTPResponseEncoder
    ) {
        encoder.status(response.status)
        encoder.date(date)
        if let type = response.contentType { encoder.header("Content-Type", type) }
        for header in response.headers { encoder.header(header.name, header.value) }
        encoder.lines(common)
        // 304 has no body, and its length would be that of the answer it stands for.
        if response.status != .notModified, response.status != .noContent {
            encoder.contentLength(response.bodyByteCount)
        }
        if let connection { encoder.header("Connection", connection) }
        encoder.endHead()
    }
}
