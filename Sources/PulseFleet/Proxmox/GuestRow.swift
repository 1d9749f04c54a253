import PulseJSON

/// What the cold fields of a guest's row say.
struct GuestTraits: RowTraits, Equatable {
    let vmid: UInt64
    let kind: GuestReport.Kind
    let remote: String
    var name: String?
    var node = ""
    /// PVE's word, or `unknown` when its node is down.
    var status = "unknown"
    var isStale = false
    var isTemplate = false
    var lock: String?
    var tags: [String] = []
    var pool: String?
    var haState: String?
    var cpuCount: Double?
    var memoryTotalBytes: UInt64?
    var memorySource: MemorySource?
    var diskTotalBytes: UInt64?
    var bootMilliseconds: Int64?

    init(vmid: UInt64, kind: GuestReport.Kind, remote: String) {
        self.vmid = vmid
        self.kind = kind
        self.remote = remote
    }

    var id: String { "guest:\(remote)/\(vmid)" }

    func encode(_ field: GuestField, into writer: inout JSONWriter) {
        switch field {
        case .id: writer.string(id)
        case .vmid: writer.uint(vmid)
        case .name: writer.text(name)
        case .type: writer.text(kind.rawValue)
        case .remote: writer.text(remote)
        case .node: writer.text(node)
        case .status: writer.text(status)
        case .stale: writer.bool(isStale)
        case .template: writer.bool(isTemplate)
        case .lock: writer.text(lock)
        case .tags: writer.texts(tags, byteCountMax: FleetLimits.tagsBytesMax)
        case .pool: writer.text(pool)
        case .ha: writer.text(haState)
        case .cpus: writer.number(cpuCount, decimals: 2)
        case .memTotal: writer.size(memoryTotalBytes)
        case .memSource: writer.text(memorySource?.rawValue)
        case .diskTotal: writer.size(diskTotalBytes)
        case .boot: writer.time(bootMilliseconds)
        }
    }
}

/// What the hot fields of a guest's row say.
struct GuestFigures: RowFigures {
    var sampledMilliseconds: Int64?
    var cpuPercent: Double?
    var memoryBytes: UInt64?
    var diskBytes: UInt64?
    var rates = GuestRates.Rates()

    func value(of field: GuestFigure) -> Double? {
        switch field {
        case .sampled: wholeSeconds(sampledMilliseconds)
        case .cpu: cpuPercent
        case .mem: megabytes(memoryBytes)
        case .disk: megabytes(diskBytes)
        case .netIn: rates.received
        case .netOut: rates.sent
        case .diskRead: rates.read
        case .diskWrite: rates.written
        }
    }
}

/// Bytes in whole MB, which are finer than MiB and shorter in a delta: guests are the many.
///
/// Never more than there are, so that what is full is not fuller than that.
private func megabytes(_ bytes: UInt64?) -> Double? {
    bytes.map { Double($0 / 1_000_000 * 1_000_000) }
}
