/// What one resource tells of itself when it is asked alone, as it is then; `nil` = unknown.
package struct DetailReport: Sendable, Equatable {
    /// A virtual disk or interface: bytes read or received, and written or sent, since the start.
    package struct Counter: Sendable, Equatable {
        package var name: String
        package var incoming: UInt64
        package var outgoing: UInt64

        package init(name: String, incoming: UInt64, outgoing: UInt64) {
            self.name = name
            self.incoming = incoming
            self.outgoing = outgoing
        }
    }

    /// PVE's word: `running`, `stopped`, a state of QMP such as `paused`, `online` of a node.
    package var status: String?
    package var uptimeSeconds: Double?
    /// 0 to 1, of its own processors.
    package var cpuFraction: Double?
    package var memoryUsedBytes: UInt64?
    package var swapUsedBytes: UInt64?
    /// The load of 1, 5 and 15 minutes; empty when unknown.
    package var loadAverage: [Double] = []
    /// 0 to 1: the share of time that processors waited for disks.
    package var ioWaitFraction: Double?
    /// In percent of the time: something of it waited for processors, for disks, for memory.
    package var cpuPressure: Double?
    package var ioPressure: Double?
    package var memoryPressure: Double?
    /// All of it together.
    package var network: Counter?
    package var disk: Counter?
    /// One for each of its interfaces, and of its disks; empty where nobody tells them apart.
    package var networks: [Counter] = []
    package var disks: [Counter] = []
    /// Whether its configuration has the guest agent; not whether that answers.
    package var hasGuestAgent: Bool?
    /// What QEMU emulates: `pc-q35-10.1+pve0`.
    package var machine: String?
    /// The version of QEMU that runs it, which an update changes at its next start only.
    package var emulator: String?

    package init() {}
}

/// Whom to ask for the details of a resource.
package enum DetailSource: Sendable, Equatable {
    case guest(GuestReport.Kind, vmid: UInt64, node: String)
    case node(String)
}

/// Why the details of a resource cannot be had.
package enum DetailRefusal: Error, Equatable {
    /// There are none of such a resource: it says everything in its row.
    case noDetails
    /// No list names it.
    case unknown
    /// As many resources as may be are looked at already.
    case tooMany
}
