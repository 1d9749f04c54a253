import PulseFleet
import PulseJSON

// Entries of `GET /cluster/resources`. Keys stand in any order and those that are not known are
// skipped; an entry of another type than was asked for is left out.

extension GuestReport {
    /// Reads one entry; appends nothing for what is no guest.
    static func read(
        _ reader: inout JSONReader,
        into list: inout [GuestReport]
    ) throws(JSONError) {
        var guest = GuestReport(kind: .qemu, vmid: 0, node: "", status: "unknown")
        var isGuest = false
        var hasNumber = false
        var hasNode = false
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "type":
                let kind = try reader.readPVEKind()
                isGuest = kind != nil
                guest.kind = kind ?? .qemu
            case "vmid":
                let vmid = try reader.readPVECount()
                hasNumber = vmid != nil
                guest.vmid = vmid ?? 0
            case "node":
                let node = try reader.readPVEText()
                hasNode = node != nil
                guest.node = node ?? ""
            case "status": guest.status = try reader.readPVEWord() ?? "unknown"
            case "name": guest.name = try reader.readPVEText()
            case "template": guest.isTemplate = try reader.readPVEFlag()
            case "uptime": guest.uptimeSeconds = try reader.readPVEDouble()
            case "cpu": guest.cpuFraction = try reader.readPVEDouble()
            case "maxcpu": guest.cpuCount = try reader.readPVEDouble()
            case "mem": guest.memoryUsedBytes = try reader.readPVECount()
            case "maxmem": guest.memoryTotalBytes = try reader.readPVECount()
            case "memhost": guest.memoryHostBytes = try reader.readPVECount()
            case "disk": guest.diskUsedBytes = try reader.readPVECount()
            case "maxdisk": guest.diskTotalBytes = try reader.readPVECount()
            case "netin": guest.receivedBytes = try reader.readPVECount()
            case "netout": guest.sentBytes = try reader.readPVECount()
            case "diskread": guest.readBytes = try reader.readPVECount()
            case "diskwrite": guest.writtenBytes = try reader.readPVECount()
            case "lock": guest.lock = try reader.readPVEText()
            case "tags": guest.tags = try reader.readPVEWords()
            case "pool": guest.pool = try reader.readPVEText()
            case "hastate": guest.haState = try reader.readPVEText()
            default: try reader.skipValue()
            }
        }
        guard isGuest, hasNumber, hasNode else { return }
        // The host cannot look into the disks of a virtual machine; PVE says 0 for "unknown".
        if guest.kind == .qemu { guest.diskUsedBytes = nil }
        list.append(guest)
    }
}

extension NodeReport {
    /// Reads one entry; appends nothing for what is no node.
    static func read(
        _ reader: inout JSONReader,
        into list: inout [NodeReport]
    ) throws(JSONError) {
        var report = NodeReport(name: "", status: "unknown")
        var isNode = false
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "type": isNode = try reader.readPVEWord() == "node"
            case "node": report.name = try reader.readPVEText() ?? ""
            case "status": report.status = try reader.readPVEWord() ?? "unknown"
            case "uptime": report.uptimeSeconds = try reader.readPVEDouble()
            case "cpu": report.cpuFraction = try reader.readPVEDouble()
            case "maxcpu": report.cpuCount = try reader.readPVEDouble()
            case "mem": report.memoryUsedBytes = try reader.readPVECount()
            case "maxmem": report.memoryTotalBytes = try reader.readPVECount()
            case "disk": report.diskUsedBytes = try reader.readPVECount()
            case "maxdisk": report.diskTotalBytes = try reader.readPVECount()
            case "hastate": report.haState = try reader.readPVEText()
            default: try reader.skipValue()
            }
        }
        if isNode, !report.name.isEmpty { list.append(report) }
    }
}

extension StorageReport {
    /// Reads one entry; appends nothing for what is no storage.
    static func read(
        _ reader: inout JSONReader,
        into list: inout [StorageReport]
    ) throws(JSONError) {
        var report = StorageReport(name: "", node: "", status: "unknown")
        var isStorage = false
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "type": isStorage = try reader.readPVEWord() == "storage"
            case "storage": report.name = try reader.readPVEText() ?? ""
            case "node": report.node = try reader.readPVEText() ?? ""
            case "status": report.status = try reader.readPVEWord() ?? "unknown"
            case "plugintype": report.type = try reader.readPVEText()
            case "shared": report.isShared = try reader.readPVEFlag()
            // The order is another one in each answer.
            case "content": report.content = try reader.readPVEWords().sorted()
            case "disk": report.usedBytes = try reader.readPVECount()
            case "maxdisk": report.totalBytes = try reader.readPVECount()
            default: try reader.skipValue()
            }
        }
        if isStorage, !report.name.isEmpty, !report.node.isEmpty { list.append(report) }
    }
}

extension JSONReader {
    /// What kind of guest it is; `nil` for what is none.
    fileprivate mutating func readPVEKind() throws(JSONError) -> GuestReport.Kind? {
        guard case .string = try peek() else {
            try skipValue()
            return nil
        }
        switch try readText() {
        case "qemu": return .qemu
        case "lxc": return .lxc
        default: return nil
        }
    }

    /// Words of one text: tags are separated by semicolons, commas or blanks.
    fileprivate mutating func readPVEWords() throws(JSONError) -> [String] {
        guard let text = try readPVEText() else { return [] }
        var words: [String] = []
        var start = text.startIndex
        var index = start
        while index < text.endIndex {
            let byte = text.utf8[index]
            let next = text.utf8.index(after: index)
            if byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") {
                if start < index { words.append(String(text[start..<index])) }
                start = next
            }
            index = next
        }
        if start < index { words.append(start == text.startIndex ? text : String(text[start...])) }
        return words
    }
}
