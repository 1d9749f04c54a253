import ArgumentParser
import Glibc
import PulseHTTPClient
import PulseMonitor
import PulseReactor
import PulseServer
import Synchronization

/// `pulse doctor`: why a Proxmox VE host cannot be watched, and what to do about it.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find out why a Proxmox VE host cannot be watched, and what to do about it.",
        discussion: """
            It looks at the name, the connection, the certificate, the token and its privileges, \
            and changes nothing. The token is sent only to a server whose certificate is trusted. \
            The secret is read from a file, so that it appears in no list of processes.

            Exit codes: 0 all is well, 1 something failed, 2 wrong usage.
            """
    )

    @Argument(help: ArgumentHelp("The host, such as https://pve1.lan:8006.", valueName: "url"))
    var url: String

    @Option(help: ArgumentHelp("The API token, without its secret.", valueName: "user@realm!name"))
    var token: String?

    @Option(help: ArgumentHelp("A file with the token's secret.", valueName: "file"))
    var secretFile: String?

    @Option(
        help: ArgumentHelp(
            "The certificate's SHA-256, confirmed on the host.",
            valueName: "AA:BB:…"
        )
    )
    var fingerprint: String?

    @Option(
        help: ArgumentHelp("Trust the authorities in this file only (PEM).", valueName: "file")
    )
    var caFile: String?

    func run() throws {
        let endpoint = try settings(nil) { () throws(RemoteSettingsError) in
            try RemoteEndpoint(url)
        }
        let token = try remoteToken()
        let trust = try trustOption(
            caFile: caFile.map { Self.absolute($0) },
            fingerprint: fingerprint
        )
        let lane = try SystemProbe.makeLane()
        let isWell = try withReactor { shard in
            let probe = SystemProbe(lane, shard)
            let client = HTTPClient(connectionsMax: 1)
            defer { client.close(on: shard) }
            let doctor = PVEDoctor(endpoint, trust: trust, token: token, over: client, probe: probe)
            var failed: [String] = []
            let isWell = await doctor.examine(on: shard) { step in
                Self.say(step.lines)
                if step.outcome == .failed { failed.append(step.subject.rawValue) }
            }
            let path = secretFile.map { Self.absolute($0) }
            Self.sayEnd(failed, doctor.configuration(secretFile: path ?? ""))
            return isWell
        }
        if !isWell { throw ExitCode.failure }
    }

    // MARK: Options

    private func remoteToken() throws(ConfigurationError) -> RemoteToken? {
        guard let token else {
            guard secretFile == nil else {
                throw ConfigurationError(
                    "--token is missing: name the token that the secret belongs to, such as "
                        + "pulse@pve!monitor"
                )
            }
            return nil
        }
        // First, since somebody may have given the secret with the name.
        _ = try settings("--token") { () throws(RemoteSettingsError) in
            try RemoteToken(id: token, secret: "secret")
        }
        guard let secretFile else {
            throw ConfigurationError(
                "--secret-file is missing: write the secret of \(token) to a file that only you "
                    + "can read, and name it"
            )
        }
        let secret = try secretOption("--secret-file", secretFile)
        if secret.isExposed {
            Self.warn("every user can read the secret: chmod 600 \(secretFile)")
        }
        return try settings("--secret-file \(secretFile)") { () throws(RemoteSettingsError) in
            try RemoteToken(id: token, secret: secret.text)
        }
    }

    private func settings<Value>(
        _ option: String?,
        _ read: () throws(RemoteSettingsError) -> Value
    ) throws(ConfigurationError) -> Value {
        do throws(RemoteSettingsError) {
            return try read()
        } catch {
            throw ConfigurationError(option.map { "\($0): \(error)" } ?? error.description)
        }
    }

    // MARK: What is said

    private static func say(_ lines: [String]) {
        print(lines.joined(separator: "\n"))
        // Each step is seen when it ends, also where the output is a pipe.
        fflush(nil)
    }

    /// What failed may stand many lines above.
    private static func sayEnd(_ failed: [String], _ configuration: String?) {
        guard failed.isEmpty else {
            return say(["", "Failed: \(failed.joined(separator: ", "))."])
        }
        guard let configuration else { return say(["", "All is well so far."]) }
        say([
            "", "All is well. In \"remotes\" of pulse's configuration:", "  \(configuration)",
        ])
    }

    /// The server may run in another folder.
    private static func absolute(_ path: String) -> String {
        // The C library's memory is copied and freed.
        guard let whole = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(whole) }
        return unsafe String(cString: whole)
    }

    private static func warn(_ words: String) {
        let line = Array("pulse: \(words)\n".utf8)
        _ = unsafe write(STDERR_FILENO, line, line.count)
    }

    // MARK: The reactor

    /// What came of it, once it has ended.
    private final class Outcome: Sendable {
        let isWell = Mutex(false)
    }

    /// Runs `body` on a reactor of its own, on this thread.
    private func withReactor(
        _ body: @escaping @Sendable (isolated Shard) async -> Bool
    ) throws -> Bool {
        let reactor = try Reactor(io: .epoll, connectionsMax: 1)
        let outcome = Outcome()
        Shard(reactor).assumeIsolated { shard in start(body, outcome, on: shard) }
        try reactor.run()
        return outcome.isWell.withLock { $0 }
    }

    private func start(
        _ body: @escaping @Sendable (isolated Shard) async -> Bool,
        _ outcome: Outcome,
        on shard: isolated Shard
    ) {
        let reactor = shard.reactor
        Task {
            await withTaskExecutorPreference(reactor) {
                let isWell = await body(shard)
                outcome.isWell.withLock { $0 = isWell }
                reactor.stop()
            }
        }
    }
}
