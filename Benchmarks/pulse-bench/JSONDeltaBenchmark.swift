import ArgumentParser
import PulseFleet

/// The delta of a tick in which few guests changed, beside that of one in which all did.
struct JSONDeltaBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "json-delta",
        abstract: "Write the delta of a tick in which one guest in a hundred changed.",
        discussion: "A delta should cost what changed, whatever the number of guests."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: ArgumentHelp("How many guests there are.", valueName: "n"))
    var guests = 10_000

    func validate() throws {
        try check(guests, in: 200...50_000, "--guests")
    }

    func run() throws {
        let few = try JSONDeltaWork(guestCount: guests, changing: 100, seed: options.seed)
        let all = try JSONDeltaWork(guestCount: guests, changing: 1, seed: options.seed)
        let report = BenchReport(
            name: "json-delta",
            inputs: [
                ("guests", UInt64(guests)),
                ("changedFew", UInt64(few.rowCount)), ("bytesFew", UInt64(few.byteCount)),
                ("changedAll", UInt64(all.rowCount)), ("bytesAll", UInt64(all.byteCount)),
                ("seed", options.seed),
            ],
            comparisons: [
                try options.compare(few.delta, all.delta),
                try options.compare(few.delta, few.state),
            ]
        )
        report.write(asJSON: options.json)
    }
}

/// A fleet within a tick, whose delta can be written as often as one likes.
struct JSONDeltaWork {
    let delta: Contender
    let state: Contender
    let rowCount: Int
    let byteCount: Int

    /// Every `step`th running guest has changed since the last tick.
    init(guestCount: Int, changing step: Int, seed: UInt64) throws {
        var invented = InventedFleet(guestCount: guestCount, seed: seed)
        let moved = invented.move(every: step)
        let owner = invented.owner
        let ts = invented.ts
        owner.beginTick()
        let bound = owner.byteCountMax(of: owner.delta(of: .whole(.guests)))
        let output = Output(capacity: bound)
        // The hub asks for the bound first, in order to make the frame.
        let write = {
            let delta = owner.delta(of: .whole(.guests))
            return UInt64(owner.byteCountMax(of: delta))
                &+ output.write { owner.encode(delta, ts: ts, into: &$0) }
        }
        _ = write()
        byteCount = output.byteCount
        rowCount = try Delta(parsing: output.bytes).rows.count
        guard rowCount == moved else {
            throw BenchFailure.unequal("\(moved) guests changed and \(rowCount) are in the delta")
        }
        delta = Contender(name: "delta, 1 guest in \(step) changed", run: write)

        let whole = Output(capacity: owner.stateByteCountMax(of: .whole(.guests)))
        state = Contender(name: "full state, nothing changed") {
            whole.write { owner.encodeState(of: .whole(.guests), ts: ts, into: &$0) }
        }
    }
}
