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
    private var states: [StreamName?: [UInt8]] = [:]
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
        case .state(let stream): .state(state(of: stream))
        case .history(let query): .history(history(query))
        case .report(let report): .report(apply(report))
        }
    }

    /// Whether this machine has reported once and each remote was asked once.
    private var isReady: Bool { (isDemo || ownIdentity != nil) && remotes.areTried }

    // MARK: State

    /// Forgets what was encoded: a tick has published something else.
    func forgetStates() { states = [:] }

    private func state(of stream: StreamName?) -> [UInt8] {
        if let known = states[stream] { return known }
        let encoded = stream.map { encodeState(of: $0) } ?? encodeStates()
        states[stream] = encoded
        return encoded
    }

    private func encodeState(of stream: StreamName) -> [UInt8] {
        jsonBytes(capacity: fleet.stateByteCountMax(of: stream)) { writer in
            fleet.encodeState(of: stream, ts: publisher.timestamp, into: &writer)
        }
    }

    private func encodeStates() -> [UInt8] {
        let capacity = StreamName.allCases.reduce(64) {
            $0 + fleet.stateByteCountMax(of: $1) + 64
        }
        return jsonBytes(capacity: capacity) { writer in
            writer.fragment("{\"streams\":{")
            for stream in StreamName.allCases {
                if stream.index > 0 { writer.fragment(",") }
                writer.string(stream.rawValue)
                writer.fragment(":")
                fleet.encodeState(of: stream, ts: publisher.timestamp, into: &writer)
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
