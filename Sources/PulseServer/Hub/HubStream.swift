import PulseReactor

/// One stream as the hub sees it: its log, and the snapshot that everybody shares.
struct HubStream: ~Copyable {
    var log = StreamLog()
    /// The newest closed generation.
    var generation: UInt64 = 0
    var subscriberCount = 0
    /// The newest snapshot in the hub's slab, or `Subscription.none`; the stream holds it.
    var snapshot = Subscription.none
    /// Deltas and snapshots encoded since the start.
    var encodes: UInt64 = 0
}

/// A whole stream, encoded once for a generation.
struct Snapshot {
    let generation: UInt64
    let parts: [Frame]
    /// The stream while it is the newest, and each subscription that is being sent it.
    var holders: Int
}
