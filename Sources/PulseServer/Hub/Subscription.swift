/// What the hub keeps for one dashboard on one stream.
///
/// A slow browser costs exactly this: no queue, only the generation that it has. When its send
/// completes, the hub gives it the frames in between, or a shared snapshot if the log no longer
/// reaches back that far.
///
/// It outlives an unsubscribe, because what was given may still be on its way: a client that
/// subscribes again must not get the same delta twice.
struct Subscription: BitwiseCopyable {
    /// The stream's index.
    let stream: Int
    /// The client's next subscription in the slab, or `none`.
    var next: UInt32 = Subscription.none
    /// Whether the client wants the stream.
    private(set) var isActive = true
    /// Whether the client is among those who wait for the stream's log.
    var awaitsLog = false
    /// The same of its snapshot.
    var awaitsSnapshot = false
    /// The newest generation whose bytes the kernel has taken in full; `nil` before the snapshot.
    private(set) var generation: UInt64?
    /// The generation that the send in flight leads to.
    private var sending: UInt64?
    /// The snapshot that is being sent in parts; the subscription holds it.
    private(set) var snapshot: UInt32 = Subscription.none
    /// Parts of it that were given to a send.
    private(set) var partsGiven = 0

    static let none = UInt32.max

    init(stream: Int, generation: UInt64?) {
        self.stream = stream
        self.generation = generation
    }

    /// The generation that the next delta has to follow on.
    var given: UInt64? { sending ?? generation }

    /// Ends it for now; a snapshot that was not given in full is let go by the caller.
    mutating func pause() {
        if snapshot != Subscription.none { abandonSnapshot() }
        isActive = false
    }

    /// Goes on behind `wanted` if that is exactly what the client was given, or else anew.
    mutating func resume(after wanted: UInt64?) {
        isActive = true
        if wanted == nil || wanted != given {
            generation = nil
            sending = nil
        }
    }

    /// Gives up a snapshot of which the client has some parts; it gets a newer one.
    mutating func abandonSnapshot() {
        precondition(snapshot != Subscription.none, "no snapshot was begun")
        snapshot = Subscription.none
    }

    /// Begins a snapshot, part by part.
    mutating func beginSnapshot(_ index: UInt32) {
        precondition(snapshot == Subscription.none, "a snapshot was begun inside another one")
        snapshot = index
        partsGiven = 0
        generation = nil
    }

    /// Records that a part was given to the send in preparation.
    mutating func givePart() { partsGiven += 1 }

    /// Records that the last part was given; the stream goes on from `target`.
    mutating func endSnapshot(at target: UInt64) {
        snapshot = Subscription.none
        sending = target
    }

    /// Records that the delta that leads to `target` was given.
    mutating func give(_ target: UInt64) {
        precondition(given.map { $0 < target } ?? false, "a send would repeat what the client has")
        sending = target
    }

    /// Records that the kernel took every byte of the send.
    mutating func endSend() {
        if let sending { generation = sending }
        sending = nil
    }
}
