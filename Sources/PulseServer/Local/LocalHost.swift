import Logging
import PulseAgent
package import PulseFleet
import PulseLogging
import PulseMonitor
import PulseReactor
import Synchronization

/// This machine, reported to the fleet as any other host is: by a report in the agents' format.
///
/// The collectors run on a lane of their own, since reading sensors may block; the report comes
/// back as JSON and goes through the same decoder and the same door as those of remote agents.
final class LocalHost {
    private let fleet: FleetOwner
    private let reactor: Reactor
    private let lane: BlockingLane
    private let log: Logger
    private let collector: Collector
    /// Whether the last report was taken; one line in the log for each change.
    private var isHealthy = true
    /// What this machine is called in the fleet, once it stands there.
    private(set) var identity: String?

    /// The collector, confined to whoever holds the lock: the lane, one report at a time.
    private final class Collector: Sendable {
        let collector: Mutex<HostCollector>

        init(_ identity: AgentIdentity) {
            collector = Mutex(HostCollector(identity: identity))
        }

        func collect() -> [UInt8] {
            let now = ReportTime(
                unixNanoseconds: Int64(WallClock.nanosecondsNow()),
                monotonicNanoseconds: MonotonicTime.now().nanoseconds
            )
            return collector.withLock { $0.collect(at: now) }
        }
    }

    init(
        fleet: FleetOwner,
        reactor: Reactor,
        intervalMilliseconds: Int64,
        log: Logger
    ) throws(SystemError) {
        self.fleet = fleet
        self.reactor = reactor
        self.log = log
        lane = try BlockingLane(name: "pulse-collect", waitingMax: 0)
        collector = Collector(
            AgentIdentity(
                version: pulseVersion,
                intervalSeconds: Int((intervalMilliseconds + 999) / 1000)
            )
        )
    }

    /// Takes one report of this machine.
    func report(on shard: isolated Shard) async {
        let collector = collector
        do {
            let deadline = MonotonicTime.now() + ServerLimits.collectNanoseconds
            let report = try await lane.run(until: deadline, on: shard) { collector.collect() }
            reactor.nameWork("the report of this machine")
            let decoded = try decodeHostReport(report.span)
            fleet.apply(decoded, at: FleetTime.now())
            identity = decoded.id
            if !isHealthy { log.notice("this machine can be read again") }
            isHealthy = true
        } catch LaneError.cancelled {
            return
        } catch {
            if isHealthy {
                log.error("this machine cannot be read", metadata: ["why": "\(error)"])
            }
            isHealthy = false
        }
    }
}

extension FleetTime {
    /// Both clocks now.
    package static func now() -> FleetTime {
        FleetTime(
            wallMilliseconds: Int64(WallClock.nanosecondsNow() / 1_000_000),
            monotonicNanoseconds: MonotonicTime.now().nanoseconds
        )
    }
}
