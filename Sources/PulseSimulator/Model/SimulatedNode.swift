import Glibc

/// A node of a cluster: its machine, how it does, and what its pvestatd last said.
package struct SimulatedNode: Sendable, Equatable {
    /// Milliseconds between two cycles of pvestatd.
    package static let cycleMilliseconds: Int64 = 10_000
    /// Milliseconds after which the cluster forgets what a node said.
    package static let expiryMilliseconds: Int64 = 300_000

    /// What pvestatd wrote in its last cycle; it holds until the next.
    package struct Sample: Sendable, Equatable {
        /// In milliseconds of the simulation.
        package var time: Int64 = 0
        /// Seconds.
        package var uptime: Int64 = 0
        /// A share of all processors.
        package var cpu = 0.0
        package var wait = 0.0
        package var memory: Int64 = 0
        package var swap: Int64 = 0
        package var disk: Int64 = 0
        package var load1 = 0.0
        package var load5 = 0.0
        package var load15 = 0.0
    }

    package let name: String
    package private(set) var sample = Sample()
    /// When it died; `nil` while it lives.
    package private(set) var diedAt: Int64?
    let address: String
    let hardware: Hardware
    let diskMax: Int64
    let swapMax: Int64
    let level: String
    /// More than its processors can do.
    let isHot: Bool
    let seed: UInt64
    /// When it booted, in milliseconds of the simulation.
    private(set) var bootedAt: Int64
    /// When pvestatd looks the next time.
    private(set) var nextCycle: Int64
    private(set) var cycle: Int64 = 0
    private var own: Walk
    private var cache: Walk
    private var disk: Walk

    package var isAlive: Bool { diedAt == nil }

    init(
        name: String,
        address: String,
        hardware: Hardware,
        isHot: Bool,
        seed: UInt64
    ) {
        var random = SeededRandom(seed: seed)
        self.name = name
        self.address = address
        self.hardware = hardware
        self.isHot = isHot
        self.seed = seed
        diskMax = random.pick([101_203_873_792, 235_880_300_544, 483_183_820_800])
        swapMax = 8_589_930_496
        level = random.pick(["", "", "c", "b"])
        // Longer ago than any of its guests: 60 to 300 days.
        bootedAt = -Int64(random.between(5_184_100...25_920_000)) * 1000
        // Each pvestatd has a phase of its own, from whenever its node booted.
        nextCycle = Int64(random.unit() * 9999) - SimulatedNode.cycleMilliseconds
        own = Walk(mean: 0.02, stride: 0.01, within: 0.004...0.2)
        cache = Walk(mean: random.between(0.04...0.12), stride: 0.01, within: 0.02...0.2)
        disk = Walk(mean: random.between(0.1...0.6), stride: 0.001, within: 0.05...0.9)
    }

    /// Whether the cluster still knows what the node said of itself and its guests.
    package func isKnown(at time: Int64) -> Bool {
        time - sample.time <= SimulatedNode.expiryMilliseconds
    }

    /// Takes a sample; `guests` is what its guests use: processors, and bytes of memory.
    mutating func takeSample(guests: (cpus: Double, memory: Int64)) {
        var random = SeededRandom(seed: SeededRandom.seed(seed, UInt64(bitPattern: cycle)))
        own.step(&random)
        cache.step(&random)
        disk.step(&random)
        let threads = Double(hardware.threads)
        let work = guests.cpus / threads + own.value
        let cpu = isHot ? min(0.99, max(work, 0.93) + random.between(-0.03...0.03)) : min(work, 1)
        let memory = Double(guests.memory) + cache.value * Double(hardware.memory)
        let isFirst = cycle == 0
        sample.time = nextCycle
        sample.uptime = (nextCycle - bootedAt) / 1000
        sample.cpu = cpu
        sample.wait = cpu * random.between(0.002...0.06)
        sample.memory = min(Int64(memory), hardware.memory / 100 * 97) / 4096 * 4096
        sample.swap = isHot ? swapMax / 3 / 4096 * 4096 : 0
        sample.disk = Int64(disk.value * Double(diskMax)) / 4096 * 4096
        let runnable = cpu * threads * (isHot ? 1.3 : 1) * random.between(0.9...1.15)
        // The kernel's averages over 1, 5 and 15 minutes, moved by ten seconds.
        sample.load1 += (runnable - sample.load1) * (isFirst ? 1 : 1 - exp(-10.0 / 60))
        sample.load5 += (runnable - sample.load5) * (isFirst ? 1 : 1 - exp(-10.0 / 300))
        sample.load15 += (runnable - sample.load15) * (isFirst ? 1 : 1 - exp(-10.0 / 900))
        cycle += 1
        nextCycle += SimulatedNode.cycleMilliseconds
    }

    mutating func die(at time: Int64) { diedAt = time }

    /// Boots a dead node; pvestatd's first cycle is at once.
    mutating func boot(at time: Int64) {
        diedAt = nil
        bootedAt = time
        nextCycle = time
    }
}
