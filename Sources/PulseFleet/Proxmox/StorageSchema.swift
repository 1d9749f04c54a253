/// The cold fields of stream `storage`, in the order of its rows.
enum StorageField: Int, CaseIterable {
    case id, name, remote, node, nodes, type, content, shared, status, stale, diskTotal

    var field: Field {
        switch self {
        case .id: Field("id")
        case .name: Field("name")
        case .remote: Field("remote")
        case .node: Field("node")
        case .nodes: Field("nodes")
        case .type: Field("type")
        case .content: Field("content")
        case .shared: Field("shared")
        case .status: Field("status")
        case .stale: Field("stale")
        case .diskTotal: Field("diskTotal", unit: "bytes")
        }
    }
}

/// The hot fields of stream `storage`, in the order of its rows.
enum StorageFigure: Int, CaseIterable {
    case sampled, disk

    var field: Field {
        switch self {
        case .sampled: Field("sampled", unit: "unixMilliseconds")
        case .disk: Field("disk", unit: "bytes")
        }
    }
}

extension StreamSchema {
    /// Where nodes keep disks of guests, backups and images.
    static let storage = StreamSchema(
        cold: StorageField.allCases.map(\.field),
        hot: StorageFigure.allCases.map(\.field)
    )
}
