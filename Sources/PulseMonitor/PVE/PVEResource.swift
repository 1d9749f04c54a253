import PulseFleet
import PulseJSON

/// One entry of `GET /cluster/resources`, of whatever type, with all fields that any has.
struct PVEResource {
    private var type: String?
    private var node: String?
    private var status: String?
    private var name: String?
    private var vmid: UInt64?
    private var isTemplate = false
    private var uptime: Double?
    private var cpu: Double?
    private var maxcpu: Double?
    private var mem: UInt64?
    private var maxmem: UInt64?
    private var disk: UInt64?
    private var maxdisk: UInt64?
    private var netin: UInt64?
    private var netout: UInt64?
    private var diskread: UInt64?
    private var diskwrite: UInt64?
    private var lock: String?
    private var tags: String?
    private var pool: String?
    private var hastate: String?
    private var storage: String?
    private var plugintype: String?
    private var content: String?
    private var isShared = false

    /// Reads one entry; keys that are not known are skipped.
    init(_ reader: inout JSONReader) throws(JSONError) {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "type": type = try reader.readPVEText()
            case "node": node = try reader.readPVEText()
            case "status": status = try reader.readPVEText()
            case "name": name = try reader.readPVEText()
            case "vmid": vmid = try reader.readPVECount()
            case "template": isTemplate = try reader.readPVEFlag()
            case "uptime": uptime = try reader.readPVEDouble()
            case "cpu": cpu = try reader.readPVEDouble()
            case "maxcpu": maxcpu = try reader.readPVEDouble()
            case "mem": mem = try reader.readPVECount()
            case "maxmem": maxmem = try reader.readPVECount()
            case "disk": disk = try reader.readPVECount()
            case "maxdisk": maxdisk = try reader.readPVECount()
            case "netin": netin = try reader.readPVECount()
            case "netout": netout = try reader.readPVECount()
            case "diskread": diskread = try reader.readPVECount()
            case "diskwrite": diskwrite = try reader.readPVECount()
            case "lock": lock = try reader.readPVEText()
            case "tags": tags = try reader.readPVEText()
            case "pool": pool = try reader.readPVEText()
            case "hastate": hastate = try reader.readPVEText()
            case "storage": storage = try reader.readPVEText()
            case "plugintype": plugintype = try reader.readPVEText()
            case "content": content = try reader.readPVEText()
            case "shared": isShared = try reader.readPVEFlag()
            default: try reader.skipValue()
            }
        }
    }

    /// `nil` for what is no guest.
    var guest: GuestReport? {
        guard let kind = type.flatMap({ GuestReport.Kind(rawValue: $0) }), let vmid, let node
        else { return nil }
        var guest = GuestReport(kind: kind, vmid: vmid, node: node, status: status ?? "unknown")
        guest.name = name
        guest.isTemplate = isTemplate
        guest.uptimeSeconds = uptime
        guest.cpuFraction = cpu
        guest.cpuCount = maxcpu
        guest.memoryUsedBytes = mem
        guest.memoryTotalBytes = maxmem
        // The host cannot look into the disks of a virtual machine; PVE says 0 for "unknown".
        guest.diskUsedBytes = kind == .lxc ? disk : nil
        guest.diskTotalBytes = maxdisk
        guest.receivedBytes = netin
        guest.sentBytes = netout
        guest.readBytes = diskread
        guest.writtenBytes = diskwrite
        guest.lock = lock
        guest.tags = Self.words(tags)
        guest.pool = pool
        guest.haState = hastate
        return guest
    }

    /// `nil` for what is no node.
    var nodeReport: NodeReport? {
        guard type == "node", let node else { return nil }
        var report = NodeReport(name: node, status: status ?? "unknown")
        report.cpuFraction = cpu
        report.cpuCount = maxcpu
        report.memoryUsedBytes = mem
        report.memoryTotalBytes = maxmem
        report.diskUsedBytes = disk
        report.diskTotalBytes = maxdisk
        report.uptimeSeconds = uptime
        report.haState = hastate
        return report
    }

    /// `nil` for what is no storage.
    var storageReport: StorageReport? {
        guard type == "storage", let storage, let node else { return nil }
        var report = StorageReport(name: storage, node: node, status: status ?? "unknown")
        report.type = plugintype
        report.isShared = isShared
        // The order is another one in each answer.
        report.content = Self.words(content).sorted()
        report.usedBytes = disk
        report.totalBytes = maxdisk
        return report
    }

    /// Tags are separated by semicolons, commas or blanks.
    private static func words(_ text: String?) -> [String] {
        text?.split { ";, ".contains($0) }.map { String($0) } ?? []
    }
}
