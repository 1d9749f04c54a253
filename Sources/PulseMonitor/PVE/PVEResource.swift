import PulseFleet
import PulseJSON

// Entries of `GET /cluster/resources`. Keys stand in any order and those that are not known are
// skipped; an entry of another type than was asked for is left out.

extension GuestReport {
    /// Reads one entry; appends nothing for what is no guest.
    static func read(
        _ reader: inout JSONReader,
        into list: inout PVERows<GuestReport>
    ) throws(JSONError) {
        // Filled where it stays: a copy of all its texts would cost a tenth of reading it.
        list.rows.append(GuestReport(kind: .qemu, vmid: 0, node: "", status: "unknown"))
        if try !list.rows[list.rows.count - 1].fill(from: &reader, &list.texts) {
            list.rows.removeLast()
        }
    }

    /// Takes what an entry says; false for what is no guest.
    private mutating func fill(
        from reader: inout JSONReader,
        _ texts: inout SharedTexts
    ) throws(JSONError) -> Bool {
        var isGuest = false
        var hasNumber = false
        var hasNode = false
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "type":
                let known = try reader.readPVEKind()
                isGuest = known != nil
                kind = known ?? .qemu
            case "vmid":
                let number = try reader.readPVECount()
                hasNumber = number != nil
                vmid = number ?? 0
            case "node":
                let name = try reader.readPVEText(&texts)
                hasNode = name != nil
                node = name ?? ""
            case "status": status = try reader.readPVEText(&texts) ?? "unknown"
            case "name": name = try reader.readPVEText()
            case "template": isTemplate = try reader.readPVEFlag()
            case "uptime": uptimeSeconds = try reader.readPVEDouble()
            case "cpu": cpuFraction = try reader.readPVEDouble()
            case "maxcpu": cpuCount = try reader.readPVEDouble()
            case "mem": memoryUsedBytes = try reader.readPVECount()
            case "maxmem": memoryTotalBytes = try reader.readPVECount()
            case "memhost": memoryHostBytes = try reader.readPVECount()
            case "disk": diskUsedBytes = try reader.readPVECount()
            case "maxdisk": diskTotalBytes = try reader.readPVECount()
            case "netin": receivedBytes = try reader.readPVECount()
            case "netout": sentBytes = try reader.readPVECount()
            case "diskread": readBytes = try reader.readPVECount()
            case "diskwrite": writtenBytes = try reader.readPVECount()
            case "lock": lock = try reader.readPVEText(&texts)
            case "tags": tags = try reader.readPVEWords(&texts)
            case "pool": pool = try reader.readPVEText(&texts)
            case "hastate": haState = try reader.readPVEText(&texts)
            default: try reader.skipValue()
            }
        }
        guard isGuest, hasNumber, hasNode else { return false }
        // The host cannot look into the disks of a virtual machine; PVE says 0 for "unknown".
        if kind == .qemu { diskUsedBytes = nil }
        return true
    }
}

extension NodeReport {
    /// Reads one entry; appends nothing for what is no node.
    static func read(
        _ reader: inout JSONReader,
        into list: inout PVERows<NodeReport>
    ) throws(JSONError) {
        var report = NodeReport(name: "", status: "unknown")
        var isNode = false
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "type": isNode = try reader.readPVEText(&list.texts) == "node"
            case "node": report.name = try reader.readPVEText(&list.texts) ?? ""
            case "status": report.status = try reader.readPVEText(&list.texts) ?? "unknown"
            case "uptime": report.uptimeSeconds = try reader.readPVEDouble()
            case "cpu": report.cpuFraction = try reader.readPVEDouble()
            case "maxcpu": report.cpuCount = try reader.readPVEDouble()
            case "mem": report.memoryUsedBytes = try reader.readPVECount()
            case "maxmem": report.memoryTotalBytes = try reader.readPVECount()
            case "disk": report.diskUsedBytes = try reader.readPVECount()
            case "maxdisk": report.diskTotalBytes = try reader.readPVECount()
            case "hastate": report.haState = try reader.readPVEText(&list.texts)
            default: try reader.skipValue()
            }
        }
        if isNode, !report.name.isEmpty { list.rows.append(report) }
    }
}

extension StorageReport {
    /// Reads one entry; appends nothing for what is no storage.
    static func read(
        _ reader: inout JSONReader,
        into list: inout PVERows<StorageReport>
    ) throws(JSONError) {
        var report = StorageReport(name: "", node: "", status: "unknown")
        var isStorage = false
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "type": isStorage = try reader.readPVEText(&list.texts) == "storage"
            case "storage": report.name = try reader.readPVEText(&list.texts) ?? ""
            case "node": report.node = try reader.readPVEText(&list.texts) ?? ""
            case "status": report.status = try reader.readPVEText(&list.texts) ?? "unknown"
            case "plugintype": report.type = try reader.readPVEText(&list.texts)
            case "shared": report.isShared = try reader.readPVEFlag()
            // The order is another one in each answer.
            case "content": report.content = try reader.readPVEWords(&list.texts).sorted()
            case "disk": report.usedBytes = try reader.readPVECount()
            case "maxdisk": report.totalBytes = try reader.readPVECount()
            default: try reader.skipValue()
            }
        }
        if isStorage, !report.name.isEmpty, !report.node.isEmpty { list.rows.append(report) }
    }
}

extension JSONReader {
    /// What kind of guest it is; `nil` for what is none.
    fileprivate mutating func readPVEKind() throws(JSONError) -> GuestReport.Kind? {
        guard let text = try readTextIfString() else {
            try skipValue()
            return nil
        }
        switch text {
        case "qemu": return .qemu
        case "lxc": return .lxc
        default: return nil
        }
    }

    /// Words of one text, as tags are.
    fileprivate mutating func readPVEWords(
        _ texts: inout SharedTexts
    ) throws(JSONError) -> [String] {
        if let text = try readTextIfString() { return texts.words(text) }
        return try readPVEText().map { [$0] } ?? []
    }
}
