import PulseReactor

/// What the hub keeps for one open WebSocket.
struct HubClient: BitwiseCopyable {
    var id: ConnectionID
    /// Whether it gets the compressed twins of frames that have one.
    let deflates: Bool
    /// The first of its subscriptions in the slab, or `Subscription.none`; one for each stream
    /// that it has ever asked for.
    var subscriptions = Subscription.none
    /// Its own answers that wait for the next send, oldest first; the hub holds each frame.
    private(set) var control = FrameQueue()
    /// The bytes of these.
    private var controlByteCount = 0
    /// Questions of its that were asked of another shard and wait for their answers.
    var awaitedCount = 0
    var isSending = false
    /// Ticks since it last got something that carries data.
    var silentTicks = 0
    /// Its close frame is in `control` or on its way: nothing else follows it.
    var isClosing = false
    /// Subscriptions of streams that are not there for good.
    var partCount = 0
    /// How many of them it has begun since the last tick, with which ended ones are given up.
    var begunPartCount = 0
    /// Whether one of them was ended and is kept while a send is in flight.
    var hasEndedPart = false
    /// Whether one of them was forgotten: what was given of it is not known any more, so that such
    /// streams begin anew from now on.
    var hasForgottenPart = false
    /// When the client last took a byte of the send in flight, as far as is known.
    var progressAt = MonotonicTime(nanoseconds: 0)
    /// What the reactor said of its progress then.
    var progressMark = UInt64.max
    /// When it last sent a message of any kind; an answer to a ping is one.
    var heardAt: MonotonicTime
    /// When it was sent a ping since then, if it was.
    var askedAt: MonotonicTime?

    init(id: ConnectionID, deflates: Bool, now: MonotonicTime) {
        self.id = id
        self.deflates = deflates
        heardAt = now
    }

    var hasControlRoom: Bool {
        control.count + awaitedCount < ServerLimits.controlFramesMax
            && controlByteCount < ServerLimits.controlBytesMax
    }

    mutating func add(control frame: Frame) {
        control.append(frame)
        controlByteCount += frame.byteCount
    }

    /// Takes the oldest waiting answers, which the caller then holds.
    mutating func takeControl(atMost max: Int) -> FrameQueue {
        var taken = FrameQueue()
        while taken.count < max, let frame = control.next() {
            controlByteCount -= frame.byteCount
            taken.append(frame)
        }
        return taken
    }
}
