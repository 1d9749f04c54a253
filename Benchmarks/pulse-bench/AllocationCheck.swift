import ArgumentParser
import Glibc
import PulseFleet
import PulseJSON
import PulseMonitor

/// Counts what encoding and decoding allocate, and fails where it is more than may be.
struct AllocationCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocations",
        abstract: "Count the heap allocations of encoding and decoding.",
        discussion: """
            Needs the counter of Benchmarks/peers/allocations.c, as script/bench allocations loads \
            it. Each piece of work is done once before it is counted, so that buffers have grown.
            """
    )

    @Option(help: ArgumentHelp("How many guests there are.", valueName: "n"))
    var guests = 10_000

    func validate() throws {
        try check(guests, in: 100...50_000, "--guests")
    }

    func run() throws {
        let counter = try AllocationCounter()
        var failures: [String] = []
        for item in try items() {
            item.work.prepare?()
            BlackHole.take(item.work.run())
            item.work.prepare?()
            let before = counter.count
            BlackHole.take(item.work.run())
            let count = counter.count - before
            let verdict = count <= item.countMax ? "ok" : "TOO MANY"
            print("\(verdict): \(count) allocations, at most \(item.countMax): \(item.work.name)")
            if count > item.countMax { failures.append(item.work.name) }
        }
        guard failures.isEmpty else {
            throw BenchFailure.unequal("allocates more than it may: \(failures)")
        }
    }

    private func items() throws -> [(work: Contender, countMax: UInt64)] {
        let write = try JSONWriteWork(guestCount: guests, seed: 1)
        let delta = try JSONDeltaWork(guestCount: guests, changing: 1, seed: 1)
        let read = try JSONReadWork(guestCount: guests, seed: 1)
        let report = InventedReport.bytes(byteCount: 40_000)
        let fields = Contender(name: "a report of 40 KB, every value read in place") {
            (try? InventedReport.sum(of: report)) ?? 0
        }
        let decoder = Contender(name: "a report of 40 KB, decoded into the fleet's types") {
            UInt64((try? decodeHostReport(report.span))?.disks.count ?? 0)
        }
        guard fields.run() > 0, decoder.run() > 0 else {
            throw BenchFailure.unequal("the report of this benchmark cannot be read")
        }
        return [
            (write.everything, 0), (write.figures, 0), (write.few, 0), (write.structures, 0),
            (delta.delta, 0), (read.fields, 0), (read.skip, 0), (fields, 0),
            // What it keeps: the lists as they grow, and texts of more than 15 bytes.
            (decoder, UInt64(InventedReport.keptCountMax)),
        ]
    }
}

/// The counter in the library that is loaded before all others.
@safe
struct AllocationCounter {
    private typealias Read = @convention(c) () -> UInt64
    private let read: Read

    init() throws(BenchFailure) {
        // The library is never unloaded; the type is that of the function in its source.
        guard let symbol = unsafe dlsym(nil, "allocation_count") else {
            throw .unavailable("allocations are not counted: script/bench allocations does")
        }
        unsafe read = unsafeBitCast(symbol, to: Read.self)
        // Whoever has come here has parsed a command line, and so has asked for memory.
        guard count > 0 else { throw .unavailable("the counter of allocations counts nothing") }
    }

    var count: UInt64 { read() }
}
