import PulseReactor

/// Which client is of which kind, and where it comes from.
enum LoadPlan {
    /// A number below `count` for each index, every one once, so that neighbours are far apart.
    static func place(of index: Int, among count: Int) -> Int {
        // A step that has no factor in common with the count meets every place.
        var step = max(1, count * 5 / 8)
        while greatestCommonDivisor(step, count) != 1 { step += 1 }
        return index * step % count
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
    }

    /// The address that a connection comes from: 127.0.0.2, .3 and so on towards a loopback
    /// address, since one address has ports for some thousand connections only.
    ///
    /// `nil` leaves it to the kernel.
    static func source(of index: Int, for target: SocketAddress) -> SocketAddress? {
        guard target.isLoopback, !target.isIPv6 else { return nil }
        let number = UInt8(truncatingIfNeeded: 2 + index / LoadLimits.connectionsPerSource % 250)
        return SocketAddress(host: .v4([127, 0, 0, number]), port: 0)
    }
}
