import PulseFleet
import PulseReactor

/// One stream as the hub sees it: its log, and the snapshot that everybody shares.
struct HubStream: ~Copyable {
    /// What the hub's origin knows of its interest.
    enum Watch {
        case none
        /// The log up to now is on its way, and who subscribes waits for it.
        case asked
        /// Each tick brings the delta.
        case watching
    }

    let key: StreamKey
    /// Where its deliveries are counted; kept, as asking the key costs a reference count.
    let family: Int
    var log = StreamLog()
    /// The newest closed generation.
    var generation: UInt64 = 0
    var subscriberCount = 0
    /// Subscriptions to it, those included that were ended and are kept.
    var holderCount = 0
    var watch = Watch.none
    /// Who waits for the log, in the order of coming; whoever is gone since is passed over.
    var awaitingLog: [ConnectionID] = []
    /// The newest snapshot in the hub's slab, or `Subscription.none`; the stream holds it.
    var snapshot = Subscription.none
    /// A snapshot was asked for and is on its way.
    var awaitsSnapshot = false
    /// Who waits for it, as above.
    var awaitingSnapshot: [ConnectionID] = []

    init(_ key: StreamKey) {
        self.key = key
        family = key.family
    }

    /// Whether nothing of it is here any more or on its way.
    var isIdle: Bool { holderCount == 0 && watch == .none && !awaitsSnapshot }

    /// Whether a client that was given `wanted` can go on from there by deltas.
    func goesOn(from wanted: UInt64) -> Bool {
        wanted <= generation && log.reaches(back: wanted)
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
