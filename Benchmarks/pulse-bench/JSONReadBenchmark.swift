import ArgumentParser
import FoundationEssentials
import PulseFleet
import PulseJSON
import PulseMonitor

/// The guests of a large cluster read from an answer of Proxmox VE, beside other ways to read it.
struct JSONReadBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "json-read",
        abstract: "Read the guests of a large cluster, against simdjson and Foundation.",
        discussion: """
            The answer is that of GET /cluster/resources, the members of each object in an order \
            of their own. Pulse reads it into the types of its monitor; simdjson's parser only \
            makes a tree of it, from which nothing has been taken yet.
            """
    )

    @OptionGroup var options: BenchOptions

    @Option(help: ArgumentHelp("How many guests there are.", valueName: "n"))
    var guests = 10_000

    @Option(help: ArgumentHelp("The library with simdjson's parser.", valueName: "file"))
    var simdjson: String?

    func validate() throws {
        try check(guests, in: 1...50_000, "--guests")
    }

    func run() throws {
        let work = try JSONReadWork(guestCount: guests, seed: options.seed)
        var comparisons: [Comparison] = []
        if let simdjson {
            let peer = try work.simdjson(library: simdjson)
            comparisons.append(try options.compare(work.reports, peer))
            comparisons.append(try options.compare(work.fields, peer))
            // AVX2, where the best is another one: what most servers have.
            if let common = try? work.simdjson(library: simdjson, implementation: "haswell"),
                common.name != peer.name
            {
                comparisons.append(try options.compare(work.reports, common))
                comparisons.append(try options.compare(work.fields, common))
            }
        }
        comparisons.append(try options.compare(work.reports, work.foundation))
        comparisons.append(try options.compare(work.skip, work.memcpy))
        let report = BenchReport(
            name: "json-read",
            inputs: [
                ("guests", UInt64(guests)), ("bytes", UInt64(work.bytes.count)),
                ("seed", options.seed),
            ],
            comparisons: comparisons
        )
        report.write(asJSON: options.json)
    }
}

/// The contenders, all of which have been seen to read the same.
struct JSONReadWork {
    let bytes: [UInt8]
    let reports: Contender
    let fields: Contender
    let skip: Contender
    let memcpy: Contender
    let foundation: Contender
    private let count: Int

    init(guestCount: Int, seed: UInt64) throws {
        let bytes = InventedAnswer.guests(count: guestCount, seed: seed)
        let guests = try PVEList.guests(of: bytes) ?? []
        let others = try JSONDecoder().decode(ListedGuests.self, from: Data(bytes)).data
        guard guests.count == guestCount, zip(guests, others).allSatisfy({ $0.0.says($0.1) }) else {
            throw BenchFailure.unequal("Foundation and pulse have read different guests")
        }
        self.bytes = bytes
        count = guestCount
        reports = Contender(name: "pulse's reader into guests") {
            UInt64(((try? PVEList.guests(of: bytes)) ?? nil)?.count ?? 0)
        }
        fields = Contender(name: "pulse's reader into numbers and places of texts") {
            (try? GuestFields.sum(of: bytes)) ?? 0
        }
        skip = Contender(name: "pulse's reader, all skipped") {
            var reader = JSONReader(bytes.span)
            return (try? reader.skipValue()) == nil ? 0 : UInt64(reader.offset)
        }
        let copy = Output(capacity: bytes.count)
        let source = Output(capacity: bytes.count)
        _ = source.write { $0.raw(bytes) }
        memcpy = Contender(name: "memcpy of the bytes") { copy.copy(source) }
        let data = Data(bytes)
        let decoder = JSONDecoder()
        foundation = Contender(name: "Foundation's JSONDecoder into structures") {
            UInt64((try? decoder.decode(ListedGuests.self, from: data))?.data.count ?? 0)
        }
    }

    func simdjson(
        library path: String,
        implementation: String? = nil
    ) throws(BenchFailure) -> Contender {
        let peer = try SimdjsonPeer(
            library: path,
            document: bytes,
            implementation: implementation
        )
        guard peer.parse() == count else {
            throw .unequal("simdjson has found another number of guests")
        }
        return Contender(name: peer.name) { UInt64(bitPattern: peer.parse()) }
    }
}

extension GuestReport {
    /// Whether a peer has read the same of this guest.
    fileprivate func says(_ other: ListedGuest) -> Bool {
        let names = name == other.name && node == other.node && status == other.status
        let load = cpuFraction == other.cpu && cpuCount == other.maxcpu
        let memory = memoryUsedBytes == other.mem && memoryTotalBytes == other.maxmem
        let counters =
            receivedBytes == other.netin && sentBytes == other.netout
            && readBytes == other.diskread && writtenBytes == other.diskwrite
        return vmid == other.vmid && kind.rawValue == other.type && names && load && memory
            && counters && uptimeSeconds == other.uptime && pool == other.pool
    }
}
