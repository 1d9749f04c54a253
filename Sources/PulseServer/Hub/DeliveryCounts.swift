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
    /// By the index of the stream.
    var streams: [(given: DeliveryCounts, subscribers: Int)] = []
    /// Clients that had not taken everything when the last tick came.
    var laggingCount = 0
}

extension Hub {
    /// What it has done since it began.
    var metrics: HubMetrics {
        HubMetrics(
            streams: streams.map { ($0.stream.counts, $0.stream.subscriberCount) },
            laggingCount: laggingCount
        )
    }
}
