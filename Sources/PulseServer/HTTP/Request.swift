package import PulseWire

/// What the routes need to know of a request, copied out of the receive buffer.
package struct Request {
    /// What is to be done.
    package let method: HTTPMethod
    /// The path with its escapes undone; `nil` when it cannot be.
    package let path: String?
    /// The value of `Host`, or of an absolute target.
    package let host: String?
    /// The value of `Origin`.
    package let origin: String?
    /// Whether a browser asks for a page, so that an unknown path may be one of its routes.
    package let acceptsHTML: Bool
    /// Whether a proxy has passed it on, by any of the headers that proxies add.
    package let isForwarded: Bool
    /// Whether the peer is on this machine.
    package let peerIsLoopback: Bool

    /// The scheme by which the client came to a trusted proxy, if that says so.
    let forwardedScheme: String?

    init(
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan,
        peerIsLoopback: Bool,
        peerIsTrusted: Bool = false
    ) {
        forwardedScheme = peerIsTrusted ? Request.forwardedScheme(decoder, in: head) : nil
        method = decoder.method
        let range = decoder.target.path
        path = range.isEmpty ? "/" : head.percentDecodedPath(range)
        host = decoder.host.map { head.string(in: $0) }
        origin = decoder.header("origin", in: head).map { head.string(in: $0) }
        acceptsHTML = decoder.headerList("accept", contains: "text/html", in: head)
        isForwarded =
            decoder.hasHeader(prefix: "x-forwarded-", in: head)
            || decoder.headerCount("forwarded", in: head) > 0
            || decoder.headerCount("x-real-ip", in: head) > 0
            || decoder.headerCount("via", in: head) > 0
        self.peerIsLoopback = peerIsLoopback
    }

    /// The only `X-Forwarded-Proto`, if it is one of the two schemes.
    private static func forwardedScheme(
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan
    ) -> String? {
        guard decoder.headerCount("x-forwarded-proto", in: head) == 1,
            let value = decoder.header("x-forwarded-proto", in: head)
        else { return nil }
        if head.equalsIgnoringCase("https", in: value) { return "https" }
        return head.equalsIgnoringCase("http", in: value) ? "http" : nil
    }
}
