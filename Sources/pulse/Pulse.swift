import ArgumentParser
import PulseLogging
import PulseServer

/// The command line of the server; `serve` is what it does without a word.
struct Pulse: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulse",
        abstract: "A real-time monitor for Proxmox and Linux fleets.",
        version: pulseVersion,
        subcommands: [Serve.self, Simulate.self, Doctor.self, Load.self],
        defaultSubcommand: Serve.self
    )
}
