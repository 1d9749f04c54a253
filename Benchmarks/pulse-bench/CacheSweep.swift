/// Memory that is written from end to end, so that the caches hold nothing else.
final class CacheSweep {
    /// Three times the 32 MiB that cores share on the processors which have most for one group.
    private static let byteCount = 96 << 20

    private var memory = [UInt64](repeating: 0, count: byteCount / 8)
    private var round: UInt64 = 0

    func run() {
        round += 1
        for index in memory.indices { memory[index] = round }
        BlackHole.take(memory[Int(round) % memory.count])
    }
}
