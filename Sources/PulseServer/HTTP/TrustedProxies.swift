import PulseReactor

/// The reverse proxies whose `X-Forwarded-*` headers are believed; nobody else's are looked at.
package struct TrustedProxies: Sendable {
    private struct Network: Sendable {
        let bytes: [UInt8]
        let bitCount: Int
    }

    private var networks: [Network] = []
    /// Whether who comes over a unix socket is one.
    private var trustsUnix = false

    /// Trusts nobody.
    package init() {}

    /// Adds `10.0.0.1`, `10.0.0.0/8`, `::1`, `fd00::/8` or `unix`; returns whether it is one of
    /// these.
    package mutating func insert(_ text: String) -> Bool {
        if text == "unix" {
            trustsUnix = true
            return true
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let name = parts.first, name != "localhost" else {
            return false
        }
        let address = SocketAddress(name.contains(":") ? "[\(name)]:0" : "\(name):0")
        guard let bytes = address?.networkBytes else { return false }
        let bitCount = parts.count == 1 ? bytes.count * 8 : Int(parts[1]) ?? -1
        guard (0...bytes.count * 8).contains(bitCount) else { return false }
        networks.append(Network(bytes: bytes, bitCount: bitCount))
        return true
    }

    func contains(_ peer: SocketAddress) -> Bool {
        guard let bytes = peer.networkBytes else { return trustsUnix }
        return networks.contains { network in
            network.bytes.count == bytes.count
                && (0..<network.bitCount).allSatisfy { bit in
                    (network.bytes[bit / 8] ^ bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
                }
        }
    }
}
