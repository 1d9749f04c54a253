/// The cold fields of stream `summary`, in the order of its row.
enum SummaryField: Int, CaseIterable {
    case id, severity, line, worst

    var field: Field {
        switch self {
        case .id: Field("id")
        case .severity: Field("severity")
        case .line: Field("line")
        case .worst: Field("worst")
        }
    }
}

/// The hot fields of stream `summary`, in the order of its row.
enum SummaryFigure: Int, CaseIterable {
    case crit, warn, remotes, remotesOnline, nodes, nodesOnline
    case guests, guestsRunning, guestsStopped, templates, storages, storagesAvailable
    case hosts, hostsOnline

    var field: Field {
        switch self {
        case .crit: Field("crit")
        case .warn: Field("warn")
        case .remotes: Field("remotes")
        case .remotesOnline: Field("remotesOnline")
        case .nodes: Field("nodes")
        case .nodesOnline: Field("nodesOnline")
        case .guests: Field("guests")
        case .guestsRunning: Field("guestsRunning")
        case .guestsStopped: Field("guestsStopped")
        case .templates: Field("templates")
        case .storages: Field("storages")
        case .storagesAvailable: Field("storagesAvailable")
        case .hosts: Field("hosts")
        case .hostsOnline: Field("hostsOnline")
        }
    }
}

extension StreamSchema {
    /// The whole fleet in one row.
    static let summary = StreamSchema(
        cold: SummaryField.allCases.map(\.field),
        hot: SummaryFigure.allCases.map(\.field)
    )
}
