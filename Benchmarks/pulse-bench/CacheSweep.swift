/// Memory that is written from end to end, so that the caches hold nothing else.
final class CacheSweep {
    /// Three times what cores share on processors with up to 32 MiB for a group of them.
    private static let byteCount = 96 << 20

    private var memory = [UInt64](repeating: 0, count: byteCount / 8)
    private var round: UInt64 = 0

    func run() {
        round += 1
        for index in memory.indices { memory[index] = round }
        BlackHole.take(memory[Int(round) % memory.count])
    }
}
