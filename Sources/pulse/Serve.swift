import ArgumentParser
import Logging
import PulseReactor
import PulseServer

/// `pulse serve`: options over the configuration file over the defaults.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the dashboard; without configuration it shows this machine."
    )

    @Option(help: ArgumentHelp("Where to listen; may be repeated.", valueName: "address:port"))
    var listen: [String] = []

    @Option(help: ArgumentHelp("A configuration file (JSON).", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("How to talk to the kernel.", valueName: "auto|uring|epoll"))
    var io: String?

    @Option(help: ArgumentHelp("Time between two updates, 1s to 60s.", valueName: "duration"))
    var interval: String?

    @Option(help: ArgumentHelp("Serve the page from a folder.", valueName: "dir"))
    var assets: String?

    @Option(help: ArgumentHelp("What to log: trace to critical.", valueName: "level"))
    var logLevel: String?

    @Option(help: ArgumentHelp("How to write the log.", valueName: "text|json"))
    var logFormat: String?

    func run() throws {
        try ServeProcess(try serverConfiguration()).run()
    }

    private func serverConfiguration() throws(ConfigurationError) -> ServerConfiguration {
        var result = ServerConfiguration()
        if let config { try ConfigurationFile.load(config, into: &result) }
        if !listen.isEmpty {
            var addresses: [SocketAddress] = []
            for text in listen {
                addresses.append(try named("--listen", text, ConfigurationValues.address))
            }
            result.listen = addresses
        }
        if let io { result.io = try named("--io", io, ConfigurationValues.io) }
        if let interval {
            result.intervalMilliseconds = try named(
                "--interval",
                interval,
                ConfigurationValues.interval
            )
        }
        if let assets { result.assets = assets }
        if let logLevel {
            result.logLevel = try named("--log-level", logLevel, ConfigurationValues.logLevel)
        }
        if let logFormat {
            result.logFormat = try named("--log-format", logFormat, ConfigurationValues.logFormat)
        }
        return result
    }
}
