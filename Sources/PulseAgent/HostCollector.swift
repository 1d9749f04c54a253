/// Measures the Linux host that it runs on and writes reports in the agents' format, the body of
/// `POST /api/agents/agent/report`.
///
/// It is a value without shared state: whoever holds it owns its open files, and one thread at a
/// time may collect. To hand it to a worker thread, keep it in a `Mutex<HostCollector>` (it is
/// `Sendable`, the lock provides the exclusive access) or move it into the thread. A call reads
/// some dozens of small files of the kernel: it takes milliseconds, more where sensors are slow,
/// so it does not belong on a thread that serves clients.
package struct HostCollector: ~Copyable, Sendable {
    private let agent: AgentIdentity
    private var cpu: CPUCollector
    private var memory: MemoryCollector
    private var load: LoadCollector
    private var uptime: UptimeCollector
    private var disks: DiskCollector
    private var diskIO: DiskIOCollector
    private var network: NetworkCollector
    private var sensors: SensorCollector
    private var identity: IdentityCollector
    private var reportCount: UInt64 = 0

    /// Opens what is read often and takes the first sample of the CPU; nothing needs to exist.
    package init(roots: Roots = Roots(), identity agent: AgentIdentity) {
        self.agent = agent
        cpu = CPUCollector(roots: roots)
        memory = MemoryCollector(roots: roots)
        load = LoadCollector(roots: roots)
        uptime = UptimeCollector(roots: roots)
        disks = DiskCollector(roots: roots)
        diskIO = DiskIOCollector(roots: roots)
        network = NetworkCollector(roots: roots)
        sensors = SensorCollector(roots: roots)
        identity = IdentityCollector(roots: roots)
    }

    /// The next report as JSON; a source that is missing or broken leaves its figures out.
    package mutating func collect(at now: ReportTime) -> [UInt8] {
        reportCount += 1
        let sample = HostSample(
            identity: identity.collect(at: now),
            uptimeSeconds: uptime.collect(),
            loadAverage: load.collect(),
            cpuPercent: cpu.collect(),
            memory: memory.collect(),
            disks: disks.collect(),
            diskIO: diskIO.collect(),
            network: network.collect(),
            temperatures: sensors.collect(at: now)
        )
        return HostReportEncoder(agent: agent, number: reportCount, time: now).encode(sample)
    }
}
