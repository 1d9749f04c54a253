/// What one disk did since boot.
package struct DiskIOCounters: Sendable, Equatable {
    package var device: String
    package var readOperations: UInt64 = 0
    package var readBytes: UInt64 = 0
    package var readMilliseconds: UInt64 = 0
    package var writeOperations: UInt64 = 0
    package var writeBytes: UInt64 = 0
    package var writeMilliseconds: UInt64 = 0
    /// The time during which at least one request was in flight.
    package var busyMilliseconds: UInt64 = 0

    package init(device: String) {
        self.device = device
    }
}

/// The counters of whole disks (/proc/diskstats).
struct DiskIOCollector: ~Copyable, Sendable {
    private var file: SourceFile
    private let blockDirectory: String

    init(roots: Roots) {
        file = SourceFile(roots.proc + "/diskstats")
        blockDirectory = roots.sys + "/block"
    }

    mutating func collect() -> [DiskIOCounters] {
        guard let text = file.read() else { return [] }
        return Self.parse(text).filter { counters in
            // Partitions have no directory of their own here.
            Self.isPhysical(counters.device)
                && pathExists(blockDirectory + "/" + Self.directoryName(counters.device))
        }
    }
}

extension DiskIOCollector {
    /// A sector in /proc/diskstats is 512 bytes, whatever the disk's own sectors are.
    static let sectorBytes: UInt64 = 512

    /// Devices made of others, whose traffic would count twice, and devices in memory.
    static let virtualPrefixes = [
        "dm-", "drbd", "fd", "loop", "md", "nbd", "ram", "rbd", "sr", "zd", "zram",
    ]

    /// Reads all lines: major, minor, name and 11 counters or more; lines with fewer are left out.
    ///
    /// The counters are those of Documentation/admin-guide/iostats.rst.
    static func parse(_ diskstats: SourceText) -> [DiskIOCounters] {
        diskstats.lines().compactMap { line in
            let fields = line.fields()
            guard fields.count >= 14 else { return nil }
            let values = fields[3..<14].map { $0.unsigned ?? 0 }
            var counters = DiskIOCounters(device: fields[2].text)
            counters.readOperations = values[0]
            counters.readBytes = values[2] &* sectorBytes
            counters.readMilliseconds = values[3]
            counters.writeOperations = values[4]
            counters.writeBytes = values[6] &* sectorBytes
            counters.writeMilliseconds = values[7]
            counters.busyMilliseconds = values[9]
            return counters
        }
    }

    /// Whether a name can be that of a disk that does its own I/O.
    static func isPhysical(_ device: String) -> Bool {
        !virtualPrefixes.contains { device.hasPrefix($0) }
    }

    /// sysfs writes `!` for the slash in names such as `cciss/c0d0`.
    static func directoryName(_ device: String) -> String {
        String(device.map { $0 == "/" ? "!" : $0 })
    }
}
