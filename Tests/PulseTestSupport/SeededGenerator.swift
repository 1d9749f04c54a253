import Glibc

/// SplitMix64: the same numbers for the same seed everywhere.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

/// The seed of a random test, printed; PULSE_SEED repeats one.
package func testSeed(of test: String = #function) -> UInt64 {
    // getenv's string is copied at once; no test changes the environment.
    let given = unsafe getenv("PULSE_SEED").flatMap { unsafe UInt64(String(cString: $0)) }
    let seed = given ?? UInt64.random(in: 0...UInt64.max)
    print("\(test): PULSE_SEED=\(seed)")
    return seed
}
