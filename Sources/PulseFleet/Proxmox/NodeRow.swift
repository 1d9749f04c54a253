import PulseJSON

/// What the cold fields of a node's row say.
struct NodeTraits: RowTraits, Equatable {
    let name: String
    let remote: String
    /// `online`, `offline` or `unknown`.
    var status = "unknown"
    var isStale = false
    var haState: String?
    var address: String?
    var version: String?
    var kernelVersion: String?
    var cpuModel: String?
    var cpuCount: Double?
    var memoryTotalBytes: UInt64?
    var memorySource: MemorySource?
    var swapTotalBytes: UInt64?
    var diskTotalBytes: UInt64?
    var bootMilliseconds: Int64?
    /// The identity of the host that it is, where it runs an agent.
    var host: String?

    init(name: String, remote: String) {
        self.name = name
        self.remote = remote
    }

    var id: String { Self.id(of: name, in: remote) }

    static func id(of name: String, in remote: String) -> String { "node:\(remote)/\(name)" }

    func encode(_ field: NodeField, into writer: inout JSONWriter) {
        switch field {
        case .id: writer.string(id)
        case .name: writer.text(name)
        case .remote: writer.text(remote)
        case .status: writer.text(status)
        case .stale: writer.bool(isStale)
        case .ha: writer.text(haState)
        case .address: writer.text(address)
        case .version: writer.text(version)
        case .kernel: writer.text(kernelVersion)
        case .cpuModel: writer.text(cpuModel)
        case .cpus: writer.number(cpuCount, decimals: 2)
        case .memTotal: writer.size(memoryTotalBytes)
        case .memSource: writer.text(memorySource?.rawValue)
        case .swapTotal: writer.size(swapTotalBytes)
        case .diskTotal: writer.size(diskTotalBytes)
        case .boot: writer.time(bootMilliseconds)
        case .host: writer.text(host)
        }
    }
}

/// What the hot fields of a node's row say.
struct NodeFigures: RowFigures {
    var sampledMilliseconds: Int64?
    var cpuPercent: Double?
    var memoryBytes: UInt64?
    var swapBytes: UInt64?
    var diskBytes: UInt64?
    /// Of 1, 5 and 15 minutes; empty when unknown.
    var load: [Double] = []
    var ioWaitPercent: Double?

    func value(of field: NodeFigure) -> Double? {
        switch field {
        case .sampled: wholeSeconds(sampledMilliseconds)
        case .cpu: cpuPercent
        case .mem: mebibytes(memoryBytes)
        case .swap: mebibytes(swapBytes)
        case .disk: mebibytes(diskBytes)
        case .load1: Figure.load(0, of: load)
        case .load5: Figure.load(1, of: load)
        case .load15: Figure.load(2, of: load)
        case .iowait: ioWaitPercent
        }
    }
}

/// Bytes in whole MiB, so that quiet use of memory or disk is not news at each sample.
func mebibytes(_ bytes: UInt64?) -> Double? {
    bytes.map { Double(HostSums.wholeMebibytes($0)) }
}

/// A time without what is below a second, as ages are shown.
func wholeSeconds(_ milliseconds: Int64?) -> Double? {
    milliseconds.map { Double($0 / 1_000 * 1_000) }
}
