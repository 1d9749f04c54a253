import ArgumentParser

/// What every benchmark takes.
struct BenchOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Interleaved pairs of each comparison.", valueName: "n"))
    var pairs = 5

    @Option(help: ArgumentHelp("What the invented data are drawn from.", valueName: "n"))
    var seed: UInt64 = 1

    @Flag(help: "Write the report as JSON.")
    var json = false

    func validate() throws {
        try check(pairs, in: 1...1_000, "--pairs")
    }

    func compare(_ subject: Contender, _ peer: Contender) throws(BenchFailure) -> Comparison {
        try Comparison(of: subject, against: peer, pairCount: pairs)
    }
}

/// Refuses a number that an option does not take.
func check(_ value: Int, in range: ClosedRange<Int>, _ option: String) throws {
    guard range.contains(value) else {
        throw ValidationError("\(option) is from \(range.lowerBound) to \(range.upperBound)")
    }
}
