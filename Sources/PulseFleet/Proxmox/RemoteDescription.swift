/// What is monitored from outside, as configured: a PVE cluster or a single PVE node.
package struct RemoteDescription: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case pve
    }

    /// Unique among the remotes, and part of the identity of everything that belongs to it.
    package var name: String
    package var kind: Kind
    /// Where its own web interface is, `https://host:8006`.
    package var url: String

    package init(name: String, kind: Kind, url: String) {
        self.name = name
        self.kind = kind
        self.url = url
    }
}

/// Names a remote within one fleet; `Fleet.addRemote` makes it.
package struct RemoteID: Sendable, Hashable {
    /// Its handle in stream `remotes`.
    let slot: Int
    /// How many remotes were added before it: handles are used again, and an answer that is late
    /// must not be taken for one of the next.
    let number: Int

    init(slot: Int, number: Int) {
        self.slot = slot
        self.number = number
    }
}
