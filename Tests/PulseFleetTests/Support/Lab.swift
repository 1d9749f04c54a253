import PulseFleet

/// A fleet with one remote, "lab", that is polled every 2 s.
struct Lab {
    let fleet = FleetOwner(epoch: 1)
    let remote: RemoteID

    init(pollSeconds: Double = 2) {
        remote = fleet.addRemote(
            .lab(),
            pollNanoseconds: UInt64(pollSeconds * 1e9),
            at: .at(0)
        )
    }

    /// A poll that succeeds at `seconds`, with these lists.
    func poll(
        _ seconds: Double,
        nodes: [NodeReport]? = nil,
        guests: [GuestReport]? = nil,
        storage: [StorageReport]? = nil
    ) {
        let now = FleetTime.at(seconds)
        if let nodes { fleet.apply(nodes, of: remote, at: now) }
        if let guests { fleet.apply(guests, of: remote, at: now) }
        if let storage { fleet.apply(storage, of: remote, at: now) }
        fleet.noteAnswer(.init(latencyMilliseconds: 12.4), of: remote, at: now)
        fleet.expire(at: now)
    }

    /// The only guest's row after a tick.
    func guest() throws -> [String: Value] { try fleet.onlyRow(.guests) }

    /// The only node's row after a tick.
    func node() throws -> [String: Value] { try fleet.onlyRow(.nodes) }

    /// The only storage's row after a tick.
    func storage() throws -> [String: Value] { try fleet.onlyRow(.storage) }
}

extension RemoteDescription {
    static func lab(_ name: String = "lab") -> RemoteDescription {
        RemoteDescription(name: name, kind: .pve, url: "https://\(name):8006")
    }
}

extension NodeReport {
    /// A node as the list tells of it, `seconds` after the fixed moment.
    static func pve(_ name: String, at seconds: Double = 0) -> NodeReport {
        var report = NodeReport(name: name, status: "online")
        report.cpuFraction = 0.12345
        report.cpuCount = 16
        report.memoryUsedBytes = 9 << 30 + 5
        report.memoryTotalBytes = 64 << 30
        report.diskUsedBytes = 12 << 30 + 17
        report.diskTotalBytes = 100 << 30
        report.uptimeSeconds = 86_400 + seconds
        return report
    }

    /// The same node after corosync has lost it.
    func lost() -> NodeReport {
        var report = self
        report.status = "offline"
        report.cpuFraction = nil
        report.memoryUsedBytes = nil
        report.diskUsedBytes = nil
        report.uptimeSeconds = nil
        return report
    }
}

extension GuestReport {
    /// A virtual machine that moves 1,000 B/s in, 500 out, 4,000 read, 2,000 written, `seconds`
    /// after the fixed moment.
    static func vm(
        _ vmid: UInt64 = 100,
        on node: String = "pve1",
        at seconds: Double = 0
    )
        -> GuestReport
    {
        var report = GuestReport(kind: .qemu, vmid: vmid, node: node, status: "running")
        report.name = "web-\(vmid)"
        report.uptimeSeconds = 5_000 + seconds
        report.cpuFraction = 0.0372
        report.cpuCount = 4
        report.memoryUsedBytes = 5 << 30 + 4_096
        report.memoryTotalBytes = 8 << 30
        report.diskUsedBytes = 0
        report.diskTotalBytes = 32 << 30
        let moved = UInt64(5_000 + seconds)
        report.receivedBytes = 1_000 * moved
        report.sentBytes = 500 * moved
        report.readBytes = 4_000 * moved
        report.writtenBytes = 2_000 * moved
        report.tags = ["prod", "web"]
        report.pool = "front"
        report.haState = "started"
        return report
    }

    /// A guest as PVE tells of one that does not run.
    func stopped() -> GuestReport {
        var report = self
        report.status = "stopped"
        report.uptimeSeconds = 0
        report.cpuFraction = 0
        report.memoryUsedBytes = 0
        report.receivedBytes = 0
        report.sentBytes = 0
        report.readBytes = 0
        report.writtenBytes = 0
        return report
    }

    /// A guest as PVE tells of one that it has heard nothing of for five minutes.
    func unknown() -> GuestReport {
        GuestReport(kind: kind, vmid: vmid, node: node, status: "unknown")
    }
}

extension StorageReport {
    static func store(
        _ name: String,
        on node: String,
        shared: Bool = false,
        used: UInt64 = 10 << 30
    ) -> StorageReport {
        var report = StorageReport(name: name, node: node, status: "available")
        report.type = shared ? "nfs" : "zfspool"
        report.isShared = shared
        report.content = ["rootdir", "images"]
        report.usedBytes = used
        report.totalBytes = 100 << 30
        return report
    }

    func unknown() -> StorageReport {
        var report = self
        report.status = "unknown"
        report.usedBytes = nil
        report.totalBytes = nil
        return report
    }
}
