import Glibc

/// The space of one file system, in bytes.
package struct DiskFigures: Sendable, Equatable {
    /// What is mounted; of ZFS the pool.
    package var device: String
    package var mountpoint: String
    package var type: String
    package var total: UInt64
    /// Total less what is free, the part reserved for root counting as free.
    package var used: UInt64
    /// What programs without privileges can still write.
    package var available: UInt64

    package init(
        device: String,
        mountpoint: String,
        type: String,
        total: UInt64,
        used: UInt64,
        available: UInt64
    ) {
        self.device = device
        self.mountpoint = mountpoint
        self.type = type
        self.total = total
        self.used = used
        self.available = available
    }

    /// The percentage that df shows, unrounded: used of what is used or can still be used.
    package var usedPercent: Double? {
        let usable = used &+ available
        return usable > 0 ? 100 * Double(used) / Double(usable) : nil
    }
}

/// The file systems on this host's own disks (/proc/self/mountinfo and statvfs).
struct DiskCollector: ~Copyable, Sendable {
    private var file: SourceFile
    private let prefix: String

    init(roots: Roots) {
        file = SourceFile(roots.proc + "/self/mountinfo")
        prefix = roots.mounts
    }

    mutating func collect() -> [DiskFigures] {
        guard let text = file.read() else { return [] }
        let figures = FilesystemFilter.select(MountTable.parse(text)).compactMap { mount in
            Self.measure(mount, path: prefix + mount.mountpoint)
        }
        return Self.poolsMerged(figures)
    }

    private static func measure(_ mount: Mount, path: String) -> DiskFigures? {
        var space = statvfs()
        // Both arguments live for the call.
        guard unsafe statvfs(path, &space) == 0 else { return nil }
        return figures(
            of: mount,
            blocks: UInt64(space.f_blocks),
            free: UInt64(space.f_bfree),
            available: UInt64(space.f_bavail),
            blockBytes: UInt64(space.f_frsize)
        )
    }
}

extension DiskCollector {
    /// Turns the block counts of statvfs(3) into bytes; `nil` for a file system without blocks.
    static func figures(
        of mount: Mount,
        blocks: UInt64,
        free: UInt64,
        available: UInt64,
        blockBytes: UInt64
    ) -> DiskFigures? {
        let (total, overflow) = blocks.multipliedReportingOverflow(by: blockBytes)
        guard total > 0, !overflow else { return nil }
        return DiskFigures(
            device: mount.source,
            mountpoint: mount.mountpoint,
            type: mount.type,
            total: total,
            used: (blocks - min(blocks, free)) * blockBytes,
            // Some file systems let this one wrap below zero when the reserve is in use.
            available: available <= blocks ? available * blockBytes : 0
        )
    }

    /// The mounted datasets of a ZFS pool as one entry, because they share its free space.
    ///
    /// Used is the sum of theirs: volumes and datasets that are not mounted are not in it.
    static func poolsMerged(_ figures: [DiskFigures]) -> [DiskFigures] {
        var merged: [DiskFigures] = []
        for disk in figures {
            guard disk.type == "zfs" else {
                merged.append(disk)
                continue
            }
            let pool = String(disk.device.prefix { $0 != "/" })
            if let index = merged.firstIndex(where: { $0.type == "zfs" && $0.device == pool }) {
                merged[index].used &+= disk.used
                merged[index].available = max(merged[index].available, disk.available)
                merged[index].total = merged[index].used &+ merged[index].available
            } else {
                merged.append(disk)
                merged[merged.count - 1].device = pool
            }
        }
        return merged
    }
}
