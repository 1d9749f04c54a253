/// Whose connections are counted together: an IPv4 address, or a network of IPv6.
///
/// A customer of IPv6 is given 2^64 addresses at the least (RFC 6177), so these count as one.
struct PeerNetwork: Hashable, Sendable {
    /// The address, or the first half of it.
    private let prefix: UInt64
    private let isIPv6: Bool

    /// `nil` for who comes over a unix socket and has no address.
    init?(_ address: SocketAddress) {
        switch address.host {
        case .v4(let bytes):
            prefix = PeerNetwork.number(bytes[...])
            isIPv6 = false
        case .v6(let bytes):
            // An IPv4 client of a listener that takes both (RFC 4291, 2.5.5.2).
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10...11] == [255, 255]
            prefix = PeerNetwork.number(isMapped ? bytes[12...] : bytes[..<8])
            isIPv6 = !isMapped
        case .unix: return nil
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
