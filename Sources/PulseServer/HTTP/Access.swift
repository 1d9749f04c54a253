/// Who may read while nobody can log in yet.
///
/// A request is local when its peer is loopback, its Host names this machine, and no proxy has
/// passed it on. The Host rule keeps foreign pages out whose name was made to resolve to 127.0.0.1;
/// the Origin rule keeps out those that connect to us by name.
enum Access {
    /// Whether the request comes from this machine, directly.
    static func isLocal(_ request: Request) -> Bool {
        guard request.peerIsLoopback, !request.isForwarded, let host = request.host else {
            return false
        }
        return ["localhost", "127.0.0.1", "[::1]"].contains(hostName(host))
    }

    /// Whether a request's host names this machine as `localhost`.
    ///
    /// What a browser is told of this name would hold for every other server of the machine too.
    static func isLocalhost(_ host: String?) -> Bool { host.map(hostName) == "localhost" }

    /// Whether a WebSocket may be opened from the page that asks: our own, or no page at all.
    static func isOwnOrigin(_ request: Request, scheme: String) -> Bool {
        guard let origin = request.origin else { return true }
        return ownHosts(request).contains { host in
            origin.lowercased() == "\(scheme)://\(withoutDefaultPort(host, scheme: scheme))"
        }
    }

    /// The hosts by which a browser may have come, in lower case.
    ///
    /// A proxy often names its own without the port that `Host` has.
    private static func ownHosts(_ request: Request) -> [String] {
        guard let forwarded = request.forwarding.host?.lowercased() else {
            return request.host.map { [$0.lowercased()] } ?? []
        }
        guard let host = request.host, hostName(host) == hostName(forwarded) else {
            return [forwarded]
        }
        return [forwarded, host.lowercased()]
    }

    /// A host as an `Origin` has it (RFC 6454 section 6.1).
    private static func withoutDefaultPort(_ host: String, scheme: String) -> String {
        let port = scheme == "https" ? ":443" : ":80"
        return host.hasSuffix(port) ? String(host.dropLast(port.count)) : host
    }

    /// The host without its port, in lower case.
    private static func hostName(_ host: String) -> String {
        let end =
            host.lastIndex(of: "]").map { host.index(after: $0) }
            ?? host.firstIndex(of: ":") ?? host.endIndex
        return host[..<end].lowercased()
    }
}
