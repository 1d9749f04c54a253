/// What single resources tell that somebody looks at.
extension Fleet {
    /// Begins to keep the details of a resource; returns the remote that has to be asked for them.
    ///
    /// Stream `resource/…` is there from the next tick on. Who is known already stays as it is.
    package mutating func openDetails(of id: String) throws(DetailRefusal) -> RemoteID {
        guard let (remote, _) = try find(id) else { throw .unknown }
        if details.slot(of: id) == nil {
            guard details.count < FleetLimits.detailsMax else { throw .tooMany }
            details.open(id, in: &tables[Self.detailTable])
        }
        return remote.id
    }

    /// Keeps them no more.
    package mutating func closeDetails(of id: String) {
        details.close(id, in: &tables[Self.detailTable])
    }

    /// Whom to ask for them now, for a guest may migrate; `nil` when it is not there any more.
    package func detailSource(of id: String) -> DetailSource? {
        (try? find(id))?.source
    }

    /// Applies what a resource has told.
    package mutating func apply(_ report: DetailReport, of id: String, at now: FleetTime) {
        guard let source = detailSource(of: id) else { return }
        details.take(report, from: source, of: id, at: now, in: &tables[Self.detailTable])
    }

    /// Notes why it could not be asked.
    package mutating func noteFailure(_ words: String, ofDetails id: String) {
        details.take(failure: words, of: id, in: &tables[Self.detailTable])
    }

    /// Finds a guest or a node by its identity, `guest:REMOTE/VMID` or `node:REMOTE/NAME`.
    private func find(
        _ id: String
    ) throws(DetailRefusal) -> (remote: Remote, source: DetailSource)? {
        // The name of a remote may have slashes, numbers and names of nodes have none.
        guard let colon = id.firstIndex(of: ":"), let slash = id.lastIndex(of: "/"), colon < slash
        else { throw .noDetails }
        let name = String(id[id.index(after: slash)...])
        let kind = id[..<colon]
        guard kind == "guest" || kind == "node" else { throw .noDetails }
        let remoteName = String(id[id.index(after: colon)..<slash])
        guard let remote = proxmox.remote(named: remoteName) else { return nil }
        if kind == "node" {
            return proxmox.node(name, of: remote).map { _ in (remote, .node(name)) }
        }
        // Only the digits that the row has are its identity.
        guard let vmid = UInt64(name), "\(vmid)" == name,
            let guest = proxmox.guest(vmid, of: remote)
        else { return nil }
        return (remote, .guest(guest.report.kind, vmid: vmid, node: guest.report.node))
    }
}
