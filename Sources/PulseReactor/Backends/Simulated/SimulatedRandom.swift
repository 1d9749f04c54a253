#if DEBUG
/// SplitMix64: the same numbers for the same seed everywhere.
package struct SimulatedRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// A number below `end`, which is not 0; the tiny bias of the remainder does no harm.
    package mutating func below(_ end: Int) -> Int { Int(next() % UInt64(end)) }

    /// Whether something happens that does `perMille` times out of a thousand.
    package mutating func happens(_ perMille: UInt64) -> Bool {
        perMille > 0 && next() % 1000 < perMille
    }
}
#endif
