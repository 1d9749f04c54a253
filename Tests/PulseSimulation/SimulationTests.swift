#if DEBUG
import Glibc
import PulseReactor
import PulseTestSupport
import Testing

/// The reactor over a simulated kernel, seed by seed.
@Suite("Simulation of the reactor", .serialized, .timeLimit(.minutes(30)))
struct SimulationTests {
    @Test("no seed breaks a rule, whatever goes wrong")
    func seeds() async throws {
        try await SimulationSeeds.run(500) { try run($0) }
    }

    @Test("the same seed gives the same trace, and another one another")
    func sameTrace() throws {
        var hashes: Set<UInt64> = []
        for seed in UInt64(1)...5 {
            let first = try run(seed)
            let second = try run(seed)
            #expect(first.traceHash == second.traceHash)
            #expect(first.eventCount == second.eventCount)
            #expect(first.eventCount > 200)
            hashes.insert(first.traceHash)
        }
        #expect(hashes.count == 5)
    }

    @Test(
        "a mistake of the reactor's is found within 100 seeds",
        arguments: PlantedBug.allCases
    )
    func plantedBelow(bug: PlantedBug) throws {
        let found = try SimulationSeeds.first { try run($0, planted: bug) }
        #expect(found != nil)
    }

    @Test("a mistake of a service's is found within 100 seeds", arguments: EchoBug.allCases)
    func plantedAbove(bug: EchoBug) throws {
        let found = try SimulationSeeds.first { try run($0, bug: bug) }
        #expect(found != nil)
    }

    private func run(
        _ seed: UInt64,
        planted: PlantedBug? = nil,
        bug: EchoBug? = nil
    ) throws -> Simulation.Outcome {
        let simulation = Simulation(seed: seed, turns: SimulationSeeds.turns, planted: planted)
        return try simulation.run { try EchoWorld($0, bug: bug) }
    }
}
#endif
