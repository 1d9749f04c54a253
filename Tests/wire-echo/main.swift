import Glibc
import Logging
import PulseLogging
import PulseReactor
import PulseServer

/// The server's own HTTP and WebSocket service with nothing behind it but an echo, for suites that
/// need one: Autobahn, browsers, tables of requests.
///
///     wire-echo --io uring|epoll --tls
///
/// With `--tls` it shows a certificate that it makes when it starts.
///
/// `GET /` answers a line, `POST /echo` its body, and `/ws` each message, compressed where that was
/// negotiated. It is a tool of the tests and is not shipped.
struct WireEcho {
    private var io = IOChoice.auto
    private var speaksTLS = false

    init(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let name = rest.popFirst() {
            switch (name, name == "--io" ? rest.popFirst().flatMap(IOChoice.init) : nil) {
            case ("--io", let io?): self.io = io
            case ("--tls", nil): speaksTLS = true
            default:
                print("usage: wire-echo [--io uring|epoll] [--tls]")
                exit(2)
            }
        }
    }

    func run() throws {
        Signals.block([SIGINT, SIGTERM])
        let log = Logger(label: "echo") { _ in
            StandardErrorLogHandler(level: .info, format: .text)
        }
        let reactor = try Reactor(io: io, connectionsMax: 1000)
        let shard = Shard(reactor)
        let wanted = SocketAddress("127.0.0.1:0")
        try shard.assumeIsolated { shard in
            let echo = Echo(shard.reactor, log)
            let signals = try Signals([SIGINT, SIGTERM])
            if let wanted {
                let address = try echo.listen(on: wanted, tls: try makeContext())
                log.info("listening on \(speaksTLS ? "https" : "http")://\(address)")
            }
            start(echo, signals, on: shard)
        }
        try reactor.run()
    }

    private func makeContext() throws -> TLSContext? {
        guard speaksTLS else { return nil }
        let made = try CertificateMaker.make(
            names: ["localhost"],
            addresses: ["127.0.0.1"],
            days: 1
        )
        return try TLSContext(
            certificatePEM: made.certificatePEM,
            privateKeyPEM: made.privateKeyPEM
        )
    }

    private func start(_ echo: Echo, _ signals: Signals, on shard: isolated Shard) {
        let reactor = shard.reactor
        Task {
            await withTaskExecutorPreference(reactor) {
                while (try? await shard.sleep(until: .now() + 1_000_000_000)) != nil {
                    echo.sweep()
                }
            }
        }
        Task {
            await withTaskExecutorPreference(reactor) {
                _ = try? await signals.next(on: shard)
                reactor.stop()
            }
        }
    }
}

try WireEcho(CommandLine.arguments.dropFirst()).run()
