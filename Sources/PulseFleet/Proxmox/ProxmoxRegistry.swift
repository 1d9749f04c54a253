/// Normalises what remotes report into the rows of streams `remotes`, `nodes`, `guests` and
/// `storage`.
///
/// What comes of a remote that was removed meanwhile is dropped.
struct ProxmoxRegistry: ~Copyable {
    /// By slot of stream `remotes`; `nil` where the table has no live row.
    private var remotes: [Remote?] = []
    private var remoteCount = 0
    private var nodes = Listing<Node>(countMax: FleetLimits.nodesMax)
    private var guests = Listing<Guest>(countMax: FleetLimits.guestsMax)
    private var storages = Listing<Storage>(countMax: FleetLimits.storagesMax)
    /// Four times the longest field, a text each byte of which becomes six.
    private var scratch = FragmentScratch(capacity: 24 * FleetLimits.textBytesMax)

    // MARK: Remotes

    /// Takes in a remote, which no other one is named like.
    mutating func add(
        _ description: RemoteDescription,
        pollNanoseconds: UInt64,
        at now: FleetTime,
        to tables: inout ResourceTables
    ) -> RemoteID {
        precondition(description.name.isName, "a remote's name is empty or too long")
        precondition(
            !remotes.contains { $0?.name == description.name },
            "two remotes have the same name"
        )
        let slot = tables[StreamName.remotes.index].insert()
        while remotes.count <= slot { remotes.append(nil) }
        let id = RemoteID(slot: slot, number: remoteCount)
        remoteCount += 1
        let remote = Remote(id, description, pollNanoseconds: pollNanoseconds, at: now)
        remotes[slot] = remote
        write(remote, to: &tables)
        return id
    }

    /// Forgets a remote and everything that it has listed.
    mutating func remove(_ id: RemoteID, from tables: inout ResourceTables) {
        guard let remote = remote(id) else { return }
        nodes.removeAll(of: remote, from: &tables[StreamName.nodes.index])
        guests.removeAll(of: remote, from: &tables[StreamName.guests.index])
        storages.removeAll(of: remote, from: &tables[StreamName.storage.index])
        remotes[id.slot] = nil
        tables[StreamName.remotes.index].remove(id.slot)
    }

    /// Notes that a poll succeeded.
    mutating func note(
        _ answer: RemoteAnswer,
        of id: RemoteID,
        at now: FleetTime,
        in tables: inout ResourceTables
    ) {
        guard var remote = remote(id) else { return }
        let isLiveAgain = remote.take(answer, at: now)
        remotes[id.slot] = remote
        write(remote, to: &tables)
        if isLiveAgain { reconsider(remote, at: now, in: &tables) }
    }

    /// Notes that a poll failed.
    mutating func note(
        failure words: String,
        of id: RemoteID,
        at now: FleetTime,
        in tables: inout ResourceTables
    ) {
        guard var remote = remote(id) else { return }
        let wasLive = remote.take(failure: words, at: now)
        remotes[id.slot] = remote
        write(remote, to: &tables)
        if wasLive { reconsider(remote, at: now, in: &tables) }
    }

    // MARK: Lists

    /// Applies the whole list of a remote's nodes.
    mutating func apply(
        _ reports: [NodeReport],
        of id: RemoteID,
        at now: FleetTime,
        to tables: inout ResourceTables
    ) {
        guard var remote = remote(id) else { return }
        var downNodes: Set<String> = []
        for report in reports {
            if report.status != "online" {
                downNodes.insert(report.name)
            } else if !downNodes.isEmpty {
                downNodes.remove(report.name)
            }
        }
        let areSameDown = downNodes == remote.downNodes
        remote.downNodes = downNodes
        remotes[id.slot] = remote
        nodes.apply(reports, of: remote, at: now, to: &tables[StreamName.nodes.index])
        guard !areSameDown else { return }
        guests.reconsider(of: remote, at: now, in: &tables[StreamName.guests.index])
        storages.reconsider(of: remote, at: now, in: &tables[StreamName.storage.index])
    }

    /// Applies the whole list of a remote's guests.
    mutating func apply(
        _ reports: [GuestReport],
        of id: RemoteID,
        at now: FleetTime,
        to tables: inout ResourceTables
    ) {
        guard let remote = remote(id) else { return }
        guests.apply(reports, of: remote, at: now, to: &tables[StreamName.guests.index])
    }

    /// Applies the whole list of a remote's storages.
    mutating func apply(
        _ reports: [StorageReport],
        of id: RemoteID,
        at now: FleetTime,
        to tables: inout ResourceTables
    ) {
        guard let remote = remote(id) else { return }
        let groups = Storage.grouped(reports)
        storages.apply(groups, of: remote, at: now, to: &tables[StreamName.storage.index])
    }

    /// Applies what a node told of itself, if a list has named it.
    mutating func apply(
        _ details: NodeDetails,
        of id: RemoteID,
        at now: FleetTime,
        to tables: inout ResourceTables
    ) {
        guard let remote = remote(id) else { return }
        nodes.update(details.name, of: remote, in: &tables[StreamName.nodes.index]) {
            $0.take(details, of: remote, at: now)
        }
    }

    /// Applies what a remote says about itself as a cluster.
    mutating func apply(
        _ cluster: ClusterReport,
        of id: RemoteID,
        at now: FleetTime,
        to tables: inout ResourceTables
    ) {
        guard var remote = remote(id) else { return }
        var addresses: [String: String] = [:]
        for member in cluster.members.prefix(FleetLimits.nodesMax) {
            addresses[member.name] = member.address
        }
        let areSame = addresses == remote.addresses
        remote.addresses = addresses
        remote.traits.cluster = cluster.name
        remote.traits.isQuorate = cluster.isQuorate
        remotes[id.slot] = remote
        write(remote, to: &tables)
        if !areSame {
            nodes.reconsider(of: remote, at: now, in: &tables[StreamName.nodes.index])
        }
    }

    // MARK: Time

    /// Marks what has shown nothing new for too long.
    mutating func expire(at now: FleetTime, in tables: inout ResourceTables) {
        for slot in remotes.indices {
            guard var remote = remotes[slot], remote.expire(at: now) else { continue }
            remotes[slot] = remote
            write(remote, to: &tables)
            reconsider(remote, at: now, in: &tables)
        }
        nodes.expire(at: now, remotes: remotes, in: &tables[StreamName.nodes.index])
        guests.expire(at: now, remotes: remotes, in: &tables[StreamName.guests.index])
    }

    private mutating func reconsider(
        _ remote: Remote,
        at now: FleetTime,
        in tables: inout ResourceTables
    ) {
        nodes.reconsider(of: remote, at: now, in: &tables[StreamName.nodes.index])
        guests.reconsider(of: remote, at: now, in: &tables[StreamName.guests.index])
        storages.reconsider(of: remote, at: now, in: &tables[StreamName.storage.index])
    }

    private func remote(_ id: RemoteID) -> Remote? {
        guard id.slot < remotes.count, let remote = remotes[id.slot], remote.id == id else {
            return nil
        }
        return remote
    }

    private mutating func write(_ remote: Remote, to tables: inout ResourceTables) {
        let index = StreamName.remotes.index
        tables[index].write(traits: remote.traits, to: remote.id.slot, through: &scratch)
        tables[index].write(figures: remote.figures, to: remote.id.slot)
    }
}
