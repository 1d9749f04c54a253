import Logging
import PulseFleet
import PulseLogging
import PulseReactor

/// What the servers of all shards have in common.
struct ShardSetup: Sendable {
    let configuration: ServerConfiguration
    let greeting: Greeting
    let assets: Assets
    let tls: ServerTLS?
    /// The places for connections, over all shards.
    let budget: ConnectionBudget
    let deflatingClients = DeflatingClients()
    /// What /metrics says, of all shards.
    let board: MetricsBoard
    let startedAt: MonotonicTime
    /// The wall time then, which messages carry before the first tick.
    let wallMilliseconds: Int64
    let log: Logger
    /// "io_uring" or "epoll", as the first reactor runs.
    let backendName: String

    init(
        _ configuration: ServerConfiguration,
        epochText: String,
        _ reactor: Reactor,
        _ log: Logger
    ) throws(ConfigurationError) {
        self.configuration = configuration
        greeting = Greeting(
            epochText: epochText,
            version: pulseVersion,
            intervalMilliseconds: Int(configuration.intervalMilliseconds),
            demo: configuration.isDemo
        )
        assets = try Assets(configuration)
        tls = try ServerTLS(configuration)
        budget = ConnectionBudget(
            connectionsMax: configuration.connectionsMax,
            perNetworkMax: ServerLimits.connectionsPerAddressMax(of: configuration.connectionsMax),
            spares: { [proxies = configuration.trustedProxies] peer in
                peer.isLoopback || proxies.contains(peer)
            }
        )
        board = MetricsBoard()
        startedAt = .now()
        wallMilliseconds = FleetTime.now().wallMilliseconds
        backendName = reactor.backendName
        self.log = log
    }

    /// The scheme of the server's own addresses.
    var scheme: String { tls == nil ? "http" : "https" }
}
