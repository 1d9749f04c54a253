/// The cold fields of stream `remotes`, in the order of its rows.
enum RemoteField: Int, CaseIterable {
    case id, name, type, url, status, error, failingSince, cluster, quorate, version

    var field: Field {
        switch self {
        case .id: Field("id")
        case .name: Field("name")
        case .type: Field("type")
        case .url: Field("url")
        case .status: Field("status")
        case .error: Field("error")
        case .failingSince: Field("failingSince", unit: "unixMilliseconds")
        case .cluster: Field("cluster")
        case .quorate: Field("quorate")
        case .version: Field("version")
        }
    }
}

/// The hot fields of stream `remotes`, in the order of its rows.
enum RemoteFigure: Int, CaseIterable {
    case seen, latency

    var field: Field {
        switch self {
        case .seen: Field("seen", unit: "unixMilliseconds")
        case .latency: Field("latency", unit: "milliseconds")
        }
    }
}

extension StreamSchema {
    /// Clusters and single servers that are polled.
    static let remotes = StreamSchema(
        cold: RemoteField.allCases.map(\.field),
        hot: RemoteFigure.allCases.map(\.field)
    )
}
