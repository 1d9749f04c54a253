/// Work whose instructions are counted: the same instructions in every run of the same binary.
enum CountedWorkload: String, CaseIterable {
    /// A full state of guests all of whose figures have changed.
    case jsonWrite = "json-write"
    /// The same with everything encoded anew.
    case jsonWriteAll = "json-write-all"
    /// The same with one guest in a hundred changed.
    case jsonWriteFew = "json-write-few"
    /// The same with every text and number encoded anew.
    case jsonWriteStructures = "json-write-structures"
    /// The delta of a tick in which one guest in a hundred changed.
    case jsonDeltaFew = "json-delta-few"
    /// The delta of a tick in which all changed.
    case jsonDeltaAll = "json-delta-all"
    /// A list of guests read into the types of the monitor.
    case jsonRead = "json-read"
    /// The same list into numbers and places of texts.
    case jsonReadFields = "json-read-fields"
    /// The same list skipped.
    case jsonSkip = "json-skip"
    /// One frame to many clients, whose records lie in an array.
    case handOver = "hand-over"
    /// The same with the records in the hub's slab.
    case handOverSlab = "hand-over-slab"

    /// Does the work once to warm up, as lazy binding and first calls cost instructions of their
    /// own, and once to be counted.
    func run() throws {
        let contender = try contender()
        contender.prepare?()
        BlackHole.take(contender.run())
        contender.prepare?()
        BlackHole.take(runCounted(contender))
    }

    /// Large enough that fixed costs are nothing, small enough for an interpreter.
    private static let guestCount = 2_000
    private static let clientCount = 5_000
    private static let seed: UInt64 = 1

    private static var fiveThousand: HandOverWork {
        HandOverWork(clientCount: clientCount, byteCount: 4_096)
    }

    private func contender() throws -> Contender {
        let (guests, seed) = (Self.guestCount, Self.seed)
        return switch self {
        case .jsonWrite: try JSONWriteWork(guestCount: guests, seed: seed).figures
        case .jsonWriteAll: try JSONWriteWork(guestCount: guests, seed: seed).everything
        case .jsonWriteFew: try JSONWriteWork(guestCount: guests, seed: seed).few
        case .jsonWriteStructures: try JSONWriteWork(guestCount: guests, seed: seed).structures
        case .jsonDeltaFew: try JSONDeltaWork(guestCount: guests, changing: 100, seed: seed).delta
        case .jsonDeltaAll: try JSONDeltaWork(guestCount: guests, changing: 1, seed: seed).delta
        case .jsonRead: try JSONReadWork(guestCount: guests, seed: seed).reports
        case .jsonReadFields: try JSONReadWork(guestCount: guests, seed: seed).fields
        case .jsonSkip: try JSONReadWork(guestCount: guests, seed: seed).skip
        case .handOver: Self.fiveThousand.inArray
        case .handOverSlab: Self.fiveThousand.inSlab
        }
    }
}

/// What is counted: Benchmarks/instructions.py switches the counting on by this function's name.
@inline(never)
private func runCounted(_ contender: Contender) -> UInt64 {
    contender.run()
}
