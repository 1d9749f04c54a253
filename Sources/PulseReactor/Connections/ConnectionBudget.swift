import Synchronization

/// How many connections the reactors of a process may keep open together, and how many of them one
/// client's network.
///
/// A connection's beginning and end cost an atomic addition and, for a client of another machine, a
/// lock; nothing in between does.
package final class ConnectionBudget: Sendable {
    package let connectionsMax: Int
    /// Connections that one address, or one network of IPv6, may have.
    package let perNetworkMax: Int
    private let spares: @Sendable (SocketAddress) -> Bool
    private let taken = Atomic(0)
    private let refused = Atomic<UInt64>(0)
    private let refusedOfNetworks = Atomic<UInt64>(0)
    private let networks = Mutex<[PeerNetwork: Int]>([:])

    /// Why a connection finds no place.
    enum Refusal: Error {
        /// There are as many as may be.
        case full
        /// Its network has as many as one may have.
        case network
    }

    /// Without `perNetworkMax` one client may have all places.
    ///
    /// Those whom it `spares` may in any case. This machine itself is one unless a test says
    /// otherwise, and so is a proxy that speaks for many.
    package init(
        connectionsMax: Int,
        perNetworkMax: Int = .max,
        spares: @escaping @Sendable (SocketAddress) -> Bool = { $0.isLoopback }
    ) {
        self.connectionsMax = connectionsMax
        self.perNetworkMax = perNetworkMax
        self.spares = spares
    }

    /// Connections that count now.
    package var count: Int { taken.load(ordering: .relaxed) }

    /// Connections that found no place, since the beginning.
    package var refusedCount: UInt64 { refused.load(ordering: .relaxed) }

    /// Those that would have found one, but whose network had its share, since the beginning.
    package var refusedOfNetworksCount: UInt64 { refusedOfNetworks.load(ordering: .relaxed) }

    /// What a client's connections count against, or `nil` where there is no such limit.
    func network(of peer: SocketAddress) -> PeerNetwork? {
        if perNetworkMax == .max || spares(peer) { return nil }
        return PeerNetwork(peer)
    }

    /// Takes a place, unless none is free for this client.
    func take(for network: PeerNetwork?) throws(Refusal) {
        let count = taken.add(1, ordering: .relaxed).newValue
        if count > connectionsMax {
            taken.subtract(1, ordering: .relaxed)
            noteRefused()
            throw .full
        }
        guard let network, !takeShare(network) else { return }
        taken.subtract(1, ordering: .relaxed)
        refusedOfNetworks.add(1, ordering: .relaxed)
        throw .network
    }

    /// Takes one of the places of a client whose connection is its proxy's; returns whether there
    /// was one.
    package func takeShare(of client: SocketAddress) -> Bool {
        guard let network = network(of: client) else { return true }
        if takeShare(network) { return true }
        refusedOfNetworks.add(1, ordering: .relaxed)
        return false
    }

    /// Gives back what `takeShare` has taken.
    package func giveShare(of client: SocketAddress) {
        if let network = network(of: client) { giveShare(network) }
    }

    private func takeShare(_ network: PeerNetwork) -> Bool {
        networks.withOrderedLock(of: self) { networks in
            let count = networks[network, default: 0]
            if count >= perNetworkMax { return false }
            networks[network] = count + 1
            return true
        }
    }

    /// Counts a connection that was refused for want of a descriptor.
    func noteRefused() { refused.add(1, ordering: .relaxed) }

    /// Gives a place back that was taken for the same network.
    func give(for network: PeerNetwork?) {
        let count = taken.subtract(1, ordering: .relaxed).newValue
        precondition(count >= 0, "a connection's place was given back twice")
        if let network { giveShare(network) }
    }

    private func giveShare(_ network: PeerNetwork) {
        networks.withOrderedLock(of: self) { networks in
            guard let count = networks[network] else {
                preconditionFailure("a network's place was given back twice")
            }
            // Who is gone leaves nothing behind: the table is as large as the crowd that is here.
            networks[network] = count > 1 ? count - 1 : nil
        }
    }
}
