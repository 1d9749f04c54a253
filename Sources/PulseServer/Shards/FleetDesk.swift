import Logging
import PulseFleet
import PulseJSON

/// What the shards' servers ask of the fleet, answered beside it.
final class FleetDesk {
    let fleet: FleetOwner
    let publisher: Publisher
    private let remotes: Remotes
    private let isDemo: Bool
    private let log: Logger
    /// The identity under which this machine stands in the fleet, once it does.
    var ownIdentity: String?
    /// What was encoded since the last tick: all who ask get the same bytes.
    private var states: [StreamKey?: [UInt8]] = [:]
    /// Agents whose last report was refused; one line in the log for each change.
    private var refused: Set<String> = []

    init(
        fleet: FleetOwner,
        publisher: Publisher,
        remotes: Remotes,
        isDemo: Bool,
        log: Logger
    ) {
        self.fleet = fleet
        self.publisher = publisher
        self.remotes = remotes
        self.isDemo = isDemo
        self.log = log
    }

    func answer(_ question: Question) -> Answer {
        switch question {
        case .readiness: .readiness(isReady)
        case .state(let stream): state(of: stream)
        case .history(let query): .history(history(query))
        case .report(let report): .report(apply(report))
        case .refresh(let name): refresh(name)
        }
    }

    // MARK: Streams

    /// Gives a shard the deltas of a stream from the next tick on, or says why not.
    func watch(_ key: StreamKey, by shard: Int) -> Result<WatchedLog, CommandRefusal> {
        if case .resource(let id) = key, let refusal = lookAt(id) { return .failure(refusal) }
        guard let view = fleet.view(of: key) else { return .failure(.unknownStream(key.text)) }
        return .success(publisher.watch(key, view, by: shard))
    }

    /// Gives a shard no more deltas of a stream.
    func unwatch(_ key: StreamKey, by shard: Int) {
        if publisher.unwatch(key, by: shard) { leave(key) }
    }

    /// Gives a shard nothing more.
    func forget(_ shard: Int) {
        for key in publisher.forget(shard) { leave(key) }
    }

    /// Begins to ask for the details of a resource; returns why that cannot be.
    private func lookAt(_ id: String) -> CommandRefusal? {
        do throws(DetailRefusal) {
            let remote = try fleet.openDetails(of: id)
            remotes.lookAt(id, of: remote)
            return nil
        } catch {
            return CommandRefusal(error, id)
        }
    }

    private func leave(_ key: StreamKey) {
        guard case .resource(let id) = key else { return }
        fleet.closeDetails(of: id)
        remotes.lookAway(from: id)
    }

    private func refresh(_ name: String) -> Answer {
        if let refusal = remotes.refresh(name) { .refused(refusal) } else { .refreshed(name) }
    }

    /// Whether this machine has reported once and each remote was asked once.
    private var isReady: Bool { (isDemo || ownIdentity != nil) && remotes.areTried }

    // MARK: State

    /// Forgets what was encoded: a tick has published something else.
    func forgetStates() { states = [:] }

    private func state(of key: StreamKey?) -> Answer {
        if let known = states[key] { return .state(known) }
        guard let key else {
            let encoded = encodeStates()
            states[key] = encoded
            return .state(encoded)
        }
        guard let view = fleet.view(of: key) else { return .refused(.unknownStream(key.text)) }
        let encoded = encodeState(of: view)
        states[key] = encoded
        return .state(encoded)
    }

    private func encodeState(of view: StreamView) -> [UInt8] {
        jsonBytes(capacity: fleet.stateByteCountMax(of: view)) { writer in
            fleet.encodeState(of: view, ts: publisher.timestamp, into: &writer)
        }
    }

    private func encodeStates() -> [UInt8] {
        let capacity = StreamName.allCases.reduce(64) {
            $0 + fleet.stateByteCountMax(of: .whole($1)) + 64
        }
        return jsonBytes(capacity: capacity) { writer in
            writer.fragment("{\"streams\":{")
            for stream in StreamName.allCases {
                if stream.index > 0 { writer.fragment(",") }
                writer.string(stream.rawValue)
                writer.fragment(":")
                fleet.encodeState(of: .whole(stream), ts: publisher.timestamp, into: &writer)
            }
            writer.fragment("}}")
        }
    }

    private func history(_ query: HistoryQuery) -> [UInt8] {
        jsonBytes(capacity: 16 * 1024) { writer in
            let (ts, now) = (publisher.timestamp, FleetTime.now())
            fleet.encodeHistory(query, ts: ts, at: now, into: &writer)
        }
    }

    // MARK: Reports

    private func apply(_ report: HostReport) -> ReportVerdict {
        // An agent on the server's own machine has the identity under which the server reports
        // itself; the two would take turns, and the figures would jump between them.
        if report.id == ownIdentity { return .taken(report.id) }
        switch fleet.apply(report, at: .now()) {
        case .applied, .outOfOrder:
            if refused.remove(report.id) != nil {
                log.notice(
                    "an agent's reports are taken again",
                    metadata: ["agent": "\(report.id)"]
                )
            }
            return .taken(report.id)
        case .invalidIdentity: return .invalidIdentity
        case .fleetFull:
            if refused.count < FleetLimits.hostsMax, refused.insert(report.id).inserted {
                log.warning("the fleet is full", metadata: ["agent": "\(report.id)"])
            }
            return .fleetFull
        }
    }
}
