import PulseReactor
import PulseWire

/// Writes the heads of answers: what the answer says, and what every answer says.
enum ResponseHead {
    /// The page loads nothing from elsewhere, runs nothing inline and is framed by nobody.
    private static let contentPolicy: StaticString = """
        default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
        object-src 'none'
        """

    static func write(
        _ response: Response,
        keepAlive: Bool,
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
        if !keepAlive { encoder.header("Connection", "close") }
        encoder.endHead()
    }
}
