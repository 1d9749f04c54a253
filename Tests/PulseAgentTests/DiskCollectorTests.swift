import Testing

@testable import PulseAgent

@Suite("File systems")
struct DiskCollectorTests {
    private func select(_ lines: String) -> [String] {
        FilesystemFilter.select(MountTable.parse(source(lines))).map(\.mountpoint)
    }

    @Test("a line has any number of optional fields before the dash")
    func optionalFields() {
        let none = "36 35 98:0 /sub /mnt rw - ext4 /dev/sda1 rw"
        let two = "36 35 98:0 /sub /mnt rw shared:1 master:2 - ext4 /dev/sda1 rw"
        let mount = Mount(
            device: "98:0",
            root: "/sub",
            mountpoint: "/mnt",
            type: "ext4",
            source: "/dev/sda1"
        )
        #expect(MountTable.parse(source(none + "\n" + two + "\n")) == [mount, mount])
    }

    @Test(
        "lines of another shape are left out",
        arguments: [
            "", "36", "36 35 98:0 / /mnt", "36 35 98:0 / /mnt rw -", "1 2 3:4 / / rw - ext4",
        ]
    )
    func malformed(_ line: String) {
        #expect(MountTable.parse(source(line)).isEmpty)
    }

    @Test(
        "octal escapes are decoded, other backslashes stay",
        arguments: [
            ("/my\\040disk", "/my disk"), ("/a\\011b\\012c", "/a\tb\nc"), ("/a\\134b", "/a\\b"),
            ("/a\\13", "/a\\13"), ("/a\\999", "/a\\999"), ("\\", "\\"), ("/\\303\\266", "/ö"),
        ]
    )
    func unescape(_ field: String, _ path: String) {
        #expect(MountTable.unescape(source(field)) == path)
    }

