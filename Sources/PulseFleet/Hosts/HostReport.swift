/// One report of one host, as its agent measured it: the typed form of
/// `POST /api/agents/agent/report`, and what `Fleet.apply` takes.
///
/// Sizes are bytes, percentages 0 to 100, counters cumulative since boot. The wire leaves out what
/// is zero; a figure that this format lets us tell from zero is optional here and `nil` = unknown.
package struct HostReport: Sendable, Equatable {
    /// The identity of the sender: `agent.id`, else `host.machineId`, else `host.hostname`.
    package var id: String
    package var hostname: String
    package var displayName: String?
    package var platform: String?
    package var osName: String?
    package var osVersion: String?
    package var kernelVersion: String?
    package var architecture: String?
    package var cpuModel: String?
    package var agentVersion: String?

    /// How often the agent says that it reports, in seconds; 30 when it does not say.
    package var intervalSeconds: Double
    package var cpuCount: Int?
    package var uptimeSeconds: Double?
    /// The load of 1, 5 and 15 minutes.
    package var loadAverage: [Double]
    package var cpuPercent: Double?
    package var memory: Memory
    package var disks: [Disk]
    package var diskIO: [DiskIO]
    package var network: [NetworkInterface]
    package var temperatures: [Temperature]

    /// When the agent took its sample, in milliseconds since 1970, by the agent's clock.
    package var timestampMilliseconds: Int64?
    /// Which process of the agent sent it, and the how manieth report of that process it is.
    package var sequence: Sequence?

    package struct Sequence: Sendable, Equatable {
        package var stream: String
        package var number: UInt64

        package init(stream: String, number: UInt64) {
            self.stream = stream
            self.number = number
        }
    }

    package struct Memory: Sendable, Equatable {
        package var totalBytes: UInt64 = 0
        /// Total less what the kernel calls available.
        package var usedBytes: UInt64 = 0
        package var swapTotalBytes: UInt64 = 0
        package var swapUsedBytes: UInt64 = 0

        package init() {}
    }

    package struct Disk: Sendable, Equatable {
        package var device = ""
        package var mountpoint = ""
        package var filesystem = ""
        package var totalBytes: UInt64 = 0
        package var usedBytes: UInt64 = 0
        package var freeBytes: UInt64 = 0

        package init() {}
    }

    package struct DiskIO: Sendable, Equatable {
        package var device = ""
        package var readBytes: UInt64 = 0
        package var writeBytes: UInt64 = 0

        package init() {}
    }

    package struct NetworkInterface: Sendable, Equatable {
        package var name = ""
        package var receivedBytes: UInt64 = 0
        package var sentBytes: UInt64 = 0

        package init() {}
    }

    package struct Temperature: Sendable, Equatable {
        package var name: String
        package var celsius: Double

        package init(name: String, celsius: Double) {
            self.name = name
            self.celsius = celsius
        }
    }

    package init(id: String, hostname: String) {
        self.id = id
        self.hostname = hostname
        self.intervalSeconds = 30
        self.loadAverage = []
        self.memory = Memory()
        self.disks = []
        self.diskIO = []
        self.network = []
        self.temperatures = []
    }
}
