import Glibc
import Logging
import PulseFleet
import PulseLogging
import PulseReactor
import PulseServer

/// The real server with invented hosts, all of whose figures change in each tick, so that every
/// tick has one delta of a wanted size.
///
///     fanout-server --hosts 40 --io uring|epoll [--interval-ms 1000]
///
/// Everything is pulse's own: the fleet, the encoder, the hub, the reactor.
struct FanoutServer {
    var hostCount = 40
    var io = IOChoice.auto
    var intervalMilliseconds: Int64 = 1000

    init(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let name = rest.popFirst() {
            let value = rest.popFirst() ?? ""
            switch name {
            case "--hosts": hostCount = Int(value) ?? 0
            case "--io": io = IOChoice(rawValue: value) ?? .auto
            case "--interval-ms": intervalMilliseconds = Int64(value) ?? 0
            default: hostCount = 0
            }
        }
        guard hostCount > 0, (100...60_000).contains(intervalMilliseconds) else {
            print("usage: fanout-server --hosts N --io uring|epoll [--interval-ms 100…60000]")
            exit(2)
        }
    }

    func run() throws {
        Signals.block([SIGINT, SIGTERM])
        var configuration = ServerConfiguration()
        configuration.listen = [SocketAddress("127.0.0.1:0")].compactMap { $0 }
        configuration.intervalMilliseconds = intervalMilliseconds
        // Nothing of this machine: the invented hosts are all there is.
        configuration.isDemo = true
        let settings = configuration
        let log = Logger(label: "bench") { _ in
            StandardErrorLogHandler(level: .info, format: .text)
        }
        let reactor = try Reactor(io: io, connectionsMax: settings.connectionsMax)
        let shard = Shard(reactor)
        try shard.assumeIsolated { shard in
            let server = try Server(settings, reactor: shard.reactor, log: log)
            let signals = try Signals([SIGINT, SIGTERM])
            for address in try server.listen() { log.info("listening on http://\(address)") }
            start(server, signals, on: shard)
        }
        try reactor.run()
    }

    private func start(_ server: Server, _ signals: Signals, on shard: isolated Shard) {
        let reactor = shard.reactor
        Task {
            await withTaskExecutorPreference(reactor) { try? await server.run(on: shard) }
        }
        Task {
            await withTaskExecutorPreference(reactor) { await feed(server.fleet, on: shard) }
        }
        Task {
            await withTaskExecutorPreference(reactor) {
                _ = try? await signals.next(on: shard)
                reactor.stop()
            }
        }
    }

    /// Reports every host once between two ticks, which lie at multiples of the interval.
    private func feed(_ fleet: FleetOwner, on shard: isolated Shard) async {
        var reports = (0..<hostCount).map { HostReport(id: "host-\($0)", hostname: "host-\($0)") }
        var round: UInt64 = 0
        while (try? await shard.sleep(until: .now() + untilHalfTime())) != nil {
            round += 1
            let now = FleetTime.now()
            for index in reports.indices {
                change(&reports[index], UInt64(index) &* 7919 &+ round &* 104_729, round)
                fleet.apply(reports[index], at: now)
            }
        }
    }

    /// Nanoseconds until the middle between two ticks.
    private func untilHalfTime() -> UInt64 {
        let interval = UInt64(intervalMilliseconds) * 1_000_000
        return interval - (WallClock.nanosecondsNow() + interval / 2) % interval
    }

    /// Gives a host other figures, with as many digits as real ones have.
    private func change(_ report: inout HostReport, _ seed: UInt64, _ round: UInt64) {
        let noise = Double(seed % 997) / 997
        report.cpuCount = 16
        report.cpuPercent = 10 + 80 * noise
        report.memory.totalBytes = 64 << 30
        report.memory.usedBytes = 16 << 30 + (seed % 30_000) << 20
        report.memory.swapTotalBytes = 8 << 30
        report.memory.swapUsedBytes = (seed % 4_000) << 20
        report.loadAverage = [noise * 16, noise * 12, noise * 8]
        report.temperatures = [HostReport.Temperature(name: "cpu", celsius: 40 + 30 * noise)]
        report.uptimeSeconds = Double(1_000_000 + round)
        report.timestampMilliseconds = nil
        var interface = HostReport.NetworkInterface()
        interface.name = "eth0"
        interface.receivedBytes = round * 1_000_000 + seed % 500_000
        interface.sentBytes = round * 700_000 + seed % 300_000
        report.network = [interface]
    }
}

try FanoutServer(CommandLine.arguments.dropFirst()).run()
