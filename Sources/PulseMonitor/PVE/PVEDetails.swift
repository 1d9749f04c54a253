import PulseFleet
import PulseJSON

/// Decodes the rarer answers of Proxmox VE.
enum PVEDetails {
    /// `GET /nodes/{node}/status`.
    static func node(_ name: String, _ body: [UInt8]) throws(JSONError) -> NodeDetails? {
        var details: NodeDetails?
        try PVEEnvelope.object(body) { (reader) throws(JSONError) in
            guard try reader.beginObjectUnlessNull() else { return }
            var found = NodeDetails(name: name)
            while let key = try reader.nextKey() {
                switch key {
                case "wait": found.ioWaitFraction = try reader.readPVEDouble()
                case "loadavg": found.loadAverage = try loads(&reader)
                case "swap":
                    let sizes = try sizes(&reader)
                    found.swapUsedBytes = sizes.used
                    found.swapTotalBytes = sizes.total
                case "memory":
                    let sizes = try sizes(&reader)
                    found.memoryUsedBytes = sizes.used
                    found.memoryTotalBytes = sizes.total
                    found.memoryAvailableBytes = sizes.available
                case "cpu": found.cpuFraction = try reader.readPVEDouble()
                case "uptime": found.uptimeSeconds = try reader.readPVEDouble()
                case "kversion":
                    if found.kernelVersion == nil {
                        found.kernelVersion = try reader.readPVEText().map(release(ofBuild:))
                    } else {
                        try reader.skipValue()
                    }
                case "current-kernel":
                    let release = try text("release", in: &reader)
                    found.kernelVersion = release ?? found.kernelVersion
                case "cpuinfo": found.cpuModel = try text("model", in: &reader)
                case "pveversion": found.version = try reader.readPVEText().map(version(ofManager:))
                default: try reader.skipValue()
                }
            }
            details = found
        }
        return details
    }

    /// `GET /cluster/status`.
    static func cluster(_ body: [UInt8]) throws(JSONError) -> ClusterReport? {
        var cluster: (name: String?, isQuorate: Bool)?
        let members = try PVEEnvelope.elements(of: body) {
            (reader) throws(JSONError) -> ClusterReport.Member? in
            var type: String?
            var name: String?
            var address: String?
            var isOnline = false
            var isQuorate = true
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "type": type = try reader.readPVEText()
                case "name": name = try reader.readPVEText()
                case "ip": address = try reader.readPVEText()
                case "online": isOnline = try reader.readPVEFlag()
                case "quorate": isQuorate = try reader.readPVEFlag()
                default: try reader.skipValue()
                }
            }
            if type == "cluster" { cluster = (name, isQuorate) }
            guard type == "node", let name else { return nil }
            return ClusterReport.Member(name: name, address: address, isOnline: isOnline)
        }
        return members.map {
            // A node that is in no cluster has no such entry, and is its own quorum.
            ClusterReport(
                name: cluster?.name,
                isQuorate: cluster?.isQuorate ?? true,
                members: $0.sorted { $0.name < $1.name }
            )
        }
    }

    /// `GET /version`: `9.2.11`.
    static func version(_ body: [UInt8]) throws(JSONError) -> String? {
        var version: String?
        try PVEEnvelope.object(body) { (reader) throws(JSONError) in
            guard try reader.beginObjectUnlessNull() else { return }
            while let key = try reader.nextKey() {
                switch key {
                case "version": version = try reader.readPVEText()
                default: try reader.skipValue()
                }
            }
        }
        return version
    }

    // MARK: Parts

    /// Three numbers, which PVE writes as strings.
    private static func loads(_ reader: inout JSONReader) throws(JSONError) -> [Double] {
        var loads: [Double] = []
        guard try reader.beginArrayUnlessNull() else { return loads }
        while try reader.nextElement() {
            guard let load = try reader.readPVEDouble(), loads.count < 3 else { continue }
            loads.append(load)
        }
        return loads.count == 3 ? loads : []
    }

    private static func sizes(
        _ reader: inout JSONReader
    ) throws(JSONError) -> (used: UInt64?, total: UInt64?, available: UInt64?) {
        var sizes: (used: UInt64?, total: UInt64?, available: UInt64?) = (nil, nil, nil)
        guard try reader.beginObjectUnlessNull() else { return sizes }
        while let key = try reader.nextKey() {
            switch key {
            case "used": sizes.used = try reader.readPVECount()
            case "total": sizes.total = try reader.readPVECount()
            case "available": sizes.available = try reader.readPVECount()
            default: try reader.skipValue()
            }
        }
        return sizes
    }

    private static func text(
        _ name: String,
        in reader: inout JSONReader
    ) throws(JSONError) -> String? {
        var text: String?
        guard try reader.beginObjectUnlessNull() else { return nil }
        while let key = try reader.nextKey() {
            if key.text == name { text = try reader.readPVEText() } else { try reader.skipValue() }
        }
        return text
    }

    /// `Linux 6.8.12-4-pve #1 SMP …` is `6.8.12-4-pve`.
    private static func release(ofBuild text: String) -> String {
        let words = text.split(separator: " ")
        return words.count > 1 ? String(words[1]) : text
    }

    /// `pve-manager/9.2.11/14a22df3` is `9.2.11`.
    private static func version(ofManager text: String) -> String {
        let parts = text.split(separator: "/")
        return parts.count > 1 ? String(parts[1]) : text
    }
}
