import PulseReactor
import PulseWire

/// Writes the heads of answers: what the answer says, and what every answer says.
enum ResponseHead {
    /// The page loads nothing from elsewhere, runs nothing inline and is framed by nobody.
    private static let contentPolicy: StaticString = """
        default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
        object-src 'none'
        """

    /// What the answer says about the connection, where that is not what its version means anyway.
    static func connection(_ keepAlive: Bool, _ version: HTTPVersion) -> StaticString? {
        if !keepAlive { return "close" }
        return version == .http10 ? "keep-alive" : nil
    }

    static func write(
        _ response: Response,
        connection: StaticString?,
        into encoder: inout HTTPResponseEncoder
    ) {
        encoder.status(response.status)
        let seconds = Int64(WallClock.nanosecondsNow() / 1_000_000_000)
        encoder.date(HTTPDate(secondsSince1970: seconds))
        if let type = response.contentType { encoder.header("Content-Type", type) }
        for header in response.headers { encoder.header(header.name, header.value) }
        encoder.header("Content-Security-Policy", contentPolicy)
        encoder.header("X-Content-Type-Options", "nosniff")
        encoder.header("Referrer-Policy", "no-referrer")
        encoder.header("Cross-Origin-Opener-Policy", "same-origin")
        encoder.header("Cross-Origin-Resource-Policy", "same-origin")
        // 304 has no body, and its length would be that of the answer it stands for.
        if response.status != .notModified, response.status != .noContent {
            encoder.contentLength(response.bodyByteCount)
        }
        if let connection { encoder.header("Connection", connection) }
        encoder.endHead()
    }
}
