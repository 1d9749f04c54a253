import ArgumentParser
import PulseFleet

/// One very long list of guests, as of one cluster, applied whole.
struct ApplyBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Apply one list of many guests to the fleet.",
        discussion: """
            The monitor applies a list in parts, with turns of the loop in between; this is the \
            work of all parts together. A list that says what the last one said should cost little.
            """
    )

    @OptionGroup var options: BenchOptions

    @Option(help: ArgumentHelp("How many guests the list names.", valueName: "n"))
    var guests = 20_000

    func validate() throws {
        try check(guests, in: 200...50_000, "--guests")
    }

    func run() throws {
        let work = ApplyWork(guestCount: guests, seed: options.seed)
        let report = BenchReport(
            name: "apply",
            inputs: [("guests", UInt64(guests)), ("seed", options.seed)],
            comparisons: [
                try options.compare(work.unchanged, work.changed),
                try options.compare(work.changed, work.first),
                try options.compare(work.changed, work.failed),
            ]
        )
        report.write(asJSON: options.json)
    }
}

/// The three ways in which a list can be news, and a remote that lists nothing for a while.
struct ApplyWork {
    let unchanged: Contender
    let changed: Contender
    let first: Contender
    let failed: Contender

    init(guestCount: Int, seed: UInt64) {
        var invented = InventedFleet(
            guestCount: guestCount,
            seed: seed,
            guestsPerRemote: guestCount
        )
        let lists = invented.lists
        unchanged = Contender(name: "a list that says nothing new") {
            invented.report()
            return 1
        }
        // New figures for every guest that runs are drawn, too, which is a small part of it.
        changed = Contender(name: "every guest that runs has changed") {
            UInt64(invented.move(every: 1))
        }
        first = Contender(name: "the first list") {
            InventedFleet.applyFirst(lists)
        }
        // Every guest turns stale, and live again.
        failed = Contender(name: "the remote fails, and answers again") {
            invented.fail()
            return 1
        }
    }
}
