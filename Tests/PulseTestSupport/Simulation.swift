#if DEBUG
import Glibc
package import PulseReactor

/// What a simulation plays: services on the reactor, and the peers that they talk to.
package protocol SimulatedWorld: AnyObject {
    /// What the peers do between two turns of the reactor.
    func act()

    /// The first rule that does not hold, in words; looked at after every turn.
    func brokenRule() -> String?

    /// Nothing goes wrong from here on: what is healthy must come to its end.
    func calmDown()

    /// Whether everything has come to its end.
    var isAtRest: Bool { get }

    /// Whether its services have been told of the end of every connection.
    var isDeserted: Bool { get }

    /// Lets go of what it holds on the reactor.
    func leave()
}

/// One seed's run of a world over a simulated kernel, on the calling thread and in virtual time.
package struct Simulation {
    package let seed: UInt64
    package let turns: Int
    package var conditions: SimulatedConditions

    package init(seed: UInt64, turns: Int, planted: PlantedBug? = nil) {
        self.seed = seed
        self.turns = turns
        conditions = SimulatedConditions.simulation(seed: seed)
        conditions.planted = planted
    }

    /// What a world is made of.
    package struct Parts {
        package let reactor: Reactor
        package let shard: Shard
        package let kernel: SimulatedKernel
        /// For the world's own draws.
        package let random: SimulatedRandom
    }

    /// What came of a run.
    package struct Outcome: Sendable {
        package let seed: UInt64
        /// One number for everything that happened.
        package let traceHash: UInt64
        package let eventCount: Int
        /// The rule that was broken, or `nil`.
        package let violation: String?
        package let lastEvents: [String]

        /// What a person needs to see it again.
        package var report: String {
            """
            seed \(seed), after \(eventCount) events: \(violation ?? "nothing was found")
            again with: script/sim --seed \(seed)
            \(lastEvents.joined(separator: "\n"))
            """
        }
    }

    /// Turns within which all must come to rest when nothing goes wrong any more.
    private static let calmTurnsMax = 4000

    package func run(_ makeWorld: (Parts) throws -> any SimulatedWorld) throws -> Outcome {
        let kernel = SimulatedKernel(conditions)
        try kernel.asTime {
            let reactor = try Reactor(simulated: kernel)
            try play(reactor, kernel, makeWorld)
            // What is open now is the reactor's own: its mailbox and the descriptor to spare.
            if kernel.descriptorCount > 2 { kernel.report("descriptors are left open at the end") }
        }
        if kernel.descriptorCount > 0 { kernel.report("a reactor that is gone left descriptors") }
        return Outcome(
            seed: seed,
            traceHash: kernel.traceHash,
            eventCount: kernel.eventCount,
            violation: kernel.violation,
            lastEvents: kernel.lastEvents
        )
    }

    private func play(
        _ reactor: Reactor,
        _ kernel: SimulatedKernel,
        _ makeWorld: (Parts) throws -> any SimulatedWorld
    ) throws {
        let parts = Parts(
            reactor: reactor,
            shard: Shard(reactor),
            kernel: kernel,
            random: SimulatedRandom(seed: ~seed)
        )
        let world = try makeWorld(parts)
        for _ in 0..<turns where kernel.violation == nil { try turn(world, reactor, kernel) }
        // Some end in the middle of it all.
        if !seed.isMultiple(of: 4) { try calmDown(world, reactor, kernel) }
        if kernel.violation != nil { return world.leave() }
        reactor.stop()
        try reactor.run()
        if !world.isDeserted { kernel.report("a service was not told of an end") }
        world.leave()
        if reactor.liveFrameCount != 0 { kernel.report("frames are held at the end") }
        if reactor.connectionCount != 0 { kernel.report("connections are left at the end") }
    }

    /// Lets everybody who is healthy come to the end.
    private func calmDown(
        _ world: any SimulatedWorld,
        _ reactor: Reactor,
        _ kernel: SimulatedKernel
    ) throws {
        kernel.setFaults(.none)
        kernel.setDescriptorsMax(20_000)
        world.calmDown()
        var left = Simulation.calmTurnsMax
        while kernel.violation == nil, !world.isAtRest {
            try turn(world, reactor, kernel)
            left -= 1
            if left == 0 { kernel.report("healthy peers do not come to their end") }
        }
    }

    private func turn(
        _ world: any SimulatedWorld,
        _ reactor: Reactor,
        _ kernel: SimulatedKernel
    ) throws {
        world.act()
        try reactor.turn()
        if kernel.lentBufferCount > 0 { kernel.report("a receive buffer was not given back") }
        if let rule = world.brokenRule() { kernel.report(rule) }
    }
}
#endif
