package import Logging
package import PulseLogging
package import PulseMonitor
package import PulseReactor

/// What `pulse serve` was told, by its options and its configuration file.
package struct ServerConfiguration: Sendable {
    /// Where to listen; the first address is the one that the server announces.
    package var listen: [SocketAddress] = []
    /// What the service manager has opened; with any, nothing of `listen` is bound.
    package var inherited: [InheritedSocket] = []
    /// Where the metrics can be had beside `/metrics`.
    package var metricsListen: SocketAddress?
    /// Milliseconds between two ticks.
    package var intervalMilliseconds: Int64 = 2000
    package var io: IOChoice = .auto
    /// A folder to read the page's files from, in place of those that the program carries.
    package var assets: String?
    package var logLevel: Logger.Level = .info
    package var logFormat: LogFormat = .text
    /// Threads that serve, each with a reactor of its own: 1 to `ServerLimits.threadsMax`.
    package var threads = 1
    /// Connections that are served at once, over all threads.
    package var connectionsMax = Limits.connectionsMax
    /// What agents may report with; without any, none may.
    package var agentTokens = AgentTokens()
    /// What is polled; their names differ.
    package var remotes: [RemoteSettings] = []
    /// The folder for what survives a restart; without one nothing does.
    package var data: String?
    /// Whether everything that is polled is invented, which the page then says.
    package var isDemo = false

    /// Who is believed when it says how the client came to it.
    package var trustedProxies = TrustedProxies()
    /// Below which path a proxy offers the server that leaves it in the requests.
    package var basePath = BasePath()

    package var tls = TLSChoice.none
    /// A file whose first line is the passphrase of the keys that have one.
    package var tlsPassphraseFile: String?

    /// Whose certificate the server shows, if it speaks TLS.
    package enum TLSChoice: Sendable, Equatable {
        /// Plain HTTP.
        case none
        /// Files in PEM; a client sees the first certificate that has the name it asks for.
        case files([CertificatePaths])
        /// One that the server makes for itself when it starts.
        case selfSigned
    }

    /// Where a certificate with its chain lies, and its key.
    package struct CertificatePaths: Sendable, Equatable {
        package var certificate: String
        package var key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    package init() {}

    /// Port 7655 on both loopback addresses.
    package static let defaultListen = ["127.0.0.1:7655", "[::1]:7655"]

    /// Whether `listen` holds what nobody asked for, so that a missing IPv6 is no error.
    package var listensByDefault: Bool { listen.isEmpty }
}
