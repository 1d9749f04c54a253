/// What the figures of a report amount to, before they are rounded to what the stream says.
///
/// Used sizes are clamped to their totals: agents read the two at different moments.
struct HostSums {
    /// Percent, 0 to 100.
    var cpuPercent: Double?
    var memoryTotal: UInt64?
    var memoryUsed: UInt64?
    var swapTotal: UInt64?
    var swapUsed: UInt64?
    /// Summed over the filesystems, each block device once.
    var diskTotal: UInt64?
    /// Likewise, in whole MiB.
    var diskUsed: UInt64?
    /// The hottest CPU package, else the hottest sensor.
    var celsius: Double?

    init(_ report: HostReport) {
        cpuPercent = report.cpuPercent.flatMap { $0.isFinite ? min(max($0, 0), 100) : nil }
        // The wire leaves out what is 0; no machine has 0 bytes of memory, but many have no swap.
        let memory = report.memory
        if memory.totalBytes > 0 {
            memoryTotal = memory.totalBytes
            memoryUsed = min(memory.usedBytes, memory.totalBytes)
            swapTotal = memory.swapTotalBytes
            swapUsed = min(memory.swapUsedBytes, memory.swapTotalBytes)
        }
        sumFilesystems(report.disks)
        celsius = Self.hottest(report.temperatures)
    }

    /// Drops what is below a MiB, so that a filesystem in quiet use is not news at each report.
    static func wholeMebibytes(_ bytes: UInt64) -> UInt64 {
        bytes & ~0xF_FFFF
    }

    /// Whether a sensor's value can be a temperature; a broken one says -273, 255 or 65,261.
    static func isPlausible(_ celsius: Double) -> Bool {
        celsius >= -50 && celsius <= 150
    }

    private mutating func sumFilesystems(_ disks: [HostReport.Disk]) {
        var sum = FilesystemSum()
        for disk in disks where FilesystemSum.counts(disk.filesystem) { sum.add(disk) }
        if sum.isEmpty {
            // All that a container sees may be an overlay: its root is then better than nothing.
            for disk in disks where disk.mountpoint == "/" { sum.add(disk) }
        }
        guard let total = sum.totalBytes, total > 0 else { return }
        diskTotal = total
        diskUsed = Self.wholeMebibytes(sum.usedBytes)
    }

    private static func hottest(_ sensors: [HostReport.Temperature]) -> Double? {
        let plausible = sensors.filter { isPlausible($0.celsius) }
        let packages = plausible.filter { isProcessorPackage($0.name) }
        return (packages.isEmpty ? plausible : packages).map(\.celsius).max()
    }

    /// What agents and kernel drivers (coretemp, k10temp, x86_pkg_temp, cpu_thermal) call the
    /// sensor of a whole processor.
    private static let packageWords = [
        "package", "pkg", "tctl", "tdie", "cpu_thermal", "cpu-thermal",
    ]

    private static func isProcessorPackage(_ name: String) -> Bool {
        let name = name.prefix(utf8CountMax: FleetLimits.textBytesMax).lowercased()
        return name == "cpu" || packageWords.contains { name.containsBytes(of: $0) }
    }
}
