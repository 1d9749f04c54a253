/// What polls of Proxmox VE say. A remote that was removed meanwhile changes nothing any more.
extension Fleet {
    /// Takes in a remote, whose rows are live from its first answer on.
    ///
    /// The name must be unique among the remotes, not empty and at most `FleetLimits.nameBytesMax`
    /// bytes long; `pollNanoseconds` is how often it is polled.
    package mutating func addRemote(
        _ description: RemoteDescription,
        pollNanoseconds: UInt64,
        at now: FleetTime
    ) -> RemoteID {
        proxmox.add(description, pollNanoseconds: pollNanoseconds, at: now, to: &tables)
    }

    /// Forgets a remote with all its nodes, guests and storages.
    package mutating func removeRemote(_ id: RemoteID) {
        proxmox.remove(id, from: &tables, noting: &news)
    }

    /// Applies the list of a remote's nodes, or a part of it: what it does not name is gone.
    package mutating func apply(
        _ nodes: ArraySlice<NodeReport>,
        _ part: ListPart,
        of remote: RemoteID,
        at now: FleetTime
    ) {
        proxmox.apply(nodes, part, of: remote, at: now, to: &tables, noting: &news)
    }

    /// Applies the list of a remote's guests, or a part of it: what it does not name is gone.
    package mutating func apply(
        _ guests: ArraySlice<GuestReport>,
        _ part: ListPart,
        of remote: RemoteID,
        at now: FleetTime
    ) {
        proxmox.apply(guests, part, of: remote, at: now, to: &tables, noting: &news)
    }

    /// Applies the list of a remote's storages, or a part of it: what it does not name is gone.
    package mutating func apply(
        _ storages: ArraySlice<StorageGroup>,
        _ part: ListPart,
        of remote: RemoteID,
        at now: FleetTime
    ) {
        proxmox.apply(storages, part, of: remote, at: now, to: &tables, noting: &news)
    }

    /// Applies what a node told of itself; nothing of a node that no list has named.
    package mutating func apply(
        _ details: NodeDetails,
        of remote: RemoteID,
        at now: FleetTime
    ) {
        proxmox.apply(details, of: remote, at: now, to: &tables, noting: &news)
    }

    /// Applies what a remote says about itself as a cluster.
    package mutating func apply(
        _ cluster: ClusterReport,
        of remote: RemoteID,
        at now: FleetTime
    ) {
        proxmox.apply(cluster, of: remote, at: now, to: &tables, noting: &news)
    }

    /// Notes that a poll succeeded, before or after its lists are applied: the remote is online.
    package mutating func noteAnswer(
        _ answer: RemoteAnswer,
        of remote: RemoteID,
        at now: FleetTime
    ) {
        proxmox.note(answer, of: remote, at: now, in: &tables, noting: &news)
    }

    /// Notes why a poll failed: what the remote has listed stays, and is stale.
    package mutating func noteFailure(
        _ words: String,
        of remote: RemoteID,
        at now: FleetTime
    ) {
        proxmox.note(failure: words, of: remote, at: now, in: &tables, noting: &news)
    }
}
