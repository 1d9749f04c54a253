/// A storage of a cluster: one definition for all nodes.
package struct SimulatedStorage: Sendable, Equatable {
    package let name: String
    /// The plugin: dir, lvmthin, nfs, rbd, pbs, cifs.
    package let type: String
    let content: [String]
    package let isShared: Bool
    var isEnabled = true
    /// Bytes; of one that is not shared, on each node.
    let size: Int64
    private let share: Double
    private let seed: UInt64

    init(
        _ name: String,
        type: String,
        content: [String],
        gibibytes: Int64,
        isShared: Bool = true,
        seed: UInt64
    ) {
        self.name = name
        self.type = type
        self.content = content
        self.isShared = isShared
        size = gibibytes << 30
        self.seed = SeededRandom.seed(seed, gibibytes.magnitude ^ UInt64(name.utf8.count) << 32)
        var random = SeededRandom(seed: self.seed)
        share = random.between(0.25...0.85)
    }

    /// Bytes in use as a node saw them in a cycle.
    ///
    /// It fills slowly and is emptied every hour: 360 cycles.
    func used(onNode node: Int, cycle: Int64) -> Int64 {
        let key = isShared ? 0 : UInt64(node + 1)
        var random = SeededRandom(seed: SeededRandom.seed(seed, key))
        let start = isShared ? share : random.between(0.15...0.8)
        let growth = Double(cycle % 360) / 360 * 0.01
        return Int64((start + growth) * Double(size)) / 4096 * 4096
    }
}
