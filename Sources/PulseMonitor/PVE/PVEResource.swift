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
        // Filled where it stays: a copy of all its texts would cost a tenth of reading it.
        list.append(GuestReport(kind: .qemu, vmid: 0, node: "", status: "unknown"))
        if try !list[list.count - 1].fill(from: &reader) { list.removeLast() }
    }

    /// Takes what an entry says; false for what is no guest.
    private mutating func fill(from reader: inout JSONReader) throws(JSONError) -> Bool {
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
                let name = try reader.readPVEText()
                hasNode = name != nil
                node = name ?? ""
            case "status": status = try reader.readPVEText() ?? "unknown"
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
            case "lock": lock = try reader.readPVEText()
            case "tags": tags = try reader.readPVEWords()
            case "pool": pool = try reader.readPVEText()
            case "hastate": haState = try reader.readPVEText()
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
        into list: inout [NodeReport]
    ) throws(JSONError) {
        var report = NodeReport(name: "", status: "unknown")
        var isNode = false
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "type": isNode = try reader.readPVEText() == "node"
            case "node": report.name = try reader.readPVEText() ?? ""
            case "status": report.status = try reader.readPVEText() ?? "unknown"
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
            case "type": isStorage = try reader.readPVEText() == "storage"
            case "storage": report.name = try reader.readPVEText() ?? ""
            case "node": report.node = try reader.readPVEText() ?? ""
            case "status": report.status = try reader.readPVEText() ?? "unknown"
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

    /// Words of one text: tags are separated by semicolons, commas or blanks.
    fileprivate mutating func readPVEWords() throws(JSONError) -> [String] {
        guard let text = try readPVEText() else { return [] }
        let bytes = text.utf8.span
        var separatorCount = 0
        for index in bytes.indices where Self.isSeparator(bytes[index]) { separatorCount += 1 }
        if separatorCount == 0 { return [text] }
        var words: [String] = []
        words.reserveCapacity(separatorCount + 1)
        var start = 0
        for index in 0...bytes.count where index == bytes.count || Self.isSeparator(bytes[index]) {
            if start < index {
                // A text that is cut at characters of ASCII is UTF-8 still.
                let word = unsafe UTF8Span(unchecked: bytes.extracting(start..<index))
                words.append(String(copying: word))
            }
            start = index + 1
        }
        return words
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ")
    }
}
