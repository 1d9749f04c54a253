/// Whose connections are counted together: an IPv4 address, or a network of IPv6.
///
/// A customer of IPv6 is given 2^64 addresses at the least (RFC 6177), so these count as one.
struct PeerNetwork: Hashable, Sendable {
    /// The address, or the first half of it.
    private let prefix: UInt64
    private let isIPv6: Bool

    /// `nil` for who comes over a unix socket and has no address.
    init?(_ address: SocketAddress) {
        guard let bytes = address.networkBytes else { return nil }
        isIPv6 = bytes.count == 16
        prefix = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
