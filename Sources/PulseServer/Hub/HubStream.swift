import PulseReactor

/// One stream as the hub sees it: its log, and the snapshot that everybody shares.
struct HubStream: ~Copyable {
    var log = StreamLog()
    /// The newest closed generation.
    var generation: UInt64 = 0
    var subscriberCount = 0
    /// The newest snapshot in the hub's slab, or `Subscription.none`; the stream holds it.
    var snapshot = Subscription.none

    /// The generation, if a client that has it can go on from there by deltas.
    func known(_ wanted: UInt64) -> UInt64? {
        wanted <= generation && log.reaches(back: wanted) ? wanted : nil
    }
}

/// A whole stream, encoded once for a generation.
struct Snapshot {
    let generation: UInt64
    let parts: [Frame]
    let byteCount: Int
    /// Counts the snapshots, so that the oldest can be told.
    let number: UInt64
    /// Whether its stream has had no newer generation.
    var isNewest = true
    /// The stream while it is the newest, and each subscription that is being sent it.
    var holders: Int
}
