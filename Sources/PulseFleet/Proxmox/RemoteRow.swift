import PulseJSON

/// What the cold fields of a remote's row say.
struct RemoteTraits: RowTraits, Equatable {
    /// Whether it answers.
    enum Status {
        /// It was added and has neither answered nor failed.
        case connecting
        case online
        case failing
    }

    let description: RemoteDescription
    var status = Status.connecting
    var error: String?
    /// When the first of its failures since it answered last was.
    var failingMilliseconds: Int64?
    var cluster: String?
    var isQuorate: Bool?
    var version: String?

    init(_ description: RemoteDescription) {
        self.description = description
    }

    var id: String { "remote:" + description.name }

    /// What has happened to it, by what was said before.
    func changes(since before: RemoteTraits?) -> [Change] {
        var changes: [Change] = []
        if status == .failing, before?.status != .failing {
            changes.append(Change(.lost, to: error))
        }
        if status == .online, before?.status == .failing { changes.append(Change(.back)) }
        if isQuorate == false, before?.isQuorate != false { changes.append(Change(.quorumLost)) }
        if isQuorate == true, before?.isQuorate == false { changes.append(Change(.quorumBack)) }
        return changes
    }

    func encode(_ field: RemoteField, into writer: inout JSONWriter) {
        switch field {
        case .id: writer.string(id)
        case .name: writer.text(description.name)
        case .type: writer.text(description.kind.rawValue)
        case .url: writer.text(description.url)
        case .status:
            switch status {
            case .connecting: writer.fragment("\"connecting\"")
            case .online: writer.fragment("\"online\"")
            case .failing: writer.fragment("\"failing\"")
            }
        case .error: writer.text(error)
        case .failingSince: writer.time(failingMilliseconds)
        case .cluster: writer.text(cluster)
        case .quorate: writer.truth(isQuorate)
        case .version: writer.text(version)
        }
    }
}

/// What the hot fields of a remote's row say.
struct RemoteFigures: RowFigures {
    /// The wall time of its last answer, in whole seconds.
    var seenMilliseconds: Int64?
    var latencyMilliseconds: Double?

    func value(of field: RemoteFigure) -> Double? {
        switch field {
        case .seen: seenMilliseconds.map { Double($0) }
        case .latency: latencyMilliseconds
        }
    }
}
