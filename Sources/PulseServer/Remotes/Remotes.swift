import Logging
import PulseFleet
import PulseHTTPClient
import PulseMonitor
import PulseReactor

/// The configured remotes: one monitor and one runner for each, over one HTTP client.
final class Remotes {
    private let runners: [MonitorRunner]
    /// The place of each by the name of its remote, and by what the fleet calls it.
    private let places: (byName: [String: Int], byID: [RemoteID: Int])
    /// Who asks for the details of a resource that somebody looks at.
    private var lookers: [String: MonitorRunner] = [:]
    private let client: HTTPClient
    private let reactor: Reactor

    /// Adds the remotes to the fleet; nothing is polled yet.
    init(
        _ settings: [RemoteSettings],
        fleet: FleetOwner,
        reactor: Reactor,
        intervalMilliseconds: Int64,
        log: Logger
    ) {
        // Twice as many as there are remotes: libcurl evicts live connections of a full cache.
        client = HTTPClient(connectionsMax: 2 * settings.count + ServerLimits.spareConnections)
        self.reactor = reactor
        let clocks = MonitorRunner.Clocks(now: { .now() }, fleetNow: { .now() })
        let interval = UInt64(intervalMilliseconds) * 1_000_000
        var random = SystemRandomNumberGenerator()
        var runners: [MonitorRunner] = []
        var places: (byName: [String: Int], byID: [RemoteID: Int]) = ([:], [:])
        for remote in settings {
            let description = remote.description
            let id = fleet.addRemote(description, pollNanoseconds: interval, at: .now())
            places.byName[description.name] = runners.count
            places.byID[id] = runners.count
            let monitor = PVEMonitor(remote, as: id, in: fleet, over: client, clocks: clocks)
            let schedule = PollSchedule(
                intervalNanoseconds: interval,
                seed: random.next(),
                start: .now()
            )
            runners.append(
                MonitorRunner(
                    monitor,
                    of: description,
                    in: fleet,
                    as: id,
                    schedule: schedule,
                    clocks: clocks,
                    log: log
                )
            )
        }
        self.runners = runners
        self.places = places
    }

    // MARK: What viewers want

    /// Polls a remote now; returns why that cannot be.
    func refresh(_ name: String) -> CommandRefusal? {
        guard let place = places.byName[name] else {
            return CommandRefusal(
                code: "unknown_remote",
                message: "there is no remote \"\(shortened(name))\""
            )
        }
        return runners[place].refresh().map { refusal in
            let seconds = (refusal.waitNanoseconds + 999_999_999) / 1_000_000_000
            return CommandRefusal(
                code: "too_soon",
                message: "\(name) was refreshed a moment ago; it can be again in \(seconds) s"
            )
        }
    }

    /// Begins to ask a remote for the details of a resource.
    func lookAt(_ id: String, of remote: RemoteID) {
        guard let place = places.byID[remote] else { return }
        lookers[id] = runners[place]
        runners[place].lookAt(id, true)
    }

    /// Ends that.
    func lookAway(from id: String) { lookers.removeValue(forKey: id)?.lookAt(id, false) }

    /// Whether each remote was asked once, whatever came of it.
    var areTried: Bool { runners.allSatisfy(\.hasTried) }

    /// Starts to poll; the returned tasks end when they are cancelled.
    func start(on shard: isolated Shard) -> [Task<Void, Never>] {
        runners.map { runner in
            Task { await withTaskExecutorPreference(reactor) { await runner.run(on: shard) } }
        }
    }

    /// Ends every request.
    func close(on shard: isolated Shard) { client.close(on: shard) }
}
