import PulseFleet

extension HostReport {
    /// A complete report of a small server.
    static func tower() -> HostReport {
        var report = HostReport(id: "6f0f2c0e", hostname: "tower")
        report.displayName = "Tower"
        report.platform = "linux"
        report.osName = "debian"
        report.osVersion = "12.11"
        report.kernelVersion = "6.1.0-32-amd64"
        report.architecture = "x86_64"
        report.cpuModel = "AMD Ryzen 5"
        report.agentVersion = "v6.3.0"
        report.intervalSeconds = 2
        report.cpuCount = 12
        report.uptimeSeconds = 4_414
        report.loadAverage = [8.154, 7.56, 5]
        report.cpuPercent = 12.34
        report.memory.totalBytes = 33_000_000_000
        report.memory.usedBytes = 8_000_000_001
        report.memory.swapTotalBytes = 1 << 30
        report.disks = [
            disk("/dev/nvme0n1p2", "/", "ext4", used: 5 << 20 + 17, total: 100 << 20),
            disk("/dev/nvme0n1p2", "/srv", "ext4", used: 5 << 20 + 17, total: 100 << 20),
            disk("tank/data", "/tank", "zfs", used: 1 << 40, total: 3 << 40),
        ]
        report.temperatures = [
            Temperature(name: "nvme0", celsius: 61.85),
            Temperature(name: "cpu_package", celsius: 48.26),
        ]
        report.timestampMilliseconds = FleetTime.at(0).wallMilliseconds
        return report
    }

    static func disk(
        _ device: String,
        _ mountpoint: String,
        _ filesystem: String,
        used: UInt64,
        total: UInt64
    ) -> Disk {
        var disk = Disk()
        disk.device = device
        disk.mountpoint = mountpoint
        disk.filesystem = filesystem
        disk.usedBytes = used
        disk.totalBytes = total
        return disk
    }

    static func interface(_ name: String, received: UInt64, sent: UInt64) -> NetworkInterface {
        var interface = NetworkInterface()
        interface.name = name
        interface.receivedBytes = received
        interface.sentBytes = sent
        return interface
    }
}
