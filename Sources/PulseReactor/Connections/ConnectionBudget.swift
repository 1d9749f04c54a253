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
    private let sparesLoopback: Bool
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
    /// This machine itself may in any case, unless a test says otherwise: a proxy in front of the
    /// server comes from there.
    package init(
        connectionsMax: Int,
        perNetworkMax: Int = .max,
        sparesLoopback: Bool = true
    ) {
        self.connectionsMax = connectionsMax
        self.perNetworkMax = perNetworkMax
        self.sparesLoopback = sparesLoopback
    }

    /// Connections that count now.
    package var count: Int { taken.load(ordering: .relaxed) }

    /// Connections that found no place, since the beginning.
    package var refusedCount: UInt64 { refused.load(ordering: .relaxed) }

    /// Those that would have found one, but whose network had its share, since the beginning.
    package var refusedOfNetworksCount: UInt64 { refusedOfNetworks.load(ordering: .relaxed) }

    /// What a client's connections count against, or `nil` where there is no such limit.
    func network(of peer: SocketAddress) -> PeerNetwork? {
        if perNetworkMax == .max || sparesLoopback && peer.isLoopback { return nil }
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
        guard let network, !takeShare(of: network) else { return }
        taken.subtract(1, ordering: .relaxed)
        refusedOfNetworks.add(1, ordering: .relaxed)
        throw .network
    }

    private func takeShare(of network: PeerNetwork) -> Bool {
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
        guard let network else { return }
        networks.withOrderedLock(of: self) { networks in
            guard let count = networks[network] else {
                preconditionFailure("a network's place was given back twice")
            }
            // Who is gone leaves nothing behind: the table is as large as the crowd that is here.
            networks[network] = count > 1 ? count - 1 : nil
        }
    }
}
