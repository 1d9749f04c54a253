/// One node as `GET /cluster/resources?type=node` lists it; `nil` = unknown.
package struct NodeReport: Sendable, Equatable {
    package var name: String
    /// `online`, `offline` or `unknown`.
    package var status: String
    /// 0 to 1, of all processors.
    package var cpuFraction: Double?
    package var cpuCount: Double?
    package var memoryUsedBytes: UInt64?
    package var memoryTotalBytes: UInt64?
    /// The root filesystem.
    package var diskUsedBytes: UInt64?
    package var diskTotalBytes: UInt64?
    package var uptimeSeconds: Double?
    /// What the HA manager calls it, since PVE 9: online, maintenance, fence.
    package var haState: String?

    package init(name: String, status: String) {
        self.name = name
        self.status = status
    }
}

/// What `GET /nodes/{node}/status` adds, read by the node at the time of the call; `nil` = unknown.
package struct NodeDetails: Sendable, Equatable {
    package var name: String
    package var uptimeSeconds: Double?
    /// 0 to 1, of all processors, since it was asked before.
    package var cpuFraction: Double?
    package var memoryUsedBytes: UInt64?
    package var memoryTotalBytes: UInt64?
    /// 0 to 1: the share of time that processors waited for disks.
    package var ioWaitFraction: Double?
    /// The load of 1, 5 and 15 minutes; empty when unknown.
    package var loadAverage: [Double] = []
    package var swapUsedBytes: UInt64?
    package var swapTotalBytes: UInt64?
    /// What programs may still take, as the kernel estimates it; since PVE 9.
    package var memoryAvailableBytes: UInt64?
    package var kernelVersion: String?
    package var cpuModel: String?
    /// `9.2.11`.
    package var version: String?

    package init(name: String) { self.name = name }
}
