import ArgumentParser
import Glibc
import PulseLoad
import PulseReactor
import PulseServer

/// `pulse load`: many dashboards and agents against one server.
struct Load: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open many dashboards on a server and measure how soon they get its ticks.",
        discussion: """
            Times count from the intended tick, whose time each message carries, to the arrival \
            in this process, so they hold on the server's own machine only, or where clocks agree. \
            One client in a hundred is replayed in full and compared with what the server says it \
            knows. Requirements, such as --require 'p99<500ms', may name p50, p90, p99, p99.9, \
            max, spread, state.p99, agents.p99 (durations), missed, behind, errors, messages, open \
            (numbers) and idle (percent).
            """
    )

    @Argument(
        help: ArgumentHelp(
            "The server, ws://127.0.0.1:7655 or wss://localhost:7655.",
            valueName: "url"
        )
    )
    var url: String

    @Option(
        help: ArgumentHelp("Trust the authorities in this PEM file (wss).", valueName: "file")
    )
    var caFile: String?

    @Option(
        help: ArgumentHelp("Trust exactly this certificate (wss).", valueName: "sha-256")
    )
    var fingerprint: String?

    @Option(help: ArgumentHelp("Dashboards.", valueName: "n"))
    var clients = 100

    @Option(
        help: ArgumentHelp("How long to measure, once all have a state.", valueName: "duration")
    )
    var duration = "60s"

    @Option(help: ArgumentHelp("Over which time the dashboards come.", valueName: "duration"))
    var ramp = "5s"

    @Option(
        help: ArgumentHelp(
            "How long ticks come unmeasured once all have a state.",
            valueName: "duration"
        )
    )
    var warmUp = "0s"

    @Option(
        help: ArgumentHelp(
            "A stream to subscribe to; may be repeated; all without it.",
            valueName: "name"
        )
    )
    var stream: [String] = []

    @Option(help: ArgumentHelp("A token that lets the dashboards in.", valueName: "token"))
    var token: String?

    @Option(help: ArgumentHelp("Dashboards of these that read nothing.", valueName: "n"))
    var stalled = 0

    @Option(help: ArgumentHelp("Dashboards of these that go and come back.", valueName: "n"))
    var reconnect = 0

    @Option(help: ArgumentHelp("Agents that post reports of invented hosts.", valueName: "n"))
    var agents = 0

    @Option(help: ArgumentHelp("How often each agent reports.", valueName: "duration"))
    var agentInterval = "30s"

    @Option(help: ArgumentHelp("A file with the agents' token.", valueName: "file"))
    var agentTokenFile: String?

    @Flag(help: "Ask for compressed messages, as browsers do.")
    var deflate = false

    @Flag(help: "Replay no dashboard, so that the generator only reads.")
    var noReplay = false

    @Flag(help: "Write the report as JSON.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Exit with 1 when this does not hold, such as p99<500ms; may be repeated.",
            valueName: "figure<value"
        )
    )
    var require: [String] = []

    @Option(help: ArgumentHelp("The server's process, to measure it.", valueName: "pid"))
    var serverPid: Int32?

    @Flag(help: "Allow a server that is not on this machine. It must be yours.")
    var remote = false

    @Option(help: ArgumentHelp("How to talk to the kernel.", valueName: "auto|uring|epoll"))
    var io = "auto"

    func run() throws {
        let process = LoadProcess(
            options: try options(),
            requirements: try requirements(),
            io: try named("--io", io, ConfigurationValues.io),
            writesJSON: json
        )
        try process.run()
    }

    private func options() throws -> LoadOptions {
        let place = try LoadValues.url(url)
        guard place.address.isLoopback || remote else {
            throw ConfigurationError(
                "\(place.address) is not on this machine: a load is for a server of your own only; "
                    + "add --remote if it is"
            )
        }
        var options = LoadOptions(address: place.address, host: place.host)
        options.target = place.target
        options.trust = try trust(place)
        options.clients = try LoadValues.within(0...LoadLimits.clientsMax, "--clients", clients)
        options.agents = try LoadValues.within(0...LoadLimits.clientsMax, "--agents", agents)
        options.stalled = try LoadValues.within(0...clients, "--stalled", stalled)
        options.reconnecting = try LoadValues.within(
            0...(clients - stalled),
            "--reconnect",
            reconnect
        )
        guard clients + agents > 0 else {
            throw ConfigurationError("--clients: without clients and agents there is nothing to do")
        }
        options.durationNanoseconds = try LoadValues.duration("--duration", duration, atLeast: 1)
        options.rampNanoseconds = try LoadValues.duration("--ramp", ramp, atLeast: 0)
        options.warmUpNanoseconds = try LoadValues.duration("--warm-up", warmUp, atLeast: 0)
        options.agentIntervalNanoseconds = try LoadValues.duration(
            "--agent-interval",
            agentInterval,
            atLeast: 1
        )
        options.streams = try LoadValues.streams(stream)
        options.token = try token.map { try LoadValues.token("--token", $0) }
        options.agentToken = try agentTokenFile.map {
            try secretOption("--agent-token-file", $0).text
        }
        options.serverPID = serverPid
        options.deflates = deflate
        options.replays = !noReplay
        return options
    }

    private func trust(_ place: LoadValues.Place) throws(ConfigurationError) -> ServerTrust? {
        if place.isSecure {
            let trust = try trustOption(caFile: caFile, fingerprint: fingerprint)
            do throws(TLSError) {
                _ = try TLSClientContext(host: place.host, trust: trust)
            } catch {
                throw ConfigurationError("--ca-file: \(error)")
            }
            return trust
        }
        guard caFile == nil, fingerprint == nil else {
            throw ConfigurationError(
                "--ca-file and --fingerprint are for wss:// addresses: \(url) is spoken without TLS"
            )
        }
        return nil
    }

    private func requirements() throws(ConfigurationError) -> [Requirement] {
        var result: [Requirement] = []
        for text in require {
            do throws(LoadFailure) {
                result.append(try Requirement(text))
            } catch {
                throw ConfigurationError("--require: \(error)")
            }
        }
        return result
    }
}
