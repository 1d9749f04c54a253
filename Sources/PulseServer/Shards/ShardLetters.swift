import PulseFleet
import PulseReactor

/// What the fleet's shard tells another one; letters are taken in the order of their posting.
enum ShardLetter: Sendable {
    case tick(SharedTick)
    /// The log of a stream that the shard has begun to watch.
    case log(StreamKey, generation: UInt64, frames: [SharedFrame])
    /// The stream that it has asked to watch cannot be had.
    case refused(StreamKey, CommandRefusal)
    case snapshot(StreamKey, generation: UInt64, parts: [SharedFrame])
    case answer(Answer, Asker)
    /// Stop in order, and say when the last connection is gone.
    case stop
    /// End every connection at once.
    case closeAll
    /// The last letter: end the thread.
    case end
}

/// `StreamTick` on its way to another shard.
struct SharedTick: Sendable {
    let timestamp: Int64
    let generations: StreamGenerations
    let deltas: [(stream: StreamKey, frame: SharedFrame)]
    let parts: [StreamPlace]

    /// Bytes of its frames.
    let byteCount: Int
}

/// What a shard wants of the fleet's one.
enum ShardRequest: Sendable {
    case watch(StreamKey)
    case unwatch(StreamKey)
    case snapshot(StreamKey)
    case question(Question, Asker)
    /// The shard was told to stop, and its last connection is gone.
    case drained
    /// The shard's thread has ended, and why.
    case failed(String)
}

/// A request and the number of the shard that makes it.
struct ShardMessage: Sendable {
    let shard: Int
    let request: ShardRequest
}

/// What the routes of a shard need the fleet for.
enum Question: Sendable {
    case readiness
    /// One stream as `GET /api/state/{stream}` answers it, or all of them.
    case state(StreamKey?)
    indirect case history(HistoryQuery)
    /// Poll the remote of this name now.
    case refresh(String)
    /// An agent's report, decoded and authorised. In a box, so that other letters stay small.
    indirect case report(HostReport)
}

/// What became of a question.
enum Answer: Sendable {
    case readiness(Bool)
    /// JSON.
    case state([UInt8])
    /// JSON.
    case history([UInt8])
    case report(ReportVerdict)
    /// The remote of this name is being polled.
    case refreshed(String)
    /// It cannot be done.
    indirect case refused(CommandRefusal)
}

/// What became of an agent's report.
enum ReportVerdict: Sendable {
    /// Applied, or as good as that; the agent's identity.
    case taken(String)
    case invalidIdentity
    case fleetFull
}

/// Who waits for an answer; the connection may be gone when it comes.
struct Asker: Sendable {
    let connection: ConnectionID
    /// Whether the answer tells browsers to come by TLS only.
    let isToldOfTLS: Bool
    /// Whether it is a dashboard, which gets a message, or a request, which gets an answer.
    var isDashboard = false
}
