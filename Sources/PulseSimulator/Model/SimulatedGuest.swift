import Glibc

/// A virtual machine or a container: what it is, how it does, and what pvestatd last said of it.
package struct SimulatedGuest: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case qemu
        case lxc
    }

    /// What QEMU and LXC call the state.
    package enum State: String, Sendable {
        case running
        case stopped
        case paused
        case inputOutputError = "io-error"
    }

    /// What pvestatd wrote in its last cycle; it holds until the next.
    package struct Sample: Sendable, Equatable {
        package var state = State.stopped
        /// Seconds.
        package var uptime: Int64 = 0
        /// A share of the guest's own processors.
        package var cpu = 0.0
        package var memory: Int64 = 0
        package var hostMemory: Int64 = 0
        package var disk: Int64 = 0
        package var counters = Counters()
        /// When it was taken, in milliseconds of the simulation.
        var takenAt: Int64 = 0
    }

    /// Bytes since the guest was started.
    package struct Counters: Sendable, Equatable {
        package var netIn: Int64 = 0
        package var netOut: Int64 = 0
        package var diskRead: Int64 = 0
        package var diskWrite: Int64 = 0

        /// What they are on a part of the way to others.
        fileprivate func moved(by share: Double, to others: Counters) -> Counters {
            func between(_ from: Int64, _ to: Int64) -> Int64 {
                from + Int64(share * Double(to - from))
            }
            return Counters(
                netIn: between(netIn, others.netIn),
                netOut: between(netOut, others.netOut),
                diskRead: between(diskRead, others.diskRead),
                diskWrite: between(diskWrite, others.diskWrite)
            )
        }
    }

    package let vmid: Int
    package let kind: Kind
    package let name: String
    /// The index of its node.
    package var node: Int
    package var state: State
    package var sample = Sample()
    /// What has flowed since it was started, until the last sample.
    private(set) var counters = Counters()
    /// The same, until the sample before that.
    private(set) var countersBefore = Counters()
    let tags: [String]
    let pool: String?
    let isTemplate: Bool
    let isManaged: Bool
    let lock: String?
    /// Of containers also in halves.
    let cpus: Double
    let memoryMax: Int64
    let diskMax: Int64
    /// In milliseconds of the simulation; negative for one that was running when it began.
    var bootedAt: Int64
    let seed: UInt64
    var cpu: Walk
    var memory: Walk
    var disk: Walk
    /// Bytes per second, in both directions.
    let traffic: Double
    /// Containers on some storages do not count what they read and write.
    let countsDisk: Bool

    /// What pvestatd finds at `time`, `elapsed` milliseconds after it looked the last time.
    mutating func takeSample(at time: Int64, elapsed: Int64, cycle: Int64) {
        guard state != .stopped else {
            sample = Sample()
            return
        }
        var random = SeededRandom(seed: SeededRandom.seed(seed, UInt64(bitPattern: cycle)))
        cpu.step(&random)
        memory.step(&random)
        disk.step(&random)
        let works = state == .running
        sample.state = state
        sample.uptime = (time - bootedAt) / 1000
        sample.cpu = works ? cpu.value : 0
        sample.memory = Int64(memory.value * Double(memoryMax)) / 4096 * 4096
        sample.hostMemory = kind == .qemu ? sample.memory + memoryMax / 20 / 4096 * 4096 : 0
        sample.disk = kind == .lxc ? Int64(disk.value * Double(diskMax)) / 4096 * 4096 : 0
        sample.takenAt = time
        countersBefore = counters
        let seconds = Double(min(elapsed, time - bootedAt)) / 1000
        if works { count(seconds: seconds, &random) }
        sample.counters = counters
    }

    /// What pvestatd has counted until the last sample.
    var listedCounters: Counters { state == .stopped ? Counters() : sample.counters }

    /// What its own process counts at a time, which flows on between two samples.
    ///
    /// It is a cycle behind them: the next sample decides only then what flows until it.
    func liveCounters(at time: Int64) -> Counters {
        if state == .stopped { return Counters() }
        let share = Double(time - sample.takenAt) / Double(SimulatedNode.cycleMilliseconds)
        return countersBefore.moved(by: min(1, max(0, share)), to: counters)
    }

    /// Moves the counters on by what flows in so many seconds.
    private mutating func count(seconds: Double, _ random: inout SeededRandom) {
        // Traffic comes with work, and in bursts.
        let busy = traffic * (0.4 + cpu.value * 2) * seconds
        counters.netIn += Int64(busy * 0.4 * exp(random.between(-1...1)))
        counters.netOut += Int64(busy * 0.6 * exp(random.between(-1...1)))
        guard countsDisk else { return }
        counters.diskRead += Int64(busy * 0.3 * exp(random.between(-2...1)))
        counters.diskWrite += Int64(busy * 0.5 * exp(random.between(-2...1)))
    }

    /// Sets the counters to what a guest of this age has.
    mutating func countHistory(until time: Int64) {
        guard state != .stopped else { return }
        var random = SeededRandom(seed: SeededRandom.seed(seed, .max))
        count(seconds: Double(time - bootedAt) / 1000, &random)
        countersBefore = counters
    }

    /// Starts a stopped guest, or a paused one anew: everything is counted from 0.
    mutating func start(at time: Int64) {
        state = .running
        bootedAt = time
        counters = Counters()
        countersBefore = Counters()
    }
}
