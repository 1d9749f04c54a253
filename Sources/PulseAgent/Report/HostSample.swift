/// Everything that one report says, before it is written down.
///
/// What could not be read is `nil` or empty and is left out of the report.
struct HostSample: Sendable {
    var identity = HostIdentity()
    var uptimeSeconds: Double?
    var loadAverage: [Double]?
    var cpuPercent: Double?
    var memory: MemoryFigures?
    var disks: [DiskFigures] = []
    var diskIO: [DiskIOCounters] = []
    var network: [InterfaceFigures] = []
    var temperatures: [NamedTemperature] = []
}
