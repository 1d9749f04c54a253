#if DEBUG
import Glibc

/// Which seeds are run: what script/sim says in PULSE_SIM_SEED, PULSE_SIM_SEEDS, PULSE_SIM_TURNS.
package enum SimulationSeeds {
    /// The seeds asked for, or the first `count`.
    package static func asked(_ count: Int) -> ClosedRange<UInt64> {
        let first = UInt64(number("PULSE_SIM_SEED") ?? 1)
        return first...first + UInt64(max(1, number("PULSE_SIM_SEEDS") ?? count) - 1)
    }

    /// Turns of a run in which things go wrong.
    package static var turns: Int { number("PULSE_SIM_TURNS") ?? 100 }

    private static func number(_ name: String) -> Int? {
        // getenv's string is copied at once; no test changes the environment.
        unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) }
    }
}
#endif
