/// One guest as `GET /cluster/resources?type=vm` lists it; `nil` = unknown.
package struct GuestReport: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case qemu
        case lxc
    }

    package var kind: Kind
    /// Unique within the cluster, whatever the kind.
    package var vmid: UInt64
    /// Where it is now; it may migrate.
    package var node: String
    /// `running`, `stopped`, a state of QMP such as `paused`, or `unknown`.
    package var status: String
    package var name: String?
    package var isTemplate = false
    /// 0 when it does not run.
    package var uptimeSeconds: Double?
    /// 0 to 1, of its own processors.
    package var cpuFraction: Double?
    /// Fractional for containers with a limit only.
    package var cpuCount: Double?
    package var memoryUsedBytes: UInt64?
    package var memoryTotalBytes: UInt64?
    /// What the host spends for a virtual machine; since PVE 9.
    package var memoryHostBytes: UInt64?
    /// Of a container's root filesystem.
    ///
    /// The host does not know it of a virtual machine, of which PVE always says 0.
    package var diskUsedBytes: UInt64?
    /// Of the boot disk only.
    package var diskTotalBytes: UInt64?
    /// Cumulative since the guest started, as are the next three.
    package var receivedBytes: UInt64?
    package var sentBytes: UInt64?
    package var readBytes: UInt64?
    package var writtenBytes: UInt64?
    /// Why nothing else may change it now: backup, migrate, snapshot.
    package var lock: String?
    package var tags: [String] = []
    package var pool: String?
    package var haState: String?

    package init(kind: Kind, vmid: UInt64, node: String, status: String) {
        self.kind = kind
        self.vmid = vmid
        self.node = node
        self.status = status
    }
}
