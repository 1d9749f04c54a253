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
            The fleet keeps each row as encoded JSON until something of it changes. Here a tick \
            has changed the figures of all running guests, or of one in a hundred, or names and \
            figures, so that every row is encoded anew. The peers write the same bytes from one \
            structure for each guest; pulse's own writer does so, too, which tells the writer from \
            what the fleet keeps. Nothing of a contender's lies in a cache when it begins.
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
        let sweep = CacheSweep()
        let compare = { (subject: Contender, peer: Contender) throws(BenchFailure) in
            try options.compare(subject.cold(sweep), peer.cold(sweep))
        }
        let report = BenchReport(
            name: "json-write",
            inputs: [
                ("guests", UInt64(guests)), ("bytes", UInt64(work.byteCount)),
                ("seed", options.seed),
            ],
            comparisons: [
                try compare(work.figures, work.memcpy),
                try compare(work.everything, work.memcpy),
                try compare(work.few, work.memcpy),
                try compare(work.figures, work.naive),
                try compare(work.figures, work.foundation),
                try compare(work.objects, work.memcpyOfObjects),
                try compare(work.structures, work.memcpy),
                try compare(work.structures, work.naive),
                try compare(work.structures, work.foundation),
            ]
        )
        report.write(asJSON: options.json)
    }
}

/// The contenders, all of which have been seen to write the same.
struct JSONWriteWork {
    /// The figures of all running guests changed.
    let figures: Contender
    /// Nothing that was kept can be used.
    let everything: Contender
    /// One guest in a hundred changed.
    let few: Contender
    let structures: Contender
    /// About as many bytes of objects with keys, which are fewer guests.
    let objects: Contender
    let memcpyOfObjects: Contender
    let memcpy: Contender
    let naive: Contender
    let foundation: Contender
    let byteCount: Int

    /// Three digits more in each of the figures that move.
    private static let growthBytesMax = 3 * 7

    init(guestCount: Int, seed: UInt64) throws {
        var invented = InventedFleet(guestCount: guestCount, seed: seed)
        let owner = invented.owner
        let ts = invented.ts
        // Figures that change take a few bytes more or less.
        let output = Output(
            capacity: owner.stateByteCountMax(of: .whole(.guests)) + guestCount
                * Self.growthBytesMax
        )
        let writeFleet = {
            output.write { owner.encodeState(of: .whole(.guests), ts: ts, into: &$0) }
        }
        _ = writeFleet()
        let bytes = output.bytes
        byteCount = bytes.count
        // The hub asks for the size first, in order to make the frame.
        let write = { UInt64(owner.stateByteCountMax(of: .whole(.guests))) &+ writeFleet() }
        let move = { (step: Int) in
            invented.move(every: step)
            invented.tick()
        }
        figures = Contender(
            name: "fleet, figures of all running guests changed",
            prepare: { move(1) },
            run: write
        )
        everything = Contender(
            name: "fleet, everything encoded anew",
            prepare: {
                invented.rename()
                move(1)
            },
            run: write
        )
        few = Contender(
            name: "fleet, 1 guest in 100 changed",
            prepare: { move(100) },
            run: write
        )

        let source = Output(capacity: bytes.count)
        _ = source.write { $0.raw(bytes) }
        let copy = Output(capacity: bytes.count)
        memcpy = Contender(name: "memcpy of the same bytes") { copy.copy(source) }

        let state = try GuestState(parsing: bytes)
        let second = Output(capacity: bytes.count)
        let writeStructures = { second.write { state.write(to: &$0) } }
        _ = writeStructures()
        try Self.expect(second.bytes == bytes, "pulse's writer wrote other bytes")
        structures = Contender(name: "structures, pulse's writer", run: writeStructures)

        (objects, memcpyOfObjects) = try Self.objects(
            Array(state.rows.prefix(max(1, guestCount * 10 / 23)))
        )

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

    private static func objects(_ guests: [GuestRow]) throws -> (Contender, Contender) {
        let kept = GuestObjectsBox(try GuestObjects(guests))
        let output = Output(capacity: kept.objects.byteCountMax)
        let write = { output.write { kept.objects.write(to: &$0) } }
        _ = write()
        try expect(try GuestObjects.say(output.bytes, guests), "the objects say something else")
        let source = Output(capacity: output.byteCount)
        let bytes = output.bytes
        _ = source.write { $0.raw(bytes) }
        let copy = Output(capacity: output.byteCount)
        return (
            Contender(name: "objects with keys, pulse's writer", run: write),
            Contender(name: "memcpy of these bytes") { copy.copy(source) }
        )
    }

    private static func expect(
        _ holds: @autoclosure () throws -> Bool,
        _ otherwise: String
    ) throws {
        if try !holds() { throw BenchFailure.unequal(otherwise) }
    }
}
