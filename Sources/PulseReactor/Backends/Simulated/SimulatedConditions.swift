#if DEBUG
/// What a simulated kernel is like: its seed, its clock, its sizes and what goes wrong in it.
package struct SimulatedConditions: Sendable {
    package enum Clock: Sendable {
        /// Threads wait for each other in real time, as tests of one feature do.
        case real
        /// Time passes only as the kernel says, and everything happens on one thread.
        case virtual
    }

    package var seed: UInt64
    package var clock: Clock
    package var faults: SimulatedFaults
    /// Bytes that one direction of a connection holds.
    package var pipeBytes = 4096
    package var receiveBufferCount = Limits.receiveBufferCount
    package var receiveBufferBytes = Limits.receiveBufferBytes
    /// Descriptors that the reactor's process may have.
    package var descriptorsMax = 20_000
    /// A mistake made on purpose, to see whether it is found.
    package var planted: PlantedBug?

    /// A kernel for tests that wait for each other on several threads.
    package static func threads(seed: UInt64) -> SimulatedConditions {
        var conditions = SimulatedConditions(seed: seed, clock: .real, faults: .invisible)
        // About what the real kernel takes for a reader that is slow.
        conditions.pipeBytes = 256 * 1024
        return conditions
    }

    /// A small kernel in which what can go wrong does.
    ///
    /// Sizes and kinds of faults are drawn as well: where everything goes wrong at once, nothing
    /// goes on for long enough to go wrong in other ways.
    package static func simulation(seed: UInt64) -> SimulatedConditions {
        var random = SimulatedRandom(seed: seed ^ 0x5EED)
        let faults = SimulatedFaults.harsh.some(&random)
        var conditions = SimulatedConditions(seed: seed, clock: .virtual, faults: faults)
        conditions.receiveBufferCount = 1 << random.below(4)
        conditions.receiveBufferBytes = 512
        conditions.pipeBytes = 128 << random.below(8)
        // The mailbox, the one to spare, a listener, and some connections.
        if random.happens(300) { conditions.descriptorsMax = 6 + random.below(10) }
        return conditions
    }

    package init(seed: UInt64, clock: Clock, faults: SimulatedFaults) {
        self.seed = seed
        self.clock = clock
        self.faults = faults
    }
}

/// How often what goes wrong, in thousandths of the occasions for it.
package struct SimulatedFaults: Sendable {
    /// An operation that could complete does so in a later turn.
    package var late: UInt64 = 0
    /// Fewer bytes are moved than could be.
    package var short: UInt64 = 0
    /// A multishot operation ends although nothing is wrong.
    package var endsMultishot: UInt64 = 0
    /// A cancelled operation completes before the cancellation is noticed.
    package var cancelLoses: UInt64 = 0
    /// A call is interrupted (EINTR, EAGAIN).
    package var interrupts: UInt64 = 0
    /// No receive buffer is found (ENOBUFS).
    package var noBuffers: UInt64 = 0
    /// No descriptor is left to accept with (EMFILE).
    package var noDescriptors: UInt64 = 0
    /// A connection is reset while it is in use.
    package var resets: UInt64 = 0
    /// A send fails for want of the kernel's memory (ENOBUFS).
    package var sendFails: UInt64 = 0
    /// A connect is refused or times out.
    package var refusals: UInt64 = 0
    /// The clock jumps by seconds.
    package var clockJumps: UInt64 = 0
    /// Whether completions of different operations come in any order.
    package var reorders = false

    /// Nothing goes wrong.
    package static let none = SimulatedFaults()

    /// What the reactor has to make up for, so that nobody sees anything of it.
    package static let invisible: SimulatedFaults = {
        var faults = SimulatedFaults()
        faults.late = 100
        faults.short = 100
        faults.endsMultishot = 50
        faults.cancelLoses = 300
        faults.interrupts = 20
        faults.noBuffers = 20
        faults.reorders = true
        return faults
    }()

    /// These faults, but not all kinds of them.
    fileprivate func some(_ random: inout SimulatedRandom) -> SimulatedFaults {
        let kinds: [WritableKeyPath<SimulatedFaults, UInt64>] = [
            \.late, \.short, \.endsMultishot, \.cancelLoses, \.interrupts, \.noBuffers,
            \.noDescriptors, \.resets, \.sendFails, \.refusals, \.clockJumps,
        ]
        var faults = self
        for kind in kinds where random.happens(300) { faults[keyPath: kind] = 0 }
        faults.reorders = random.happens(800)
        return faults
    }

    /// Everything.
    package static let harsh: SimulatedFaults = {
        var faults = invisible
        faults.late = 300
        faults.short = 300
        faults.noDescriptors = 50
        faults.resets = 8
        faults.sendFails = 5
        faults.refusals = 100
        faults.clockJumps = 5
        return faults
    }()
}

/// A mistake of the kind that corrupts silently under a real kernel, made on purpose where the
/// reactor's calls reach the simulated one: a simulation that does not find it is worth nothing.
package enum PlantedBug: Sendable, CaseIterable {
    /// A receive buffer is given back before its bytes have been read.
    case recyclesEarly
    /// A send that the kernel took in part counts as done.
    case forgetsShortSends
    /// A descriptor is closed while a receive or a send still names it.
    case closesUnderOperations
    /// A receive is begun while one of the same connection is in flight.
    case receivesTwice
}
#endif
