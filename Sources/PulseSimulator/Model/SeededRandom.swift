/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return SeededRandom.scramble(state)
    }

    private static func scramble(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// A seed for one of several things that are drawn from the same seed.
    static func seed(_ seed: UInt64, _ index: UInt64) -> UInt64 {
        scramble(scramble(seed &+ 0x9E37_79B9_7F4A_7C15) ^ index &* 0xD6E8_FEB8_6659_FD93)
    }

    /// A number from 0 up to 1.
    mutating func unit() -> Double {
        // 53 bits are what a Double holds.
        Double(next() >> 11) * 0x1p-53
    }

    /// A number from `range`, evenly.
    mutating func between(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + unit() * (range.upperBound - range.lowerBound)
    }

    /// One of the choices; there is at least one.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[Int.random(in: 0..<choices.count, using: &self)]
    }

    /// True in this share of the cases.
    mutating func chance(_ share: Double) -> Bool { unit() < share }
}

/// A figure that strays and comes back to its mean.
struct Walk: Sendable, Equatable {
    private(set) var value: Double
    private let mean: Double
    /// How far one step may go.
    private let stride: Double
    private let range: ClosedRange<Double>

    init(mean: Double, stride: Double, within range: ClosedRange<Double>) {
        self.mean = mean
        self.stride = stride
        self.range = range
        value = min(max(mean, range.lowerBound), range.upperBound)
    }

    mutating func step(_ random: inout SeededRandom) {
        let next = value + (mean - value) * 0.2 + random.between(-1...1) * stride
        value = min(max(next, range.lowerBound), range.upperBound)
    }
}
