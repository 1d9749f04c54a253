import PulseFleet

extension StreamKey {
    /// The place of a stream in the metrics: those of single remotes count with the whole one, and
    /// those of single resources together.
    var family: Int {
        switch self {
        case .whole(let name), .scoped(let name, _): name.index
        case .resource: StreamName.allCases.count
        }
    }

    static let familyCount = StreamName.allCases.count + 1

    /// What the metrics call each of them.
    static let familyNames = StreamName.allCases.map(\.rawValue) + ["resource"]
}

/// How many messages of one stream there were: encoded, or given to clients.
struct DeliveryCounts: Sendable, BitwiseCopyable {
    private(set) var deltas: UInt64 = 0
    private(set) var snapshotParts: UInt64 = 0
    private(set) var bytes: UInt64 = 0

    mutating func note(delta byteCount: Int) {
        deltas += 1
        bytes += UInt64(byteCount)
    }

    mutating func note(part byteCount: Int) {
        snapshotParts += 1
        bytes += UInt64(byteCount)
    }
}

/// What one hub has given to its clients, and who watches.
struct HubMetrics: Sendable {
    /// By the family of the streams.
    var streams: [(given: DeliveryCounts, subscribers: Int)] = []
    /// Clients that had not taken everything when the last tick came.
    var laggingCount = 0
}

extension Hub {
    /// What it has done since it began.
    var metrics: HubMetrics {
        var metrics = HubMetrics(streams: counts.map { ($0, 0) }, laggingCount: laggingCount)
        for box in streams {
            metrics.streams[box.stream.key.family].subscribers += box.stream.subscriberCount
        }
        return metrics
    }
}
