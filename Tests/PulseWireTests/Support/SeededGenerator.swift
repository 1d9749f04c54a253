import Foundation

/// SplitMix64: small, well mixed, and the same sequence on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// The seed of a fuzz test: `PULSE_FUZZ_SEED`, or a new one for each run.
    static func seed(of test: String) -> UInt64 {
        let given = ProcessInfo.processInfo.environment["PULSE_FUZZ_SEED"].flatMap(UInt64.init)
        let seed = given ?? UInt64.random(in: 1...999_999_999)
        print("\(test): PULSE_FUZZ_SEED=\(seed)")
        return seed
    }
}

extension [UInt8] {
    /// Bytes like these with a few random faults.
    func mutated(using random: inout SeededGenerator) -> [UInt8] {
        var bytes = self
        for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let length = Int.random(in: 1...Swift.min(8, bytes.count - place), using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 3: bytes.removeSubrange(place..<place + length)
            case 4: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
            default: bytes.removeLast(length)
            }
        }
        return bytes
    }

    /// A random way in which these bytes arrive.
    func arrival(using random: inout SeededGenerator) -> [Int] {
        var cuts = (0..<Int.random(in: 0...6, using: &random)).map { _ in
            Int.random(in: 0...count, using: &random)
        }
        cuts.append(count)
        return cuts.sorted()
    }
}
