/// Which mounts are worth showing, and which of them are the same space seen twice.
package enum FilesystemFilter {
    /// File systems without a disk of their own, and images that are always full.
    static let pseudoTypes: Set<String> = [
        "autofs", "bdev", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "cpuset", "cramfs",
        "debugfs", "devfs", "devpts", "devtmpfs", "efivarfs", "erofs", "fusectl", "hugetlbfs",
        "iso9660", "mqueue", "nfsd", "nsfs", "overlay", "overlayfs", "pipefs", "proc", "pstore",
        "ramfs", "romfs", "rootfs", "rpc_pipefs", "securityfs", "selinuxfs", "sockfs", "squashfs",
        "sysfs", "tmpfs", "tracefs", "udf",
    ]

    /// Asking these for their size waits for another machine, for ever when it is gone.
    static let networkTypes: Set<String> = [
        "9p", "afs", "ceph", "cifs", "coda", "glusterfs", "lustre", "ncpfs", "nfs", "nfs3", "nfs4",
        "smb3", "smbfs", "sshfs", "virtiofs",
    ]

    /// Paths of the system and of container engines; each covers what is below it.
    static let hiddenTrees = [
        "/dev", "/proc", "/run", "/snap", "/sys", "/var/lib/containers", "/var/lib/docker",
        "/var/lib/kubelet", "/var/lib/lxcfs",
    ]

    /// Mountpoints that are no place for files; the last three are files in a container.
    static let hiddenMountpoints: Set<String> = [
        "/boot/efi", "/boot/firmware", "/etc/hostname", "/etc/hosts", "/etc/pve",
        "/etc/resolv.conf",
    ]

    /// The mounts to report, in the order of their mountpoints.
    ///
    /// Bind mounts and subvolumes of one file system are kept once. Of ZFS every dataset is kept:
    /// `DiskCollector` adds up those of a pool. When nothing is left (a container whose root is an
    /// overlay) the root is kept whatever it is, unless it could hang.
    package static func select(_ mounts: [Mount]) -> [Mount] {
        let visible = topmost(mounts)
        let kept = deduplicated(visible.filter(isShown))
        if !kept.isEmpty { return kept }
        return visible.filter { $0.mountpoint == "/" && !mayHang($0.type) && $0.type != "rootfs" }
    }

    private static func isShown(_ mount: Mount) -> Bool {
        let point = mount.mountpoint
        return !pseudoTypes.contains(mount.type) && !mayHang(mount.type)
            && !hiddenMountpoints.contains(point)
            && !hiddenTrees.contains { point == $0 || point.hasPrefix($0 + "/") }
            && !point.contains("/overlay2/") && !point.hasSuffix("/merged")
    }

    /// Network types, and everything in user space: a daemon that hangs makes statvfs hang.
    private static func mayHang(_ type: String) -> Bool {
        networkTypes.contains(type) || type == "fuse" || type.hasPrefix("fuse.")
    }

    /// Without the mounts that a later one on the same mountpoint covers.
    private static func topmost(_ mounts: [Mount]) -> [Mount] {
        var last: [String: Int] = [:]
        for (index, mount) in mounts.enumerated() { last[mount.mountpoint] = index }
        return mounts.enumerated().filter { last[$0.element.mountpoint] == $0.offset }
            .map { $0.element }
    }

    /// One mount per file system, preferring `/`, then its root over a part of it, then the
    /// shortest path.
    private static func deduplicated(_ mounts: [Mount]) -> [Mount] {
        let preferred = mounts.sorted { rank($0) < rank($1) }
        var seen: Set<String> = []
        var kept: [Mount] = []
        for mount in preferred {
            // btrfs gives each subvolume a device number of its own on some kernels, so the
            // source counts as well; ZFS names the dataset there.
            let keys = ["device " + mount.device, "source " + mount.source]
            let isAnonymous = mount.device.hasPrefix("0:")
            guard seen.isDisjoint(with: isAnonymous ? keys : Array(keys.prefix(1))) else {
                continue
            }
            seen.formUnion(keys)
            kept.append(mount)
        }
        return kept.sorted { $0.mountpoint < $1.mountpoint }
    }

    private static func rank(_ mount: Mount) -> (Int, Int, String) {
        // The root directory may be a subvolume; it is the name that everybody knows.
        let order = mount.mountpoint == "/" ? 0 : mount.root == "/" ? 1 : 2
        return (order, mount.mountpoint.utf8.count, mount.mountpoint)
    }
}
