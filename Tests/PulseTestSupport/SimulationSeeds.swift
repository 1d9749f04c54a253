#if DEBUG
import Glibc
import PulseReactor
import Testing

/// Which seeds are run: what script/sim says in PULSE_SIM_SEED, PULSE_SIM_SEEDS, PULSE_SIM_TURNS.
package enum SimulationSeeds {
    /// The seeds asked for, or the first `count`.
    private static func asked(_ count: Int) -> ClosedRange<UInt64> {
        let first = UInt64(number("PULSE_SIM_SEED") ?? 1)
        return first...first + UInt64(max(1, number("PULSE_SIM_SEEDS") ?? count) - 1)
    }

    /// Turns of a run in which things go wrong.
    package static var turns: Int { number("PULSE_SIM_TURNS") ?? 100 }

    /// Runs each seed asked for, or the first `count`; throws at the first that finds something.
    ///
    /// It does so on a thread of its own that lets all others go first: what runs beside it has
    /// deadlines.
    package static func run(
        _ count: Int,
        _ run: @escaping @Sendable (UInt64) throws -> Simulation.Outcome
    ) async throws {
        let lane = try BlockingLane(name: "simulation")
        await lane.run { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10) }
        for seed in asked(count) {
            let outcome = try await lane.attempt { try run(seed) }
            if outcome.violation != nil { print(outcome.report) }
            try #require(outcome.violation == nil, "seed \(seed)")
        }
    }

    /// The first of 100 seeds that finds something.
    package static func first(
        _ run: (UInt64) throws -> Simulation.Outcome
    ) rethrows -> UInt64? {
        for seed in UInt64(1)...100 {
            guard let violation = try run(seed).violation else { continue }
            print("found by seed \(seed): \(violation)")
            return seed
        }
        return nil
    }

    private static func number(_ name: String) -> Int? {
        // getenv's string is copied at once; no test changes the environment.
        unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) }
    }
}
#endif
