import ArgumentParser
import Logging
import PulseReactor
import PulseServer

/// `pulse serve`: options over the configuration file over the defaults.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the dashboard; without configuration it shows this machine."
    )

    @Option(
        help: ArgumentHelp(
            "Where to listen: an address, or unix:/PATH; may be repeated.",
            valueName: "address:port"
        )
    )
    var listen: [String] = []

    @Option(
        help: ArgumentHelp(
            "Serve the metrics on an address of their own, too.",
            valueName: "address:port"
        )
    )
    var metricsListen: String?

    @Option(help: ArgumentHelp("A configuration file (JSON).", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp("The folder for what is to survive a restart.", valueName: "dir")
    )
    var data: String?

    @Option(help: ArgumentHelp("How to talk to the kernel.", valueName: "auto|uring|epoll"))
    var io: String?

    @Option(help: ArgumentHelp("Threads that serve; one per processor.", valueName: "n"))
    var threads: UInt64?

    @Option(help: ArgumentHelp("Connections served at once, over all threads.", valueName: "n"))
    var maxConnections: UInt64?

    @Option(help: ArgumentHelp("Time between two updates, 100ms to 60s.", valueName: "duration"))
    var interval: String?

    @Option(
        help: ArgumentHelp(
            "A reverse proxy whose X-Forwarded headers are believed; may be repeated.",
            valueName: "address[/bits]|unix"
        )
    )
    var trustedProxy: [String] = []

    @Option(
        help: ArgumentHelp(
            "The path below which a reverse proxy offers pulse, if it leaves it in the requests.",
            valueName: "/path"
        )
    )
    var basePath: String?

    @Option(
        help: ArgumentHelp(
            "Speak TLS with this certificate (PEM); may be repeated, each with its key: a client "
                + "sees the one with the name it asks for, or the first.",
            valueName: "file"
        )
    )
    var tlsCert: [String] = []

    @Option(
        help: ArgumentHelp(
            "The certificate's private key (PEM); as many as certificates, in their order.",
            valueName: "file"
        )
    )
    var tlsKey: [String] = []

    @Option(help: ArgumentHelp("The passphrase of the keys, in a file.", valueName: "file"))
    var tlsKeyPassphraseFile: String?

    @Flag(help: "Speak TLS with a certificate made at the start, which browsers ask about.")
    var tlsSelfSigned = false

    @Flag(help: "Show invented clusters, to look at pulse before it is given anything to watch.")
    var demo = false

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
        result.threads = min(Processors.usableCount, ServerLimits.threadsMax)
        if let config { try ConfigurationFile.load(config, into: &result) }
        if !listen.isEmpty {
            var addresses: [SocketAddress] = []
            for text in listen {
                addresses.append(try named("--listen", text, ConfigurationValues.address))
            }
            result.listen = addresses
        }
        if let metricsListen {
            result.metricsListen = try named(
                "--metrics-listen",
                metricsListen,
                ConfigurationValues.address
            )
        }
        if let io { result.io = try named("--io", io, ConfigurationValues.io) }
        if let threads {
            result.threads = try named("--threads", threads, ConfigurationValues.threads)
        }
        if let maxConnections {
            result.connectionsMax = try named(
                "--max-connections",
                maxConnections,
                ConfigurationValues.connectionsMax
            )
        }
        if let interval {
            result.intervalMilliseconds = try named(
                "--interval",
                interval,
                ConfigurationValues.interval
            )
        }
        try chooseProxies(&result)
        result.tls = try tlsChoice()
        if tlsKeyPassphraseFile != nil, tlsKey.isEmpty {
            throw ConfigurationError("--tls-key-passphrase-file needs the --tls-key that it opens")
        }
        result.tlsPassphraseFile = tlsKeyPassphraseFile
        try chooseData(&result)
        if let assets { result.assets = assets }
        if let logLevel {
            result.logLevel = try named("--log-level", logLevel, ConfigurationValues.logLevel)
        }
        if let logFormat {
            result.logFormat = try named("--log-format", logFormat, ConfigurationValues.logFormat)
        }
        return result
    }

    /// Who passes requests on, and how.
    private func chooseProxies(_ result: inout ServerConfiguration) throws(ConfigurationError) {
        for text in trustedProxy where !result.trustedProxies.insert(text) {
            throw ConfigurationError(
                "--trusted-proxy: \"\(text)\" is neither an address, such as 10.0.0.1, nor a "
                    + "network, such as 10.0.0.0/8, nor \"unix\""
            )
        }
        guard let basePath else { return }
        guard let path = BasePath(basePath) else {
            throw ConfigurationError(
                "--base-path: \"\(basePath)\" is not a path such as /pulse, of letters, digits, "
                    + "- . _ and ~, whose first word is none of pulse's own (api, assets, healthz, "
                    + "metrics, readyz, ws)"
            )
        }
        result.basePath = path
    }

    /// What is shown, and where it is kept: a demo shows and keeps nothing of what is real.
    private func chooseData(_ result: inout ServerConfiguration) throws(ConfigurationError) {
        if let data { result.data = try named("--data", data, ConfigurationValues.folder) }
        if demo {
            guard result.remotes.isEmpty, result.agentTokens.isEmpty else {
                throw ConfigurationError(
                    "--demo shows invented data only: leave out \(config ?? "the configuration"), "
                        + "which names what is real"
                )
            }
            guard result.data == nil else {
                throw ConfigurationError("--demo keeps nothing: leave out --data")
            }
            result.isDemo = true
        } else if result.data == nil {
            result.data = DataFolderChoice.fromEnvironment
        }
    }

    private func tlsChoice() throws(ConfigurationError) -> ServerConfiguration.TLSChoice {
        if tlsCert.isEmpty, tlsKey.isEmpty { return tlsSelfSigned ? .selfSigned : .none }
        if tlsCert.count > tlsKey.count {
            throw ConfigurationError("--tls-cert needs the certificate's --tls-key FILE beside it")
        }
        if tlsKey.count > tlsCert.count {
            throw ConfigurationError("--tls-key needs its certificate, --tls-cert FILE, beside it")
        }
        if tlsSelfSigned {
            throw ConfigurationError(
                "--tls-self-signed makes a certificate, and --tls-cert brings one: choose one "
                    + "of the two"
            )
        }
        guard tlsCert.count <= ServerLimits.certificatesMax else {
            throw ConfigurationError(
                "--tls-cert: there may be \(ServerLimits.certificatesMax) certificates"
            )
        }
        return .files(
            zip(tlsCert, tlsKey).map {
                ServerConfiguration.CertificatePaths(certificate: $0, key: $1)
            }
        )
    }
}
