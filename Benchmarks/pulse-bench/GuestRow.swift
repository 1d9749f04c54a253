import FoundationEssentials

/// The answer of `GET /api/state/guests` as a program holds it that has no columns and no cached
/// fields: one structure with a property for each field.
///
/// The peers write it; it is read from what the fleet wrote, so that all say the same.
struct GuestState: Codable, Equatable {
    var stream: String
    var epoch: String
    var generation: Int
    var ts: Int
    var fields: [String]
    var rows: [GuestRow]

    init(parsing bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(GuestState.self, from: Data(bytes))
    }
}

/// One row of stream `guests`, its fields in the order of the stream.
struct GuestRow: Equatable {
    var handle: Int
    var id: String
    var vmid: Int
    var name: String?
    var type: String
    var remote: String
    var node: String
    var status: String
    var isStale: Bool
    var isTemplate: Bool
    var lock: String?
    var tags: [String]
    var pool: String?
    var haState: String?
    var cpuCount: Double?
    var memoryTotalBytes: Int?
    var memorySource: String?
    var diskTotalBytes: Int?
    var bootMilliseconds: Int?
    var sampledMilliseconds: Int?
    var cpuPercent: Double?
    var memoryBytes: Int?
    var diskBytes: Int?
    var receivedPerSecond: Int?
    var sentPerSecond: Int?
    var readPerSecond: Int?
    var writtenPerSecond: Int?
}

extension GuestRow: Codable {
    init(from decoder: any Decoder) throws {
        var row = try decoder.unkeyedContainer()
        handle = try row.decode(Int.self)
        id = try row.decode(String.self)
        vmid = try row.decode(Int.self)
        name = try row.decode(String?.self)
        type = try row.decode(String.self)
        remote = try row.decode(String.self)
        node = try row.decode(String.self)
        status = try row.decode(String.self)
        isStale = try row.decode(Bool.self)
        isTemplate = try row.decode(Bool.self)
        lock = try row.decode(String?.self)
        tags = try row.decode([String].self)
        pool = try row.decode(String?.self)
        haState = try row.decode(String?.self)
        cpuCount = try row.decode(Double?.self)
        memoryTotalBytes = try row.decode(Int?.self)
        memorySource = try row.decode(String?.self)
        diskTotalBytes = try row.decode(Int?.self)
        bootMilliseconds = try row.decode(Int?.self)
        sampledMilliseconds = try row.decode(Int?.self)
        cpuPercent = try row.decode(Double?.self)
        memoryBytes = try row.decode(Int?.self)
        diskBytes = try row.decode(Int?.self)
        receivedPerSecond = try row.decode(Int?.self)
        sentPerSecond = try row.decode(Int?.self)
        readPerSecond = try row.decode(Int?.self)
        writtenPerSecond = try row.decode(Int?.self)
    }

    func encode(to encoder: any Encoder) throws {
        var row = encoder.unkeyedContainer()
        try row.encode(handle)
        try row.encode(id)
        try row.encode(vmid)
        try row.encode(name)
        try row.encode(type)
        try row.encode(remote)
        try row.encode(node)
        try row.encode(status)
        try row.encode(isStale)
        try row.encode(isTemplate)
        try row.encode(lock)
        try row.encode(tags)
        try row.encode(pool)
        try row.encode(haState)
        try row.encode(cpuCount)
        try row.encode(memoryTotalBytes)
        try row.encode(memorySource)
        try row.encode(diskTotalBytes)
        try row.encode(bootMilliseconds)
        try row.encode(sampledMilliseconds)
        try row.encode(cpuPercent)
        try row.encode(memoryBytes)
        try row.encode(diskBytes)
        try row.encode(receivedPerSecond)
        try row.encode(sentPerSecond)
        try row.encode(readPerSecond)
        try row.encode(writtenPerSecond)
    }
}
