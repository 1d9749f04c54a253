/// What generator and server used within the measured time.
struct LoadShares {
    var measuredNanoseconds: UInt64
    var idleShare: Double?
    var server: LoadReport.ServerFigures?

    init(measuredNanoseconds: UInt64) { self.measuredNanoseconds = measuredNanoseconds }
}

extension LoadReport {
    mutating func take(_ figures: LoadFigures) {
        opened = figures.opened
        messages = figures.messages
        deltas = figures.deltas
        snapshots = figures.snapshots
        heartbeats = figures.heartbeats
        bytes = figures.bytes
        firstState = figures.firstStates.summary
        latency = figures.latencies.summary
        spread = figures.spreads.summary
        firstTick = figures.firstTick
        lastTick = figures.lastTick
        missed = figures.missed
        snapshotsAgain = figures.snapshotsAgain
        resumedByDeltas = figures.resumedByDeltas
        resumedBySnapshots = figures.resumedBySnapshots
        errors = figures.errors
            .map { (kind: $0.key.text, count: $0.value) }
            .sorted { ($1.count, $0.kind) < ($0.count, $1.kind) }
    }

    mutating func take(_ shares: LoadShares) {
        measuredNanoseconds = shares.measuredNanoseconds
        idleShare = shares.idleShare
        server = shares.server
    }
}

extension LoadReport.Agents {
    init(_ figures: AgentFigures, _ count: Int) {
        self.count = count
        accepted = figures.accepted
        refused = figures.refused
            .map { (status: $0.key, count: $0.value) }
            .sorted { $0.status < $1.status }
        lost = figures.lost
        late = figures.late
        connections = figures.connections
        latency = figures.latencies.summary
    }
}
