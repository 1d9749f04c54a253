package import PulseJSON

/// The identity of the one fleet of a process, handed to those on the first reactor that report to
/// it or tell of it; it forwards to a `Fleet` and never leaves that thread.
package final class FleetOwner {
    private var fleet: Fleet

    /// An empty fleet; `epoch` is to be drawn at random.
    package init(epoch: UInt64) {
        fleet = Fleet(epoch: epoch)
    }

    /// Names this run of the server, in 16 hex digits.
    package var epochText: String { fleet.epochText }

    /// See `Fleet.apply`.
    @discardableResult
    package func apply(_ report: HostReport, at now: FleetTime) -> ReportOutcome {
        fleet.apply(report, at: now)
    }

    /// See `Fleet.removeHost`.
    @discardableResult
    package func removeHost(id: String) -> Bool {
        fleet.removeHost(id: id)
    }

    /// See `Fleet.addRemote`.
    package func addRemote(
        _ description: RemoteDescription,
        pollNanoseconds: UInt64,
        at now: FleetTime
    ) -> RemoteID {
        fleet.addRemote(description, pollNanoseconds: pollNanoseconds, at: now)
    }

    /// See `Fleet.removeRemote`.
    package func removeRemote(_ id: RemoteID) {
        fleet.removeRemote(id)
    }

    /// See `Fleet.apply`.
    package func apply(
        _ nodes: ArraySlice<NodeReport>,
        _ part: ListPart,
        of remote: RemoteID,
        at now: FleetTime
    ) {
        fleet.apply(nodes, part, of: remote, at: now)
    }

    /// See `Fleet.apply`.
    package func apply(
        _ guests: ArraySlice<GuestReport>,
        _ part: ListPart,
        of remote: RemoteID,
        at now: FleetTime
    ) {
        fleet.apply(guests, part, of: remote, at: now)
    }

    /// See `Fleet.apply`.
    package func apply(
        _ storages: ArraySlice<StorageGroup>,
        _ part: ListPart,
        of remote: RemoteID,
        at now: FleetTime
    ) {
        fleet.apply(storages, part, of: remote, at: now)
    }

    /// See `Fleet.apply`.
    package func apply(_ details: NodeDetails, of remote: RemoteID, at now: FleetTime) {
        fleet.apply(details, of: remote, at: now)
    }

    /// See `Fleet.apply`.
    package func apply(_ cluster: ClusterReport, of remote: RemoteID, at now: FleetTime) {
        fleet.apply(cluster, of: remote, at: now)
    }

    /// See `Fleet.noteAnswer`.
    package func noteAnswer(_ answer: RemoteAnswer, of remote: RemoteID, at now: FleetTime) {
        fleet.noteAnswer(answer, of: remote, at: now)
    }

    /// See `Fleet.noteFailure`.
    package func noteFailure(_ words: String, of remote: RemoteID, at now: FleetTime) {
        fleet.noteFailure(words, of: remote, at: now)
    }

    /// See `Fleet.expire`.
    package func expire(at now: FleetTime) {
        fleet.expire(at: now)
    }

    /// See `Fleet.encodeHistory`.
    package func encodeHistory(
        _ query: HistoryQuery,
        ts: Int64,
        at now: FleetTime,
        into writer: inout JSONWriter
    ) {
        fleet.encodeHistory(query, ts: ts, at: now, into: &writer)
    }

    /// See `Fleet.restoreHistory`.
    package func restoreHistory(
        _ archive: HistoryArchive,
        at now: FleetTime
    ) throws(HistoryArchiveError) {
        try fleet.restoreHistory(archive, at: now)
    }

    /// See `Fleet.forgetRestoredHistory`.
    package func forgetRestoredHistory() -> Bool { fleet.forgetRestoredHistory() }

    /// See `Fleet.historyArchiver`.
    package func historyArchiver(at now: FleetTime) -> HistoryArchiver {
        fleet.historyArchiver(at: now)
    }

    /// See `Fleet.nextPart`.
    package func nextPart(of archiver: inout HistoryArchiver) -> [UInt8]? {
        fleet.nextPart(of: &archiver)
    }

    /// See `Fleet.finish`.
    package func finish(_ archiver: HistoryArchiver, at now: FleetTime) -> [UInt8] {
        fleet.finish(archiver, at: now)
    }

    /// See `Fleet.beginTick`.
    package func beginTick() {
        fleet.beginTick()
    }

    /// See `Fleet.endTick`.
    package func endTick() {
        fleet.endTick()
    }

    /// See `Fleet.generation`.
    package func generation(of view: StreamView) -> UInt64 {
        fleet.generation(of: view)
    }

    /// The generations of all streams now.
    package var generations: StreamGenerations {
        var generations = StreamGenerations()
        for stream in StreamName.allCases {
            generations[stream] = fleet.generation(of: .whole(stream))
        }
        return generations
    }

    /// See `Fleet.delta`.
    package func delta(of view: StreamView) -> StreamDelta { fleet.delta(of: view) }

    /// See `Fleet.byteCountMax`.
    package func byteCountMax(of delta: StreamDelta) -> Int { fleet.byteCountMax(of: delta) }

    /// See `Fleet.encode`.
    package func encode(_ delta: StreamDelta, ts: Int64, into writer: inout JSONWriter) {
        fleet.encode(delta, ts: ts, into: &writer)
    }

    /// See `Fleet.snapshotParts`.
    package func snapshotParts(
        of view: StreamView,
        byteCountMax: Int = FleetLimits.snapshotPartBytesMax
    ) -> SnapshotLayout {
        fleet.snapshotParts(of: view, byteCountMax: byteCountMax)
    }

    /// See `Fleet.encodeSnapshotPart`.
    package func encodeSnapshotPart(
        _ index: Int,
        of layout: SnapshotLayout,
        ts: Int64,
        into writer: inout JSONWriter
    ) {
        fleet.encodeSnapshotPart(index, of: layout, ts: ts, into: &writer)
    }

    /// See `Fleet.stateByteCountMax`.
    package func stateByteCountMax(of view: StreamView) -> Int {
        fleet.stateByteCountMax(of: view)
    }

    /// See `Fleet.encodeState`.
    package func encodeState(of view: StreamView, ts: Int64, into writer: inout JSONWriter) {
        fleet.encodeState(of: view, ts: ts, into: &writer)
    }

    // MARK: Views

    /// See `Fleet.view`.
    package func view(of key: StreamKey) -> StreamView? { fleet.view(of: key) }

    /// See `Fleet.hasChanged`.
    package func hasChanged(_ view: StreamView) -> Bool { fleet.hasChanged(view) }

    /// See `Fleet.openDetails`.
    package func openDetails(of id: String) throws(DetailRefusal) -> RemoteID {
        try fleet.openDetails(of: id)
    }

    /// See `Fleet.closeDetails`.
    package func closeDetails(of id: String) { fleet.closeDetails(of: id) }

    /// See `Fleet.detailSource`.
    package func detailSource(of id: String) -> DetailSource? { fleet.detailSource(of: id) }

    /// See `Fleet.apply`.
    package func apply(_ details: DetailReport, of id: String, at now: FleetTime) {
        fleet.apply(details, of: id, at: now)
    }

    /// See `Fleet.noteFailure`.
    package func noteFailure(_ words: String, ofDetails id: String) {
        fleet.noteFailure(words, ofDetails: id)
    }
}
