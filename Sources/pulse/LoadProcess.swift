import Glibc
import Logging
import PulseLoad
import PulseLogging
import PulseReactor
import PulseServer
import Synchronization

/// The process of `pulse load`.
struct LoadProcess {
    let options: LoadOptions
    let requirements: [Requirement]
    let io: IOChoice
    let writesJSON: Bool

    /// Runs, writes the report on standard output, and throws when it does not show what it must.
    func run() throws {
        try raiseDescriptorLimit()
        let found = Mutex<LoadReport?>(nil)
        let isTerminal = isatty(STDERR_FILENO) != 0
        let process = ReactorProcess(
            io: io,
            connectionsMax: options.clients + options.agents + LoadLimits.spareDescriptors,
            log: .standardError(.warning, .text),
            reportsSlowTurns: false
        )
        try process.run { shard in
            let run = try LoadRun(
                options,
                requirements: requirements,
                reactor: shard.reactor,
                progressNanoseconds: isTerminal ? 2_000_000_000 : 10_000_000_000
            ) { LoadProcess.write($0 + "\n", to: STDERR_FILENO) }
            return LoadService(run) { report in found.withLock { $0 = report } }
        }
        guard let report = found.withLock({ $0 }) else {
            throw LoadFailure("the load was ended before it began")
        }
        let text = writesJSON ? String(decoding: report.json, as: UTF8.self) : report.text
        LoadProcess.write(text, to: STDOUT_FILENO)
        if !report.holds { exit(1) }
    }

    /// Makes room for every connection, as far as the system allows it.
    private func raiseDescriptorLimit() throws(ConfigurationError) {
        let descriptors = DescriptorLimit.raise()
        let needed = options.clients + options.agents + LoadLimits.spareDescriptors
        guard needed <= descriptors else {
            throw ConfigurationError(
                "--clients: \(options.clients) clients and \(options.agents) agents need \(needed) "
                    + "descriptors, and this process may have \(descriptors) (`ulimit -Hn`)"
            )
        }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// A load as a process runs it: it ends by itself, or with a report of what it has when a signal
/// comes.
private final class LoadService: ProcessService {
    private let load: LoadRun
    private let done: (LoadReport) -> Void
    private var isDone = false

    init(_ load: LoadRun, _ done: @escaping (LoadReport) -> Void) {
        self.load = load
        self.done = done
    }

    func run(on shard: isolated Shard) async throws {
        defer { isDone = true }
        done(try await load.run(on: shard))
        shard.reactor.stop()
    }

    func stop(on shard: isolated Shard) async {
        load.interrupt()
        // The report is made within a step or two.
        while !isDone, (try? await shard.sleep(until: .now() + 5_000_000)) != nil {}
    }

    func stopNow() { load.interrupt() }
}
