/// The server that reports go to, as `--url` names it.
package struct ReportServer: Sendable, Equatable {
    /// Where reports are posted.
    package let reportURL: String
    /// Whether what is sent can be read on the way: http, and not on this machine.
    package let isExposed: Bool

    /// Reads `http[s]://host[:port][/prefix]`; `nil` for anything else, above all for a URL with a
    /// user, a query or a fragment.
    package init?(_ url: String) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !url.contains(where: "@?#\\".contains)
        else { return nil }
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard ["http", "https"].contains(scheme), url.dropFirst(scheme.count).hasPrefix("://")
        else { return nil }
        let rest = url.dropFirst(scheme.count + 3)
        let authority = rest.prefix { $0 != "/" }
        guard let host = Self.host(of: authority) else { return nil }
        var prefix = rest.dropFirst(authority.count)
        while prefix.hasSuffix("/") { prefix.removeLast() }
        reportURL = "\(scheme)://\(authority)\(prefix)/api/agents/agent/report"
        isExposed = scheme == "http" && !Self.isLoopback(host)
    }

    /// The host without brackets; `nil` when it or the port is not well-formed.
    private static func host(of authority: Substring) -> Substring? {
        let host: Substring
        let port: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            port = authority[authority.index(after: end)...]
        } else {
            host = authority.prefix { $0 != ":" }
            port = authority.dropFirst(host.count)
        }
        guard !host.isEmpty, !host.contains(where: "[]".contains) else { return nil }
        if port.isEmpty { return host }
        let digits = port.dropFirst()
        guard port.hasPrefix(":"), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let number = UInt16(digits), number > 0
        else { return nil }
        return host
    }

    private static func isLoopback(_ host: Substring) -> Bool {
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        let isV4 = octets.count == 4 && octets.allSatisfy { UInt8($0) != nil }
        return host.lowercased() == "localhost" || host == "::1" || (isV4 && octets[0] == "127")
    }
}
