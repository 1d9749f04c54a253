import PulseFleet
import PulseReactor

/// Where a hub has its streams from: what it watches is encoded, once for all hubs.
///
/// Whatever comes later comes in its order: a log or a snapshot of generation g behind the tick
/// that made g, and before the next one.
protocol StreamOrigin: AnyObject {
    /// Says that somebody here watches a stream: from the next tick on its deltas come.
    ///
    /// Returns the log up to now, or `nil` when `Hub.take(log:)` brings it later.
    func watch(_ stream: StreamName) -> [Frame]?

    /// Says that nobody here watches a stream any more.
    func unwatch(_ stream: StreamName)

    /// The newest generation whole, or `nil` when `Hub.take(snapshot:)` brings it later.
    func snapshot(of stream: StreamName) -> WholeStream?
}

/// What one tick changed, for one hub; whoever takes it holds the frames.
struct StreamTick {
    let timestamp: Int64
    let generations: StreamGenerations
    /// The deltas of the streams that the hub watches.
    let deltas: [(stream: StreamName, frame: Frame)]

    func delta(of stream: StreamName) -> Frame? {
        deltas.first { $0.stream == stream }?.frame
    }
}

/// A stream's newest generation in parts; whoever takes it holds the frames.
struct WholeStream {
    let generation: UInt64
    let parts: [Frame]
}
