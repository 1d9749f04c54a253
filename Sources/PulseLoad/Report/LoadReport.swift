/// What a run has found; times in microseconds unless their name says otherwise.
package struct LoadReport: Sendable {
    package struct Agents: Sendable {
        package var count = 0
        package var accepted: UInt64 = 0
        package var refused: [(status: UInt16, count: Int)] = []
        package var lost: UInt64 = 0
        package var late: UInt64 = 0
        package var connections: UInt64 = 0
        package var latency: LatencySummary?
    }

    package struct ServerFigures: Sendable {
        package var pid: Int32
        /// Processor time within the measured time.
        package var cpuNanoseconds: UInt64
        package var residentBytes: UInt64
    }

    package var url = ""
    package var backend = ""
    package var streams: [String] = []
    package var intervalMilliseconds: UInt64 = 0
    package var clients = 0
    package var stalled = 0
    package var reconnecting = 0
    /// Clients that had subscribed and were there at the end.
    package var openAtEnd = 0
    /// Connections that came as far as the server's first message.
    package var opened: UInt64 = 0
    package var wasInterrupted = false
    package var rampNanoseconds: UInt64 = 0
    /// How long ticks came unmeasured after that.
    package var warmUpNanoseconds: UInt64 = 0
    /// How long it took behind the ramp until every dashboard had its first state.
    package var settleNanoseconds: UInt64 = 0
    /// Dashboards that were still without one when the measured time began.
    package var unsettled = 0
    /// From a subscription to its whole snapshot.
    package var firstState: LatencySummary?
    /// How long was measured after that.
    package var measuredNanoseconds: UInt64 = 0
    package var messages: UInt64 = 0
    package var deltas: UInt64 = 0
    package var snapshots: UInt64 = 0
    package var heartbeats: UInt64 = 0
    package var bytes: UInt64 = 0
    package var latency: LatencySummary?
    package var spread: LatencySummary?
    /// The first and the last tick that was measured, in milliseconds since 1970.
    package var firstTick: UInt64?
    package var lastTick: UInt64?
    package var missed: UInt64 = 0
    package var snapshotsAgain: UInt64 = 0
    /// Reading clients that at the end lack more than the newest tick of some stream.
    package var behind = 0
    package var resumedByDeltas: UInt64 = 0
    package var resumedBySnapshots: UInt64 = 0
    package var errors: [(kind: String, count: Int)] = []
    /// Part of the measured time in which the generator neither ran nor waited for a processor.
    package var idleShare: Double?
    package var server: ServerFigures?
    package var replayedClients = 0
    package var replays: [ReplayOutcome] = []
    package var replayFailure: String?
    package var agents: Agents?
    /// What was required, and whether it holds.
    package var requirements: [(text: String, value: String, holds: Bool)] = []

    package init() {}

    package var errorCount: Int { errors.reduce(0) { $0 + $1.count } }

    /// Whether every replayed client has exactly what the server has.
    package var replayHolds: Bool {
        replayFailure == nil && replays.allSatisfy { $0.differences.isEmpty }
    }

    /// Whether the generator may have been the bottleneck.
    package var isGeneratorBusy: Bool { idleShare.map { $0 < LoadLimits.idleShareMin } ?? false }

    /// Whether anybody was served at all.
    package var isServed: Bool { opened > 0 || agents.map { $0.accepted > 0 } ?? false }

    /// Whether the run shows what it was to show.
    package var holds: Bool {
        replayHolds && !wasInterrupted && isServed && requirements.allSatisfy(\.holds)
    }
}
