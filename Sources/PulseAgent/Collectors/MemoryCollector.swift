/// Memory of the host in bytes.
package struct MemoryFigures: Sendable, Equatable {
    package var total: UInt64 = 0
    /// What programs can still get without swapping; ZFS's cache counts, as the page cache does.
    package var available: UInt64 = 0
    package var free: UInt64 = 0
    package var swapTotal: UInt64 = 0
    package var swapFree: UInt64 = 0

    package init() {}

    /// Total less available.
    package var used: UInt64 { total - min(total, available) }
    package var swapUsed: UInt64 { swapTotal - min(swapTotal, swapFree) }
    /// What could be had back from caches.
    package var cache: UInt64 { available - min(available, free) }
    /// Used in percent of total, or `nil` while the total is unknown.
    package var usedPercent: Double? {
        total > 0 ? 100 * Double(used) / Double(total) : nil
    }
}

/// Memory and swap (/proc/meminfo), corrected by what ZFS would give back.
struct MemoryCollector: ~Copyable, Sendable {
    private var meminfo: SourceFile
    /// `nil` in a container: there /proc/meminfo is its own but arcstats is the host's.
    private var arcstats: SourceFile?

    init(roots: Roots) {
        meminfo = SourceFile(roots.proc + "/meminfo")
        let isOwn = Self.isReplaced(
            by: readSmallFile(roots.proc + "/self/mountinfo", bytesMax: 1 << 20)
        )
        arcstats = isOwn ? nil : SourceFile(roots.proc + "/spl/kstat/zfs/arcstats")
    }

    mutating func collect() -> MemoryFigures? {
        guard var figures = meminfo.read().flatMap(Self.parse) else { return nil }
        let reclaimable = arcstats?.read().map(Self.reclaimableARC) ?? 0
        figures.available = min(figures.total, figures.available &+ reclaimable)
        return figures
    }
}

extension MemoryCollector {
    /// Reads /proc/meminfo, whose kB are KiB; `nil` without a MemTotal.
    static func parse(_ meminfo: SourceText) -> MemoryFigures? {
        var bytes: [String: UInt64] = [:]
        for line in meminfo.lines() {
            guard let (name, rest) = line.split(atFirst: ":"),
                let kibibytes = rest.fields().first?.unsigned, kibibytes < UInt64.max >> 10
            else { continue }
            bytes[name.text] = kibibytes << 10
        }
        guard let total = bytes["MemTotal"], total > 0 else { return nil }
        var figures = MemoryFigures()
        figures.total = total
        figures.free = min(total, bytes["MemFree"] ?? 0)
        figures.available = min(total, bytes["MemAvailable"] ?? estimatedAvailable(bytes))
        figures.swapTotal = bytes["SwapTotal"] ?? 0
        figures.swapFree = bytes["SwapFree"] ?? 0
        return figures
    }

    /// What kernels before 3.14, which do not print MemAvailable, most likely have.
    private static func estimatedAvailable(_ bytes: [String: UInt64]) -> UInt64 {
        let names = ["MemFree", "Buffers", "Cached", "SReclaimable"]
        let sum = names.reduce(UInt64(0)) { $0 &+ (bytes[$1] ?? 0) }
        // Shared memory is counted in Cached but cannot be dropped.
        return sum - min(sum, bytes["Shmem"] ?? 0)
    }

    /// The bytes of ZFS's cache that it would give back: all above its lower limit.
    static func reclaimableARC(_ arcstats: SourceText) -> UInt64 {
        var size: UInt64 = 0
        var floor: UInt64 = 0
        for line in arcstats.lines() {
            let fields = line.fields()
            guard fields.count == 3, let value = fields[2].unsigned else { continue }
            if fields[0].equals("size") { size = value }
            if fields[0].equals("c_min") { floor = value }
        }
        return size - min(size, floor)
    }

    /// Whether something (lxcfs) is mounted over /proc/meminfo.
    private static func isReplaced(by mountinfo: SourceText?) -> Bool {
        guard let mountinfo else { return false }
        return MountTable.parse(mountinfo).contains { $0.mountpoint == "/proc/meminfo" }
    }
}
