import Glibc
import Logging
import PulseLogging
import PulseMonitor
import PulseReactor
import PulseServer
import PulseSimulator
import PulseStore

/// The process of `pulse serve`.
struct ServeProcess {
    private let configuration: ServerConfiguration
    private let log: Logger

    init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
        log = .standardError(configuration.logLevel, configuration.logFormat)
    }

    /// Serves until SIGINT or SIGTERM.
    func run() throws {
        var configuration = configuration
        configuration.inherited = try InheritedSocket.takeAll()
        if !configuration.inherited.isEmpty, !configuration.listen.isEmpty {
            log.notice("the addresses to listen on are left to the service manager")
        }
        let descriptors = DescriptorLimit.raise()
        if descriptors < configuration.connectionsMax {
            log.notice(
                "this process may have fewer descriptors than connections",
                metadata: [
                    "descriptors": "\(descriptors)",
                    "connections": "\(configuration.connectionsMax)",
                ]
            )
        }
        try serve(configuration)
    }

    private func serve(_ configuration: ServerConfiguration) throws {
        let process = ReactorProcess(
            io: configuration.io,
            // The budget of all threads is the limit; a demo's simulated clusters are reached
            // through this reactor, too, and take no place of it.
            connectionsMax: configuration.connectionsMax + Limits.connectionsMax,
            log: log,
            reloads: true
        )
        try process.run { shard in
            var configuration = configuration
            var simulator: Simulator?
            if configuration.isDemo {
                let demo = Simulator(.demo, reactor: shard.reactor, log: log)
                configuration.remotes = try demo.start().map { try RemoteSettings($0) }
                simulator = demo
            }
            let data = try configuration.data.flatMap { try dataFolder($0) }
            let server = try Server(
                configuration,
                data: data,
                reactor: shard.reactor,
                log: log
            )
            let addresses = try server.listen()
            let metrics = try server.listenForMetrics()
            log.info(
                "pulse \(pulseVersion) starts",
                metadata: [
                    "io": "\(shard.reactor.backendName)", "threads": "\(configuration.threads)",
                    "pid": "\(getpid())",
                ]
            )
            announce(server, addresses, metrics, data?.path)
            return simulator.map { Demo(server, over: $0) } ?? server
        }
    }

    /// Takes the folder for what survives a restart.
    ///
    /// One that only the environment names, and that cannot be had, is done without: a second
    /// server of the same user is no mistake.
    private func dataFolder(_ path: String) throws(DataFolderError) -> DataFolder? {
        let folder: DataFolder
        do throws(DataFolderError) {
            folder = try DataFolder(path)
        } catch {
            guard path == DataFolderChoice.fromEnvironment else { throw error }
            log.warning("\(error)")
            return nil
        }
        if folder.isExposed {
            log.warning("others may look into the data folder: chmod 700 \(path)")
        }
        return folder
    }

    /// The lines that people, scripts and tests wait for, whatever else is logged.
    private func announce(
        _ server: Server,
        _ addresses: [SocketAddress],
        _ metrics: SocketAddress?,
        _ dataPath: String?
    ) {
        let log = log.alwaysInformative
        if let fingerprint = server.ownFingerprint {
            log.info("the certificate was made just now; its SHA-256 is \(fingerprint)")
        }
        if configuration.isDemo { log.info("this is a demo: all that it shows is invented") }
        if let dataPath {
            self.log.info("the recent history is kept in \(dataPath)")
        } else if !configuration.isDemo {
            self.log.info(
                "the recent history is in memory only: --data DIR keeps it over a restart"
            )
        }
        if let metrics { log.info("metrics on \(server.url(of: metrics))") }
        for address in addresses { log.info("listening on \(server.url(of: address))") }
    }
}

extension Server: ProcessService {}
