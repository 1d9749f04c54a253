import PulseJSON

/// A large report of a host, without escapes.
enum InventedReport {
    private static let disks = 70
    private static let interfaces = 130

    /// Lists that double as they grow, and the texts of more than 15 bytes that are kept.
    static let keptCountMax = 3 * 8 + disks + 12

    /// A report of at least so many bytes, the rest in a part that the hub does not read.
    static func bytes(byteCount: Int) -> [UInt8] {
        let disks = (0..<disks).map { index in
            """
            {"device":"/dev/sd\(index)","mountpoint":"/srv/storage/volume-\(index)",\
            "filesystem":"xfs","type":"xfs","totalBytes":\(4_000_000_000_000 + index),\
            "usedBytes":\(1_234_567_890 * (index + 1)),"freeBytes":1234567,"usage":12.\(index)}
            """
        }
        let interfaces = (0..<interfaces).map { index in
            """
            {"name":"veth\(index)i0","mac":"02:00:00:00:00:\(10 + index % 80)",\
            "rxBytes":\(9_876_543_210 * (index + 1)),"txBytes":\(123_456 * index),"speedMbps":10000}
            """
        }
        let head = """
            {"agent":{"id":"m1","version":"1.0","intervalSeconds":2},"host":{"hostname":"tower",\
            "cpuCount":32,"uptimeSeconds":123456,"loadAverage":[0.5,0.25,1]},"metrics":\
            {"cpuUsagePercent":12.5,"memory":{"totalBytes":68719476736,"usedBytes":1234567890}},\
            "disks":[\(disks.joined(separator: ","))],\
            "network":[\(interfaces.joined(separator: ","))],"packages":[
            """
        var text = head
        while text.utf8.count < byteCount - 100 {
            text += #"{"name":"libexample","version":"1.2.3-4","size":123456,"held":false},"#
        }
        text += #"null],"timestamp":"2026-11-23T19:55:25.032680934Z"}"#
        return Array(text.utf8)
    }

    /// The sum over all values, each read as what it is.
    static func sum(of bytes: [UInt8]) throws(JSONError) -> UInt64 {
        var reader = JSONReader(bytes.span)
        let sum = try sum(&reader)
        try reader.finish()
        return sum
    }

    private static func sum(_ reader: inout JSONReader) throws(JSONError) -> UInt64 {
        var sum: UInt64 = 1
        switch try reader.peek() {
        case .object:
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "usage", "cpuUsagePercent": sum &+= try reader.readDouble().bitPattern
                case "totalBytes", "usedBytes": sum &+= try reader.readUInt64()
                default: sum &+= try Self.sum(&reader)
                }
            }
        case .array:
            try reader.beginArray()
            while try reader.nextElement() { sum &+= try Self.sum(&reader) }
        case .string: sum &+= UInt64(try reader.readText().count)
        case .number: sum &+= try reader.readDouble().bitPattern
        case .bool: sum &+= try reader.readBool() ? 1 : 0
        case .null: try reader.skipValue()
        }
        return sum
    }
}
