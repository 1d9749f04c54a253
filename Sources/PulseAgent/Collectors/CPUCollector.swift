/// What the `cpu` line of /proc/stat counts since boot, in ticks of all CPUs together.
package struct CPUTimes: Sendable, Equatable {
    /// user + nice + system + irq + softirq + steal; guest time is inside user and nice already.
    package var busy: UInt64
    package var idle: UInt64
    /// Waiting for I/O; the kernel lets this one go down at times.
    package var ioWait: UInt64

    package init(busy: UInt64, idle: UInt64, ioWait: UInt64) {
        self.busy = busy
        self.idle = idle
        self.ioWait = ioWait
    }

    /// The ticks between two samples; what went down counts as no change.
    package func since(_ earlier: CPUTimes) -> CPUTimes {
        CPUTimes(
            busy: busy - min(busy, earlier.busy),
            idle: idle - min(idle, earlier.idle),
            ioWait: ioWait - min(ioWait, earlier.ioWait)
        )
    }

    /// All ticks, idle ones included.
    package var total: UInt64 { busy &+ idle &+ ioWait }

    /// The busy share in percent, 0 to 100, or `nil` when no tick passed.
    package var busyPercent: Double? {
        total > 0 ? 100 * Double(busy) / Double(total) : nil
    }
}

/// The share of CPU time that the host used since the report before (/proc/stat).
struct CPUCollector: ~Copyable, Sendable {
    /// Over fewer ticks the share is noise: one tick of two CPUs is 0, 50 or 100 percent.
    static let ticksMin: UInt64 = 10

    private var file: SourceFile
    private var baseline: CPUTimes?
    private var lastPercent: Double?

    /// Takes the first sample, so that the first report already has something to compare with.
    init(roots: Roots) {
        file = SourceFile(roots.proc + "/stat")
        baseline = file.read().flatMap(Self.parse)
    }

    /// Percent of all CPUs since the call before; averaged since boot when that was just now and
    /// there is no call before it.
    mutating func collect() -> Double? {
        guard let sample = file.read().flatMap(Self.parse) else { return nil }
        let delta = baseline.map { sample.since($0) }
        guard let delta, delta.total >= Self.ticksMin else {
            if baseline == nil { baseline = sample }
            return lastPercent ?? sample.busyPercent
        }
        baseline = sample
        lastPercent = delta.busyPercent
        return lastPercent
    }
}

extension CPUCollector {
    /// Reads the `cpu` line: user nice system idle iowait irq softirq steal guest guest_nice.
    ///
    /// Kernels before 2.6.11 lack the last ones, which then count as 0.
    static func parse(_ stat: SourceText) -> CPUTimes? {
        let line = stat.prefix { $0 != UInt8(ascii: "\n") }.fields()
        guard line.count >= 5, line[0].equals("cpu") else { return nil }
        let ticks = line.dropFirst().prefix(8).map { $0.unsigned ?? 0 }
        let idle = ticks[3]
        let ioWait = ticks.count > 4 ? ticks[4] : 0
        let busy = ticks.enumerated().reduce(UInt64(0)) { sum, entry in
            entry.offset == 3 || entry.offset == 4 ? sum : sum &+ entry.element
        }
        return CPUTimes(busy: busy, idle: idle, ioWait: ioWait)
    }

    /// How many CPUs are online: the `cpuN` lines, which lxcfs cuts down to a container's own.
    static func onlineCount(_ stat: SourceText) -> Int {
        stat.lines().prefix { $0.hasPrefix("cpu") }.count { !$0.hasPrefix("cpu ") }
    }
}
