package import PulseWire

/// What the routes need to know of a request, copied out of the receive buffer.
package struct Request {
    /// What is to be done.
    package let method: HTTPMethod
    /// The path with its escapes undone, below the server's own; `nil` when it cannot be.
    package let path: String?
    /// Whether its path has the server's own in front, which is taken away in `path`.
    let isBelowBase: Bool
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

    /// Whether it is asked for something that only TLS may carry: an absolute `https:` target.
    let wantsTLS: Bool
    /// What a trusted proxy says of its client.
    let forwarding: Forwarding

    init(
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan,
        peerIsLoopback: Bool,
        forwarding: Forwarding = Forwarding(),
        basePath: BasePath = BasePath()
    ) {
        self.forwarding = forwarding
        method = decoder.method
        let range = decoder.target.path
        let whole = range.isEmpty ? "/" : head.percentDecodedPath(range)
        let below = whole.flatMap { basePath.route($0) }
        path = below ?? whole
        isBelowBase = below != nil
        host = decoder.host.map { head.string(in: $0) }
        origin = decoder.header("origin", in: head).map { head.string(in: $0) }
        acceptsHTML = decoder.headerList("accept", contains: "text/html", in: head)
        isForwarded =
            decoder.hasHeader(prefix: "x-forwarded-", in: head)
            || decoder.headerCount("forwarded", in: head) > 0
            || decoder.headerCount("x-real-ip", in: head) > 0
            || decoder.headerCount("via", in: head) > 0
        self.peerIsLoopback = peerIsLoopback
        wantsTLS = decoder.target.wantsTLS
    }
}
