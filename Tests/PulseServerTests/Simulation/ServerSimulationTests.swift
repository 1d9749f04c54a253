#if DEBUG
import PulseReactor
import PulseTestSupport
import Testing

/// The server and its hub over a simulated kernel, seed by seed.
@Suite("Simulation of the server", .serialized, .timeLimit(.minutes(60)))
struct ServerSimulationTests {
    @Test("every dashboard that has caught up holds the state, whatever goes wrong")
    func seeds() async throws {
        try await SimulationSeeds.run(100) { try run($0) }
    }

    @Test("the same seed gives the same trace")
    func sameTrace() throws {
        for seed in UInt64(1)...3 {
            let first = try run(seed)
            let second = try run(seed)
            #expect(first.traceHash == second.traceHash)
            #expect(first.eventCount == second.eventCount)
        }
    }

    @Test(
        "a mistake of the reactor's is found within 100 seeds",
        arguments: [PlantedBug.recyclesEarly, .forgetsShortSends]
    )
    func planted(bug: PlantedBug) throws {
        #expect(try SimulationSeeds.first { try run($0, planted: bug) } != nil)
    }

    private func run(_ seed: UInt64, planted: PlantedBug? = nil) throws -> Simulation.Outcome {
        let simulation = Simulation(seed: seed, turns: SimulationSeeds.turns, planted: planted)
        return try simulation.run { try ServerWorld($0) }
    }
}
#endif
