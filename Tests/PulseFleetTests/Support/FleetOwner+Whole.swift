import PulseFleet

/// Lists that come in one part.
extension FleetOwner {
    func apply(_ nodes: [NodeReport], of remote: RemoteID, at now: FleetTime) {
        apply(nodes[...], .whole, of: remote, at: now)
    }

    func apply(_ guests: [GuestReport], of remote: RemoteID, at now: FleetTime) {
        apply(guests[...], .whole, of: remote, at: now)
    }

    func apply(_ storages: [StorageReport], of remote: RemoteID, at now: FleetTime) {
        apply(StorageGroups(storages).groups[...], .whole, of: remote, at: now)
    }
}

extension StorageGroups {
    /// A list that comes in one part.
    init(_ storages: [StorageReport]) {
        self.init()
        add(storages[...])
    }
}
