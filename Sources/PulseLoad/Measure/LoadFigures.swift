/// What the clients of a run have seen, together.
struct LoadFigures {
    /// Arrival less intended tick, of deltas and heartbeats of ticks after the subscription.
    var latencies = Latencies()
    /// From a subscription to the last part of its snapshot.
    var firstStates = Latencies()
    /// From the first client of a tick to the last.
    var spreads = Latencies()
    /// The first and the last tick that was measured, in milliseconds since 1970.
    var firstTick: UInt64?
    var lastTick: UInt64?
    var messages: UInt64 = 0
    var deltas: UInt64 = 0
    /// Parts of snapshots.
    var snapshots: UInt64 = 0
    var heartbeats: UInt64 = 0
    /// Bytes of the streams, which TLS makes more of.
    var bytes: UInt64 = 0
    /// Generations that a client was not given one by one.
    var missed: UInt64 = 0
    /// Times that a client was given a snapshot although it had a state, resumed ones aside.
    var snapshotsAgain: UInt64 = 0
    /// Connections that were opened up to the server's first message.
    var opened: UInt64 = 0
    /// Resumed streams that went on with deltas, and with a snapshot.
    var resumedByDeltas: UInt64 = 0
    var resumedBySnapshots: UInt64 = 0
    var errors: [LoadError: Int] = [:]

    var errorCount: Int { errors.values.reduce(0, +) }

    mutating func count(_ error: LoadError) { errors[error, default: 0] += 1 }
}
