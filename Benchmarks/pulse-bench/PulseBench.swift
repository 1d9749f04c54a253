import ArgumentParser

/// The command line of the benchmarks that need no second process.
struct PulseBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulse-bench",
        abstract: "Benchmarks within one process.",
        discussion: """
            Each prints ratios of two ways to do the same: the median of interleaved pairs of \
            one run. Times stand beside them for orientation only. With --count it does one fixed \
            piece of work for an instruction counter (Benchmarks/instructions.py): \
            \(CountedWorkload.allCases.map(\.rawValue).joined(separator: ", ")).
            """,
        subcommands: [
            JSONWriteBenchmark.self, JSONDeltaBenchmark.self, JSONReadBenchmark.self,
            HandOverBenchmark.self, ApplyBenchmark.self, AllocationCheck.self,
        ]
    )

    @Option(help: ArgumentHelp("Do this work once, to be counted.", valueName: "name"))
    var count: CountedWorkload?

    func run() throws {
        guard let count else { throw CleanExit.helpRequest(self) }
        try count.run()
    }
}

extension CountedWorkload: ExpressibleByArgument {}
