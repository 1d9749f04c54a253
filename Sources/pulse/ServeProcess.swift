import Glibc
import Logging
import PulseLogging
import PulseReactor
import PulseServer

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
        let process = ReactorProcess(
            io: configuration.io,
            connectionsMax: configuration.connectionsMax,
            log: log
        )
        try process.run { shard in
            let server = try Server(configuration, reactor: shard.reactor, log: log)
            let addresses = try server.listen()
            log.info(
                "pulse \(pulseVersion) starts",
                metadata: ["io": "\(shard.reactor.backendName)", "pid": "\(getpid())"]
            )
            for address in addresses {
                log.alwaysInformative.info("listening on http://\(address)")
            }
            return server
        }
    }
}

extension Server: ProcessService {}
