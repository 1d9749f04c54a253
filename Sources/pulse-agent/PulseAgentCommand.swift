import ArgumentParser
import PulseLogging

/// The command line of the agent.
struct PulseAgentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulse-agent",
        abstract: "Reports this host to a pulse server.",
        discussion: """
            The token is read from --token-file or from the environment's PULSE_TOKEN, never from \
            the command line, where every user of the host could read it.
            """,
        version: pulseVersion
    )

    @Option(help: ArgumentHelp("The server, such as https://pulse.lan:7655.", valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("A file that holds the agent's token.", valueName: "file"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("Time between two reports, 1s to 10m.", valueName: "duration"))
    var interval = "30s"

    @Option(
        help: ArgumentHelp("Trust the authorities in this file (PEM) only.", valueName: "file")
    )
    var caFile: String?

    @Option(
        help: ArgumentHelp("Trust only the certificate with this SHA-256.", valueName: "hex")
    )
    var fingerprint: String?

    @Option(help: ArgumentHelp("How to talk to the kernel.", valueName: "auto|uring|epoll"))
    var io = "auto"

    @Flag(help: "Send one report and exit: 0 when the server took it, else 1.")
    var once = false

    @Flag(help: "Print one report as JSON and exit; needs no server.")
    var print = false

    @Option(help: ArgumentHelp("What to log: trace to critical.", valueName: "level"))
    var logLevel = "info"

    @Option(help: ArgumentHelp("How to write the log.", valueName: "text|json"))
    var logFormat = "text"

    func run() throws {
        if print {
            try HostReports(intervalSeconds: 30).printOne()
        } else {
            try AgentProcess(try AgentConfiguration(self)).run()
        }
    }
}
