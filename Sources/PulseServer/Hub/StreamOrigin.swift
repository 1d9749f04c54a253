import PulseFleet
import PulseReactor

/// Where a hub has its streams from: what it watches is encoded, once for all hubs.
///
/// Whatever comes later comes in its order: a log or a snapshot of generation g behind the tick
/// that made g, and before the next one.
protocol StreamOrigin: AnyObject {
    /// Says that somebody here watches a stream: from the next tick on its deltas come.
    ///
    /// Returns the log up to now, or `nil` when `Hub.take(log:)` or `Hub.take(refusal:)` brings
    /// later what became of it.
    func watch(_ stream: StreamKey) -> Result<WatchedLog, CommandRefusal>?

    /// Says that nobody here watches a stream any more.
    func unwatch(_ stream: StreamKey)

    /// The newest generation whole, or `nil` when `Hub.take(snapshot:)` brings it later.
    func snapshot(of stream: StreamKey) -> WholeStream?
}

/// What one tick changed, for one hub; whoever takes it holds the frames.
struct StreamTick {
    let timestamp: Int64
    let generations: StreamGenerations
    /// The deltas of the streams that the hub watches.
    let deltas: [(stream: StreamKey, frame: Frame)]
    /// Where those of them are now that the generations do not tell of.
    let parts: [StreamPlace]
}

/// Where a stream is that is not there for good.
struct StreamPlace: Sendable {
    let stream: StreamKey
    let generation: UInt64
}

/// The newest deltas of a stream, oldest first; whoever takes it holds the frames.
struct WatchedLog {
    /// The generation to which the last one leads.
    let generation: UInt64
    let frames: [Frame]
}

/// A stream's newest generation in parts; whoever takes it holds the frames.
struct WholeStream {
    let generation: UInt64
    let parts: [Frame]
}