    @Test("of the mounts of one device its root is kept, not the bind mounts")
    func bindMounts() {
        #expect(
            select(
                """
                1 0 8:1 /sub /a rw - xfs /dev/sda1 rw
                2 0 8:1 / /mnt/data rw - xfs /dev/sda1 rw
                3 0 8:1 / /mnt/data/again rw - xfs /dev/sda1 rw
                """
            ) == ["/mnt/data"]
        )
    }

    @Test("subvolumes of btrfs are one file system, called / where it is that")
    func btrfs() {
        #expect(
            select(
                """
                1 0 0:30 /@ / rw - btrfs /dev/sda2 rw
                2 0 0:31 /@home /home rw - btrfs /dev/sda2 rw
                3 0 0:30 / /mnt/top rw - btrfs /dev/sda2 rw
                """
            ) == ["/"]
        )
    }

    @Test(
        "pseudo, network, container and firmware file systems are left out",
        arguments: [
            "1 0 0:5 / /dev rw - devtmpfs udev rw", "1 0 0:9 / /tmp rw - tmpfs tmpfs rw",
            "1 0 0:50 / /mnt/nas rw - nfs4 192.0.2.1:/x rw", "1 0 0:51 / /c rw - cifs //h/s rw",
            "1 0 0:52 / /s rw - fuse.sshfs me@h:/ rw", "1 0 0:70 / /etc/pve rw - fuse /dev/fuse rw",
            "1 0 8:1 / /boot/efi rw - vfat /dev/sda1 rw",
            "1 0 7:0 / /x ro - squashfs /dev/loop0 ro",
            "1 0 8:2 / /var/lib/docker rw - ext4 /dev/sdb rw",
            "1 0 8:2 / /var/lib/docker/volumes/a rw - ext4 /dev/sdb rw",
            "1 0 8:2 / /run/media/x rw - ext4 /dev/sdb rw",
            "1 0 8:2 /h /etc/hosts rw - ext4 /dev/sdb rw",
            "1 0 8:2 / /data/overlay2/abc rw - ext4 /dev/sdb rw",
            "1 0 8:2 / /data/x/merged rw - ext4 /dev/sdb rw",
        ]
    )
    func leftOut(_ line: String) {
        #expect(select(line).isEmpty)
    }

    @Test("a path that only begins like a hidden one is kept")
    func similarPaths() {
        #expect(select("1 0 8:1 / /devel rw - ext4 /dev/sda1 rw") == ["/devel"])
        #expect(select("1 0 8:1 / /runtime rw - ext4 /dev/sda1 rw") == ["/runtime"])
    }

    @Test("what a later mount covers is gone")
    func covered() {
        let lines = """
            1 0 8:1 / /data rw - ext4 /dev/sda1 rw
            2 0 8:2 / /data rw - xfs /dev/sdb1 rw
            """
        let kept = FilesystemFilter.select(MountTable.parse(source(lines)))
        #expect(kept.map(\.source) == ["/dev/sdb1"])
    }

    @Test("a container without any disk shows its overlay, never a network root")
    func overlayRoot() {
        #expect(select("1 0 0:60 / / rw - overlay overlay rw") == ["/"])
        #expect(select("1 0 0:60 / / rw - nfs 192.0.2.1:/root rw").isEmpty)
    }

    @Test("used is total less free, and the percentage is df's")
    func figures() throws {
        let mount = Mount(device: "8:1", root: "/", mountpoint: "/", type: "ext4", source: "x")
        let disk = try #require(
            DiskCollector.figures(
                of: mount,
                blocks: 1000,
                free: 400,
                available: 200,
                blockBytes: 4096
            )
        )
        #expect(disk.total == 4_096_000)
        #expect(disk.used == 600 * 4096)
        #expect(disk.available == 200 * 4096)
        #expect(disk.usedPercent == 75)
    }

    @Test("block counts that make no sense do no harm")
    func absurdFigures() {
        let mount = Mount(device: "8:1", root: "/", mountpoint: "/", type: "ext4", source: "x")
        func figures(_ blocks: UInt64, _ free: UInt64, _ bytes: UInt64) -> DiskFigures? {
            DiskCollector.figures(
                of: mount,
                blocks: blocks,
                free: free,
                available: .max,
                blockBytes: bytes
            )
        }
        #expect(figures(0, 0, 4096) == nil)
        #expect(figures(.max, 0, 4096) == nil)
        #expect(figures(10, 20, 512)?.used == 0)
        #expect(figures(10, 5, 512)?.available == 0)
    }

    @Test("the datasets of a ZFS pool are one entry, other disks stay as they are")
    func pools() {
        func disk(_ device: String, _ type: String, used: UInt64, free: UInt64) -> DiskFigures {
            DiskFigures(
                device: device,
                mountpoint: "/" + device,
                type: type,
                total: used + free,
                used: used,
                available: free
            )
        }
        let merged = DiskCollector.poolsMerged([
            disk("/dev/sda1", "ext4", used: 5, free: 5),
            disk("tank", "zfs", used: 10, free: 100),
            disk("tank/a", "zfs", used: 30, free: 100),
            disk("tank/quota", "zfs", used: 1, free: 9),
            disk("rpool/ROOT/pve-1", "zfs", used: 7, free: 50),
        ])
        #expect(merged.map(\.device) == ["/dev/sda1", "tank", "rpool"])
        #expect(merged[1].mountpoint == "/tank")
        #expect(merged.map(\.used) == [5, 41, 7])
        #expect(merged.map(\.total) == [10, 141, 57])
    }

    @Test("datasets are not taken for bind mounts of each other")
    func datasets() {
        #expect(
            select(
                """
                1 0 0:30 / / rw - zfs rpool/ROOT/pve-1 rw
                2 0 0:31 / /rpool rw - zfs rpool rw
                3 0 0:32 / /rpool/data rw - zfs rpool/data rw
                """
            ) == ["/", "/rpool", "/rpool/data"]
        )
    }
}
