import Logging
import PulseAgent
import PulseHTTPClient
import PulseLogging
import PulseReactor

/// What is wrong with the command line, in a sentence that says what to do.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Everything that the options say, checked.
struct AgentConfiguration {
    let server: ReportServer
    let token: AgentToken
    let intervalMilliseconds: UInt64
    let trust: ServerTrust
    let io: IOChoice
    let isOnce: Bool
    let logLevel: Logger.Level
    let logFormat: LogFormat

    init(_ command: PulseAgentCommand) throws(UsageError) {
        guard let url = command.url else {
            throw UsageError("--url is missing: name the server, such as https://pulse.lan:7655")
        }
        guard let server = ReportServer(url) else {
            throw UsageError(
                "--url: \"\(url)\" is not a server: write http:// or https:// and a host, such as "
                    + "https://pulse.lan:7655"
            )
        }
        self.server = server
        token = try AgentToken(file: command.tokenFile)
        intervalMilliseconds = try Self.interval(command.interval)
        trust = try Self.trust(command)
        io = try Self.choice("--io", command.io, IOChoice.allCases)
        isOnce = command.once
        logLevel = try Self.choice("--log-level", command.logLevel, Logger.Level.allCases)
        logFormat = try Self.choice("--log-format", command.logFormat, LogFormat.allCases)
    }

    /// From 1s to 10m; down to 100ms is taken too, for tests.
    private static func interval(_ text: String) throws(UsageError) -> UInt64 {
        guard let milliseconds = DurationText.milliseconds(text),
            (100...600_000).contains(milliseconds)
        else {
            throw UsageError(
                "--interval: \"\(text)\" is not an interval: write a duration from 1s to 10m, such "
                    + "as 30s"
            )
        }
        return milliseconds
    }

    private static func trust(_ command: PulseAgentCommand) throws(UsageError) -> ServerTrust {
        guard let text = command.fingerprint else {
            return command.caFile.map { .caFile($0) } ?? .system
        }
        guard command.caFile == nil else {
            throw UsageError("--ca-file and --fingerprint exclude each other: choose one")
        }
        guard let fingerprint = CertificateFingerprint(text) else {
            throw UsageError(
                "--fingerprint: \"\(text)\" is not a SHA-256: write its 32 bytes as AA:BB:…"
            )
        }
        return .fingerprint(fingerprint)
    }

    private static func choice<Value: RawRepresentable<String>>(
        _ option: String,
        _ text: String,
        _ all: [Value]
    ) throws(UsageError) -> Value {
        guard let value = Value(rawValue: text) else {
            let names = all.map(\.rawValue).joined(separator: ", ")
            throw UsageError("\(option): \"\(text)\" is not one of \(names)")
        }
        return value
    }
}
