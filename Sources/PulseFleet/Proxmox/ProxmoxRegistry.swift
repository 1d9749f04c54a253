/// Normalises what remotes report into the rows of streams `remotes`, `nodes`, `guests` and
/// `storage`.
///
/// What comes of a remote that was removed meanwhile is dropped.
struct ProxmoxRegistry: ~Copyable {
    /// By slot of stream `remotes`; `nil` where the table has no live row.
    private var remotes: [Remote?] = []
    private var remoteCount = 0
    private var onlineCount = 0
    private var nodes = Listing<Node>(countMax: FleetLimits.nodesMax)
    private var guests = Listing<Guest>(countMax: FleetLimits.guestsMax)
    private var storages = Listing<Storage>(countMax: FleetLimits.storagesMax)
    /// Four times the longest field, a text each byte of which becomes six.
    private var scratch = FragmentScratch(capacity: 24 * FleetLimits.textBytesMax)

    /// How many there are of all, but hosts.
    var census: Census {
        var census = Census()
        census.remotes = (remotes.count { $0 != nil }, onlineCount)
        census.nodes = (nodes.groupCounts.reduce(0, +), nodes.groupCounts[0])
        let groups = guests.groupCounts
        census.guests = (groups[0] + groups[1] + groups[2], groups[0], groups[1], groups[3])
        census.storages = (storages.groupCounts.reduce(0, +), storages.groupCounts[0])
        return census
    }

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
        for stream in StreamName.allCases where stream.hasScopes {
            tables[stream.index].openScope(id.number)
        }
        let remote = Remote(id, description, pollNanoseconds: pollNanoseconds, at: now)
        remotes[slot] = remote
        write(remote, to: &tables)
        return id
    }

    /// Forgets a remote and everything that it has listed.
    mutating func remove(
        _ id: RemoteID,
        from tables: inout ResourceTables,
        noting news: inout FleetNews
    ) {
        guard let remote = remote(id) else { return }
        nodes.removeAll(of: remote, from: &tables[StreamName.nodes.index], noting: &news)
        guests.removeAll(of: remote, from: &tables[StreamName.guests.index], noting: &news)
        storages.removeAll(of: remote, from: &tables[StreamName.storage.index], noting: &news)
        news.problems.forget(ProblemBook.Owner(stream: .remotes, slot: id.slot))
        news.history.remove(.remotes, id.slot)
        onlineCount -= remote.traits.status == .online ? 1 : 0
        remotes[id.slot] = nil
        tables[StreamName.remotes.index].remove(id.slot)
    }

    /// Notes that a poll succeeded.
    mutating func note(
        _ answer: RemoteAnswer,
        of id: RemoteID,
        at now: FleetTime,
        in tables: inout ResourceTables,
        noting news: inout FleetNews
    ) {
        guard var remote = remote(id) else { return }
        let isLiveAgain = remote.take(answer, at: now)
        keep(remote, at: now, in: &tables, noting: &news)
        if isLiveAgain { reconsider(remote, at: now, in: &tables, noting: &news) }
    }

    /// Notes that a poll failed.
    mutating func note(
        failure words: String,
        of id: RemoteID,
        at now: FleetTime,
        in tables: inout ResourceTables,
        noting news: inout FleetNews
    ) {
        guard var remote = remote(id) else { return }
        let wasLive = remote.take(failure: words, at: now)
        keep(remote, at: now, in: &tables, noting: &news)
        if wasLive { reconsider(remote, at: now, in: &tables, noting: &news) }
    }

    // MARK: Lists

    /// Applies the list of a remote's nodes, or a part of it.
    mutating func apply(
        _ reports: ArraySlice<NodeReport>,
        _ part: ListPart,
        of id: RemoteID,
        at now: FleetTime,
        to tables: inout ResourceTables,
        noting news: inout FleetNews
    ) {
        // Before it is copied out: so the set of nodes is not.
        guard remote(id) != nil, let turned = remotes[id.slot]?.take(reports, part),
            let remote = remote(id)
        else { return }
        let index = StreamName.nodes.index
        nodes.apply(reports, part, of: remote, at: now, to: &tables[index], noting: &news)
        if turned.isEmpty { return }
        let (ofGuests, ofStorage) = (StreamName.guests.index, StreamName.storage.index)
        guests.reconsider(of: remote, at: now, in: &tables[ofGuests], noting: &news) {
            turned.contains($0.report.node)
        }
        storages.reconsider(of: remote, at: now, in: &tables[ofStorage], noting: &news) {
            $0.report.entries.contains { turned.contains($0.node) }
        }
    }

    /// Applies the list of a remote's guests, or a part of it.
    mutating func apply(
        _ reports: ArraySlice<GuestReport>,
        _ part: ListPart,
        of id: RemoteID,
        at now: FleetTime,
        to tables: inout ResourceTables,
        noting news: inout FleetNews
    ) {
        guard let remote = remote(id) else { return }
        let index = StreamName.guests.index
        guests.apply(reports, part, of: remote, at: now, to: &tables[index], noting: &news)
    }

    /// Applies the list of a remote's storages, or a part of it.
    mutating func apply(
        _ groups: ArraySlice<StorageGroup>,
        _ part: ListPart,
        of id: RemoteID,
        at now: FleetTime,
        to tables: inout ResourceTables,
        noting news: inout FleetNews
    ) {
        guard let remote = remote(id) else { return }
        let index = StreamName.storage.index
        storages.apply(groups, part, of: remote, at: now, to: &tables[index], noting: &news)
    }

    /// Applies what a node told of itself, if a list has named it.
    mutating func apply(
        _ details: NodeDetails,
        of id: RemoteID,
        at now: FleetTime,
        to tables: inout ResourceTables,
        noting news: inout FleetNews
    ) {
        guard let remote = remote(id) else { return }
        let index = StreamName.nodes.index
        nodes.update(details.name, of: remote, at: now, in: &tables[index], noting: &news) {
            $0.take(details, of: remote, at: now)
        }
    }

    /// Applies what a remote says about itself as a cluster.
    mutating func apply(
        _ cluster: ClusterReport,
        of id: RemoteID,
        at now: FleetTime,
        to tables: inout ResourceTables,
        noting news: inout FleetNews
    ) {
        guard var remote = remote(id) else { return }
        let haveMoved = remote.take(cluster)
        keep(remote, at: now, in: &tables, noting: &news)
        if haveMoved {
            let index = StreamName.nodes.index
            nodes.reconsider(of: remote, at: now, in: &tables[index], noting: &news)
        }
    }

    /// Tells a node which host it is.
    mutating func link(
        _ node: Int,
        to host: String?,
        at now: FleetTime,
        in tables: inout ResourceTables,
        noting news: inout FleetNews
    ) {
        let index = StreamName.nodes.index
        nodes.update(node, of: remotes, at: now, in: &tables[index], noting: &news) {
            $0.link(to: host)
        }
    }

    // MARK: Time

    /// Marks what has shown nothing new for too long.
    mutating func expire(
        at now: FleetTime,
        in tables: inout ResourceTables,
        noting news: inout FleetNews
    ) {
        for slot in remotes.indices {
            guard var remote = remotes[slot], remote.expire(at: now) else { continue }
            keep(remote, at: now, in: &tables, noting: &news)
            reconsider(remote, at: now, in: &tables, noting: &news)
        }
        let (ofNodes, ofGuests) = (StreamName.nodes.index, StreamName.guests.index)
        nodes.expire(at: now, remotes: remotes, in: &tables[ofNodes], noting: &news)
        guests.expire(at: now, remotes: remotes, in: &tables[ofGuests], noting: &news)
    }

    private mutating func reconsider(
        _ remote: Remote,
        at now: FleetTime,
        in tables: inout ResourceTables,
        noting news: inout FleetNews
    ) {
        let (ofNodes, ofGuests) = (StreamName.nodes.index, StreamName.guests.index)
        let ofStorage = StreamName.storage.index
        nodes.reconsider(of: remote, at: now, in: &tables[ofNodes], noting: &news)
        guests.reconsider(of: remote, at: now, in: &tables[ofGuests], noting: &news)
        storages.reconsider(of: remote, at: now, in: &tables[ofStorage], noting: &news)
    }

    // MARK: Finding

    func remote(named name: String) -> Remote? {
        remotes.first { $0?.name == name } ?? nil
    }

    /// A guest that is listed.
    func guest(_ vmid: UInt64, of remote: Remote) -> Guest? { guests.resource(vmid, of: remote) }

    /// A node that is listed.
    func node(_ name: String, of remote: Remote) -> Node? { nodes.resource(name, of: remote) }

    private func remote(_ id: RemoteID) -> Remote? {
        guard id.slot < remotes.count, let remote = remotes[id.slot], remote.id == id else {
            return nil
        }
        return remote
    }

    /// Keeps what has changed of a remote, and says what that means.
    private mutating func keep(
        _ remote: Remote,
        at now: FleetTime,
        in tables: inout ResourceTables,
        noting news: inout FleetNews
    ) {
        let before = remotes[remote.id.slot]?.traits
        remotes[remote.id.slot] = remote
        onlineCount += remote.traits.status == .online ? 1 : 0
        onlineCount -= before?.status == .online ? 1 : 0
        write(remote, to: &tables)
        for change in remote.traits.changes(since: before) {
            news.note(change, of: remote.subject, at: now)
        }
        let owner = ProblemBook.Owner(stream: .remotes, slot: remote.id.slot)
        news.problems.take(remote.look, of: owner, isFirst: false, at: now) { remote.subject }
        news.history.note(.remotes, remote.id.slot, id: { remote.subject.id }) { _ in
            remote.isStale ? nil : remote.figures.latencyMilliseconds
        }
    }

    private mutating func write(_ remote: Remote, to tables: inout ResourceTables) {
        let index = StreamName.remotes.index
        tables[index].write(traits: remote.traits, to: remote.id.slot, through: &scratch)
        tables[index].write(figures: remote.figures, to: remote.id.slot)
    }
}
