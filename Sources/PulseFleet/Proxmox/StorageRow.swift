import PulseJSON

/// What the cold fields of a storage's row say.
struct StorageTraits: RowTraits, Equatable {
    let name: String
    let remote: String
    /// The only node that has it; `nil` of one that is shared.
    let node: String?
    var nodes: [String] = []
    var type: String?
    var content: [String] = []
    var isAvailable = false
    var isStale = false
    var diskTotalBytes: UInt64?

    init(name: String, remote: String, node: String?) {
        self.name = name
        self.remote = remote
        self.node = node
    }

    var id: String {
        node.map { "storage:\(remote)/\($0)/\(name)" } ?? "storage:\(remote)/\(name)"
    }

    func encode(_ field: StorageField, into writer: inout JSONWriter) {
        switch field {
        case .id: writer.string(id)
        case .name: writer.text(name)
        case .remote: writer.text(remote)
        case .node: writer.text(node)
        case .nodes: writer.texts(nodes, byteCountMax: FleetLimits.storageNodesBytesMax)
        case .type: writer.text(type)
        case .content: writer.texts(content, byteCountMax: FleetLimits.contentBytesMax)
        case .shared: writer.bool(node == nil)
        case .status: writer.fragment(isAvailable ? "\"available\"" : "\"unknown\"")
        case .stale: writer.bool(isStale)
        case .diskTotal: writer.size(diskTotalBytes)
        }
    }
}

/// What the hot fields of a storage's row say.
struct StorageFigures: RowFigures {
    var sampledMilliseconds: Int64?
    var diskBytes: UInt64?

    func value(of field: StorageFigure) -> Double? {
        switch field {
        case .sampled: wholeSeconds(sampledMilliseconds)
        case .disk: mebibytes(diskBytes)
        }
    }
}
