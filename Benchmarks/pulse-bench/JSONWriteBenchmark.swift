import ArgumentParser
import FoundationEssentials
import PulseFleet
import PulseJSON

/// The whole state of stream `guests`, written from the fleet's columns, beside other ways to get
/// the same bytes.
struct JSONWriteBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "json-write",
        abstract: "Write a full state of guests, against memcpy and against other writers.",
        discussion: """
            The fleet keeps each row as encoded JSON until something of it changes. Here all \
            figures of all guests have changed, or one guest in a hundred, or everything is \
            encoded anew. The peers write the same bytes from one structure for each guest; \
            pulse's own writer does so, too, which tells the writer from what the fleet keeps.
            """
    )

    @OptionGroup var options: BenchOptions

    @Option(help: ArgumentHelp("How many guests there are.", valueName: "n"))
    var guests = 23_000

    func validate() throws {
        try check(guests, in: 1...50_000, "--guests")
    }

    func run() throws {
        let work = try JSONWriteWork(guestCount: guests, seed: options.seed)
        let report = BenchReport(
            name: "json-write",
            inputs: [
                ("guests", UInt64(guests)), ("bytes", UInt64(work.byteCount)),
                ("seed", options.seed),
            ],
            comparisons: [
                try options.compare(work.figures, work.memcpy),
                try options.compare(work.everything, work.memcpy),
                try options.compare(work.few, work.memcpy),
                try options.compare(work.figures, work.naive),
                try options.compare(work.figures, work.foundation),
                try options.compare(work.structures, work.memcpy),
                try options.compare(work.structures, work.naive),
                try options.compare(work.structures, work.foundation),
            ]
        )
        report.write(asJSON: options.json)
    }
}

/// The contenders, all of which have been seen to write the same.
struct JSONWriteWork {
    /// All figures of all guests changed.
    let figures: Contender
    /// Nothing that was kept can be used.
    let everything: Contender
    /// One guest in a hundred changed.
    let few: Contender
    let structures: Contender
    let memcpy: Contender
    let naive: Contender
    let foundation: Contender
    let byteCount: Int

    init(guestCount: Int, seed: UInt64) throws {
        let invented = InventedFleet(guestCount: guestCount, seed: seed)
        let owner = invented.owner
        let ts = invented.ts
        let output = Output(capacity: owner.stateByteCountMax(of: .guests))
        let writeFleet = { output.write { owner.encodeState(of: .guests, ts: ts, into: &$0) } }
        _ = writeFleet()
        let bytes = output.bytes
        byteCount = bytes.count
        let write = { (step: Int, withFields: Bool) in
            {
                owner.outdateRows(of: .guests, every: step, withFields: withFields)
                // The hub asks for the size first, in order to make the frame.
                return UInt64(owner.stateByteCountMax(of: .guests)) &+ writeFleet()
            }
        }
        figures = Contender(name: "fleet, all figures changed", run: write(1, false))
        everything = Contender(name: "fleet, everything encoded anew", run: write(1, true))
        few = Contender(name: "fleet, 1 guest in 100 changed", run: write(100, false))

        let copy = Output(capacity: bytes.count)
        memcpy = Contender(name: "memcpy of the same bytes") { copy.copy(output) }

        let state = try GuestState(parsing: bytes)
        let second = Output(capacity: bytes.count)
        let writeStructures = { second.write { state.write(to: &$0) } }
        _ = writeStructures()
        try Self.expect(second.bytes == bytes, "pulse's writer wrote other bytes")
        structures = Contender(name: "structures, pulse's writer", run: writeStructures)

        var writer = NaiveWriter()
        writer.write(state)
        try Self.expect(writer.bytes == bytes, "the naive writer wrote other bytes")
        naive = Contender(name: "structures, appending to [UInt8]") {
            writer.write(state)
            return UInt64(writer.bytes.count)
        }

        // Of the outer object's members it decides the order itself.
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let encoded = [UInt8](try encoder.encode(state))
        try Self.expect(
            encoded.count == bytes.count && GuestState(parsing: encoded) == state,
            "Foundation wrote something else"
        )
        foundation = Contender(name: "structures, Foundation's JSONEncoder") {
            UInt64((try? encoder.encode(state))?.count ?? 0)
        }
    }

    private static func expect(
        _ holds: @autoclosure () throws -> Bool,
        _ otherwise: String
    ) throws {
        if try !holds() { throw BenchFailure.unequal(otherwise) }
    }
}
