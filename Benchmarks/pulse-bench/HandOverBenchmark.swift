import ArgumentParser

/// One tick's frame given to every client and taken back, without the kernel in between.
struct HandOverBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hand-over",
        abstract: "Give one frame to many clients, against counted references and a queue each.",
        discussion: """
            What the hub and the reactor keep for a send: a generation, an operation, and a share \
            in the frame that is counted by hand. The peer is what one writes otherwise: an object \
            for the frame, an object with a queue for each client. Once the clients' records lie \
            in an array, and once in the hub's slab, whose code is another module's.
            """
    )

    @OptionGroup var options: BenchOptions

    @Option(help: ArgumentHelp("How many clients there are.", valueName: "n"))
    var clients = 5_000

    @Option(help: ArgumentHelp("How long the frame is.", valueName: "n"))
    var bytes = 4_096

    func validate() throws {
        try check(clients, in: 1...1_000_000, "--clients")
        try check(bytes, in: 1...1 << 20, "--bytes")
    }

    func run() throws {
        let work = HandOverWork(clientCount: clients, byteCount: bytes)
        let report = BenchReport(
            name: "hand-over",
            inputs: [("clients", UInt64(clients)), ("bytes", UInt64(bytes))],
            comparisons: [
                try options.compare(work.inArray, work.queued),
                try options.compare(work.inSlab, work.queued),
            ]
        )
        report.write(asJSON: options.json)
    }
}

/// The ways to hand a frame over, for so many clients.
struct HandOverWork {
    let inArray: Contender
    let inSlab: Contender
    let queued: Contender

    init(clientCount: Int, byteCount: Int) {
        let array = CountedHub(
            ArrayRecords(count: clientCount),
            clientCount: clientCount,
            byteCount: byteCount
        )
        inArray = Contender(name: "frame counted by hand, records in an array") { array.tick() }
        let slab = CountedHub(
            SlabRecords(count: clientCount),
            clientCount: clientCount,
            byteCount: byteCount
        )
        inSlab = Contender(name: "frame counted by hand, records in the hub's slab") {
            slab.tick()
        }
        let other = QueuedHub(clientCount: clientCount, byteCount: byteCount)
        queued = Contender(name: "frame counted by Swift, an object and a queue each") {
            other.tick()
        }
    }
}
