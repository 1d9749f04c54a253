package import PulseJSON

/// The tables of all streams, by `StreamName.index`, and that of what is looked at.
typealias ResourceTables = InlineArray<9, ResourceTable>

/// The normalised truth about everything that is monitored.
///
/// `apply` is the only door in. A tick (`beginTick`, messages, `endTick`) is the only way out: it
/// publishes what has changed, and every message tells only what is published.
package struct Fleet: ~Copyable {
    /// Names this run of the server: generations and handles of another one mean nothing in it.
    package let epochText: String

    /// The place of the table that has a row for each resource that is looked at.
    static let detailTable = 8

    var tables: ResourceTables
    private var hosts = HostRegistry()
    var proxmox = ProxmoxRegistry()
    var news = FleetNews()
    private var summary = Summary()
    var details = DetailRegistry()

    /// An empty fleet; `epoch` is to be drawn at random.
    package init(epoch: UInt64) {
        let digits = String(epoch, radix: 16)
        epochText = String(repeating: "0", count: 16 - digits.count) + digits
        tables = ResourceTables { table in
            let schema = table == Self.detailTable ? .details : StreamName.allCases[table].schema
            return ResourceTable(schema: schema)
        }
    }

    /// Applies one report of a host.
    @discardableResult
    package mutating func apply(_ report: HostReport, at now: FleetTime) -> ReportOutcome {
        hosts.apply(report, at: now, to: &tables[StreamName.hosts.index], noting: &news)
    }

    /// Forgets a host, whose next report makes a new one of it, and says whether it was known.
    @discardableResult
    package mutating func removeHost(id: String) -> Bool {
        hosts.remove(id: id, from: &tables[StreamName.hosts.index], noting: &news)
    }

    /// Marks what has been silent for too long as offline or stale, and writes the newest figures
    /// into the history; to be called once a tick.
    package mutating func expire(at now: FleetTime) {
        hosts.expire(at: now, in: &tables[StreamName.hosts.index], noting: &news)
        proxmox.expire(at: now, in: &tables, noting: &news)
        link(at: now)
        news.problems.expire(at: now)
        news.history.record(at: now)
    }

    /// Tells hosts and nodes which of them are one machine.
    private mutating func link(at now: FleetTime) {
        for link in news.links.takeChanges() {
            if let host = link.host {
                let index = StreamName.hosts.index
                hosts.link(host.slot, to: link.node?.id, in: &tables[index])
            }
            if let node = link.node {
                proxmox.link(node.slot, to: link.host?.id, at: now, in: &tables, noting: &news)
            }
        }
    }

    /// Writes the recent history of some resources; `ts` is the intended time of the last tick.
    package func encodeHistory(
        _ query: HistoryQuery,
        ts: Int64,
        at now: FleetTime,
        into writer: inout JSONWriter
    ) {
        news.history.encode(query, ts: ts, at: now, into: &writer)
    }

    /// Takes over the recent history of an earlier run; to be called before anything is applied.
    package mutating func restoreHistory(
        _ archive: HistoryArchive,
        at now: FleetTime
    ) throws(HistoryArchiveError) {
        try news.history.restore(archive, at: now)
    }

    /// Forgets what an earlier run knew, and returns whether there was any.
    ///
    /// After a jump of the wall clock: by it alone one could tell how long ago that was.
    package mutating func forgetRestoredHistory() -> Bool { news.history.forgetRestored() }

    /// Begins to copy the recent history out.
    package mutating func historyArchiver(at now: FleetTime) -> HistoryArchiver {
        news.history.archiver(at: now)
    }

    /// The next part of the archive, or `nil` when there is only its end left.
    package func nextPart(of archiver: inout HistoryArchiver) -> [UInt8]? {
        archiver.next(news.history)
    }

    /// The last part of the archive.
    package func finish(_ archiver: HistoryArchiver, at now: FleetTime) -> [UInt8] {
        news.history.finish(archiver, at: now)
    }

    /// Publishes what has changed since the last tick; `hasChanged` says in which streams.
    ///
    /// The generation of each of these is one higher now. `endTick` must follow, and until then
    /// `delta` tells what changed.
    package mutating func beginTick() {
        news.events.publish(to: &tables[StreamName.events.index])
        news.problems.publish(to: &tables[StreamName.problems.index])
        var census = proxmox.census
        census.hosts = hosts.census
        let verdict = news.problems.verdict
        summary.publish(verdict, census, to: &tables[StreamName.summary.index])
        for index in tables.indices { _ = tables[index].beginTick() }
    }

    /// Forgets what the tick changed.
    package mutating func endTick() {
        for index in tables.indices { tables[index].endTick() }
    }

    /// How many ticks have changed this stream; 0 at first.
    package func generation(of view: StreamView) -> UInt64 {
        view.scope.map { tables[view.table].generation(ofScope: $0) }
            ?? tables[view.table].generation
    }

    /// Whether the open tick has changed this stream.
    package func hasChanged(_ view: StreamView) -> Bool {
        view.scope.map { tables[view.table].hasChanged($0) } ?? !tables[view.table].change.isEmpty
    }

    /// Finds a stream; `nil` when no remote has the name, or nobody looks at the resource.
    package func view(of key: StreamKey) -> StreamView? {
        switch key {
        case .whole(let stream): .whole(stream)
        case .scoped(let stream, let remote):
            proxmox.remote(named: remote).map {
                StreamView(table: stream.index, scope: $0.id.number, name: key.text)
            }
        case .resource(let id):
            details.slot(of: id).map {
                StreamView(table: Self.detailTable, scope: $0, name: key.text)
            }
        }
    }
}
