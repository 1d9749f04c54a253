import PulseJSON

/// What a reader that allocates nothing gets of a guest: numbers, and texts as long as they are.
struct GuestFields {
    /// The sum over all fields of all guests of an answer, so that none can be left out.
    static func sum(of bytes: [UInt8]) throws(JSONError) -> UInt64 {
        var sum: UInt64 = 0
        var reader = JSONReader(bytes.span)
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "data":
                try reader.beginArray()
                while try reader.nextElement() {
                    let guest = try GuestFields(&reader)
                    sum &+= guest.sum
                }
            default: try reader.skipValue()
            }
        }
        try reader.finish()
        return sum
    }

    private var texts = 0
    private var vmid: UInt64 = 0
    private var cpu = 0.0
    private var maxcpu = 0.0
    private var uptime: UInt64 = 0
    private var mem: UInt64 = 0
    private var maxmem: UInt64 = 0
    private var disk: UInt64 = 0
    private var maxdisk: UInt64 = 0
    private var netin: UInt64 = 0
    private var netout: UInt64 = 0
    private var diskread: UInt64 = 0
    private var diskwrite: UInt64 = 0

    private var sum: UInt64 {
        let sizes = vmid &+ uptime &+ mem &+ maxmem &+ disk &+ maxdisk
        let counters = netin &+ netout &+ diskread &+ diskwrite
        return sizes &+ counters &+ UInt64(texts) &+ cpu.bitPattern &+ maxcpu.bitPattern
    }

    private init(_ reader: inout JSONReader) throws(JSONError) {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "type", "node", "status", "name", "tags", "pool":
                texts &+= try Self.text(&reader)
            case "vmid": vmid = try reader.readLenientUInt64()
            case "uptime": uptime = try reader.readLenientUInt64()
            case "cpu": cpu = try reader.readLenientDouble()
            case "maxcpu": maxcpu = try reader.readLenientDouble()
            case "mem": mem = try reader.readLenientUInt64()
            case "maxmem": maxmem = try reader.readLenientUInt64()
            case "disk": disk = try reader.readLenientUInt64()
            case "maxdisk": maxdisk = try reader.readLenientUInt64()
            case "netin": netin = try reader.readLenientUInt64()
            case "netout": netout = try reader.readLenientUInt64()
            case "diskread": diskread = try reader.readLenientUInt64()
            case "diskwrite": diskwrite = try reader.readLenientUInt64()
            default: try reader.skipValue()
            }
        }
    }

    private static func text(_ reader: inout JSONReader) throws(JSONError) -> Int {
        try reader.readText().count
    }
}
