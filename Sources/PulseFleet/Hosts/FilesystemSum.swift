/// The sum over a machine's own filesystems, nothing twice.
///
/// What is not a disk of this machine does not count: memory, images that are always full, shares
/// of another machine, and unions of filesystems that are listed themselves.
struct FilesystemSum {
    /// `nil` when the sizes add up to more than there can be.
    private(set) var totalBytes: UInt64? = 0
    private(set) var usedBytes: UInt64 = 0
    private var devices: Set<String> = []
    /// What is free of each ZFS pool: all its datasets show the same.
    private var freeOfPools: [String: UInt64] = [:]

    var isEmpty: Bool { totalBytes == 0 }

    private static let uncounted: Set<String> = [
        "tmpfs", "ramfs", "devtmpfs", "efivarfs", "squashfs", "erofs", "iso9660", "udf", "cramfs",
        "romfs", "overlay", "overlayfs", "aufs", "fuse.lxcfs", "fuse.snapfuse", "fuse.portal",
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "ceph", "fuse.sshfs",
        "fuse.glusterfs", "fuse.rclone", "fuse.mergerfs", "fuse.shfs", "fuse.ceph",
    ]

    /// Whether a kind of filesystem is one of this machine's disks.
    static func counts(_ filesystem: String) -> Bool { !uncounted.contains(filesystem) }

    mutating func add(_ disk: HostReport.Disk) {
        let used = min(disk.usedBytes, disk.totalBytes)
        if disk.filesystem == "zfs" { return add(used, free: disk.totalBytes - used, of: disk) }
        // Bind mounts and subvolumes show one block device several times. Names without a slash
        // say nothing about identity.
        if disk.device.utf8.first == UInt8(ascii: "/") {
            guard devices.insert(disk.device).inserted else { return }
        }
        add(used: used, total: disk.totalBytes)
    }

    /// Adds a dataset, whose size is what it uses itself and what is free of its pool.
    private mutating func add(_ used: UInt64, free: UInt64, of dataset: HostReport.Disk) {
        guard devices.insert(dataset.device).inserted else { return }
        let pool = String(dataset.device.prefix { $0 != "/" })
        let known = freeOfPools[pool] ?? 0
        freeOfPools[pool] = max(known, free)
        add(used: used, total: used)
        add(used: 0, total: max(known, free) - known)
    }

    private mutating func add(used: UInt64, total: UInt64) {
        guard let sum = totalBytes?.addingReportingOverflow(total), !sum.overflow else {
            totalBytes = nil
            return
        }
        totalBytes = sum.partialValue
        usedBytes += used
    }
}
