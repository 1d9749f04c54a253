import ArgumentParser
import Logging
import PulseReactor
import PulseServer
import PulseSimulator

/// `pulse simulate`: Proxmox VE clusters that are not there.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play Proxmox VE clusters over TLS, for demonstrations and tests.",
        discussion: """
            Each cluster has an address and a certificate of its own, and a token that may read \
            everything. What goes wrong is said to the control endpoint: GET / there tells what \
            there is, and POST /clusters/lab/kill kills a cluster (also start, hang, resume, \
            garbage, truncate, chunk?bytes=1000, slow?milliseconds=3000, error?status=500, \
            certificate; /clusters/lab/nodes/pve1/kill or start; /clusters/lab/guests/100/stop, \
            start or remove).
            """
    )

    @Option(
        help: ArgumentHelp(
            "Where the first cluster listens, and each other one port higher; port 0: all on free "
                + "ports.",
            valueName: "address:port"
        )
    )
    var listen = "127.0.0.1:0"

    @Option(
        help: ArgumentHelp(
            "Where to listen for what goes wrong; a loopback address.",
            valueName: "address:port"
        )
    )
    var control = "127.0.0.1:0"

    @Option(help: ArgumentHelp("Clusters.", valueName: "n"))
    var clusters = 3

    @Option(help: ArgumentHelp("Nodes in each cluster.", valueName: "n"))
    var nodes = 4

    @Option(help: ArgumentHelp("Guests in all, spread over the clusters.", valueName: "n"))
    var guests = 300

    @Option(help: ArgumentHelp("The same seed plays the same clusters.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "A token that may read less, such as vms=VM.Audit or one=VM.Audit,Sys.Audit@/vms/100; "
                + "may be repeated.",
            valueName: "name=privileges[@path]"
        )
    )
    var token: [String] = []

    @Option(
        help: ArgumentHelp(
            "Write a configuration for `pulse serve --config`, and remove it at the end.",
            valueName: "file"
        )
    )
    var writeConfig: String?

    @Option(
        help: ArgumentHelp("A descriptor to write a line to when all is ready.", valueName: "n")
    )
    var readyFd: Int32?

    @Option(help: ArgumentHelp("How to talk to the kernel.", valueName: "auto|uring|epoll"))
    var io = "auto"

    @Option(help: ArgumentHelp("What to log: trace to critical.", valueName: "level"))
    var logLevel = "info"

    @Option(help: ArgumentHelp("How to write the log.", valueName: "text|json"))
    var logFormat = "text"

    func run() throws {
        let address = try named("--listen", listen, ConfigurationValues.port)
        let format = try named("--log-format", logFormat, ConfigurationValues.logFormat)
        let level = try named("--log-level", logLevel, ConfigurationValues.logLevel)
        let process = SimulateProcess(
            options: try options(),
            address: address,
            control: try controlAddress(),
            io: try named("--io", io, ConfigurationValues.io),
            log: .standardError(level, format)
        )
        try check("--clusters", ports: address.port)
        if let readyFd, readyFd < 0 {
            throw ConfigurationError("--ready-fd: \(readyFd) is not a descriptor")
        }
        try process.run(writing: writeConfig, announcingTo: readyFd)
    }

    private func options() throws(ConfigurationError) -> SimulatorOptions {
        var options = SimulatorOptions()
        options.clusters = try within(1...SimulatorLimits.clustersMax, "--clusters", clusters)
        options.nodes = try within(1...SimulatorLimits.nodesMax, "--nodes", nodes)
        options.guests = try within(0...SimulatorLimits.guestsMax, "--guests", guests)
        options.seed = seed
        for text in token {
            let lesser = try named("--token", text, LesserTokenValue.read)
            guard !options.lesserTokens.contains(where: { $0.name == lesser.name }) else {
                throw ConfigurationError("--token: there are two tokens \"\(lesser.name)\"")
            }
            options.lesserTokens.append(lesser)
        }
        return options
    }

    private func within(
        _ range: ClosedRange<Int>,
        _ option: String,
        _ value: Int
    ) throws(ConfigurationError) -> Int {
        guard range.contains(value) else {
            throw ConfigurationError(
                "\(option): \(value) is not a number from \(range.lowerBound) to "
                    + "\(range.upperBound)"
            )
        }
        return value
    }

    private func check(_ option: String, ports first: UInt16) throws(ConfigurationError) {
        guard first == 0 || Int(first) + clusters - 1 <= Int(UInt16.max) else {
            throw ConfigurationError(
                "\(option): there are not \(clusters) ports from \(first) on; choose a lower one "
                    + "with --listen"
            )
        }
    }

    private func controlAddress() throws(ConfigurationError) -> SocketAddress {
        let address = try named("--control", control, ConfigurationValues.port)
        guard address.isLoopback else {
            throw ConfigurationError(
                "--control: \(address) can be reached from other machines; write a loopback "
                    + "address, such as 127.0.0.1:0"
            )
        }
        return address
    }
}

/// Reads tokens such as `one=VM.Audit,Sys.Audit@/vms/100`.
private enum LesserTokenValue {
    static func read(
        _ text: String
    ) throws(ConfigurationError) -> SimulatorOptions.LesserToken {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let isName = !parts[0].isEmpty && parts[0].allSatisfy { $0.isASCII && isNameCharacter($0) }
        guard parts.count == 2, isName else {
            throw ConfigurationError(
                "\"\(text)\" is not a token: write NAME=PRIVILEGES, such as vms=VM.Audit"
            )
        }
        guard parts[0] != "pulse" else {
            throw ConfigurationError("the token \"pulse\" exists already; it may read everything")
        }
        let grant = parts[1].split(separator: "@", maxSplits: 1)
        let path = grant.count > 1 ? String(grant[1]) : "/"
        guard path.hasPrefix("/") else {
            throw ConfigurationError("\"\(path)\" is not a path: write one such as /vms/100")
        }
        var privileges: Set<Privilege> = []
        for name in grant.first?.split(separator: ",") ?? [] {
            guard let privilege = Privilege(rawValue: String(name)) else {
                let known = Privilege.allCases.map(\.rawValue).joined(separator: ", ")
                throw ConfigurationError("\"\(name)\" is not one of the privileges \(known)")
            }
            privileges.insert(privilege)
        }
        return .init(name: String(parts[0]), privileges: privileges, path: path)
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "-_.".contains(character)
    }
}
