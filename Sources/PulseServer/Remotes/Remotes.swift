import Logging
import PulseFleet
import PulseHTTPClient
import PulseMonitor
import PulseReactor

/// The configured remotes: one monitor and one runner for each, over one HTTP client.
final class Remotes {
    private let runners: [MonitorRunner]
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
        for remote in settings {
            let description = remote.description
            let id = fleet.addRemote(description, pollNanoseconds: interval, at: .now())
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
    }

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
