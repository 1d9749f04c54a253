import PulseFleet
import PulseHTTPClient
import PulseReactor

/// Asks a remote for the details of what somebody looks at, beside its rounds.
///
/// One request at a time, and never more often than its pace: whatever the number of viewers and
/// resources, a remote has no more work than that. The more are looked at, the rarer each is asked.
final class DetailLane {
    /// How often a guest is asked; its host reads its figures at that moment.
    static let guestNanoseconds: UInt64 = 2_000_000_000
    /// How often a node is asked: it computes the load of its processors anew after seconds only.
    static let nodeNanoseconds: UInt64 = 5_000_000_000
    /// How long one is left alone that could not be asked.
    static let failureNanoseconds: UInt64 = 10_000_000_000
    /// The least between the beginnings of two requests: five in the time in which one guest is
    /// asked once.
    static let paceNanoseconds: UInt64 = 400_000_000
    /// How long it sleeps while nobody looks at anything, unless it is woken.
    private static let idleNanoseconds: UInt64 = 3_600_000_000_000

    private let monitor: any Monitor
    private let fleet: FleetOwner
    private let now: () -> MonotonicTime
    private let fleetNow: () -> FleetTime
    /// When each resource that is looked at is asked next.
    private var due: [String: MonotonicTime] = [:]
    private var earliest = MonotonicTime(nanoseconds: 0)
    private let alarm = Alarm()

    init(_ monitor: any Monitor, in fleet: FleetOwner, clocks: MonitorRunner.Clocks) {
        self.monitor = monitor
        self.fleet = fleet
        now = clocks.now
        fleetNow = clocks.fleetNow
    }

    /// Begins to ask for a resource, at once if the pace allows.
    func begin(_ id: String) {
        if due[id] == nil { due[id] = now() }
        alarm.ring()
    }

    /// Asks for it no more.
    func end(_ id: String) { due[id] = nil }

    /// Asks until the task is cancelled.
    func run(on shard: isolated Shard) async {
        while !Task.isCancelled {
            guard let (id, time) = next, max(time, earliest) <= now() else {
                let time = next.map { max($0.time, earliest) } ?? now() + Self.idleNanoseconds
                guard await alarm.sleep(until: time, on: shard) else { return }
                continue
            }
            earliest = now() + Self.paceNanoseconds
            let rest = await ask(for: id, on: shard)
            // Nobody may look at it any more.
            if due[id] != nil { due[id] = now() + rest }
        }
    }

    /// What has waited longest; of two equal ones the same each time.
    private var next: (id: String, time: MonotonicTime)? {
        due.min { ($0.value.nanoseconds, $0.key) < ($1.value.nanoseconds, $1.key) }
            .map { ($0.key, $0.value) }
    }

    /// Asks for one; returns how long to leave it alone.
    private func ask(for id: String, on shard: isolated Shard) async -> UInt64 {
        guard let source = fleet.detailSource(of: id) else {
            fleet.noteFailure("it is not there any more", ofDetails: id)
            return Self.failureNanoseconds
        }
        do throws(PollError) {
            let report = try await monitor.pollDetail(of: source, on: shard)
            fleet.apply(report, of: id, at: fleetNow())
            if case .node = source { return Self.nodeNanoseconds }
            return Self.guestNanoseconds
        } catch {
            // Not the remote's fault: either this task ends, or the client has ended.
            if error == .noAnswer(.cancelled) { return Self.failureNanoseconds }
            fleet.noteFailure("\(error)", ofDetails: id)
            guard case .afterSeconds(let seconds) = error.retry else {
                return Self.failureNanoseconds
            }
            let rest = max(seconds * 1_000_000_000, Self.failureNanoseconds)
            if error.concernsAll { earliest = now() + rest }
            return rest
        }
    }
}
