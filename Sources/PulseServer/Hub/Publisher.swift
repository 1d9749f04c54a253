import PulseFleet
import PulseReactor

/// Encodes what has changed, once for the hubs of all shards; it lives beside the fleet.
///
/// What it hands out is a share for the taker: on its own shard a holder more, and for another one
/// what `Reactor.share` makes of that.
final class Publisher {
    private let reactor: Reactor
    private let fleet: FleetOwner
    /// Those that are there for good, by their index.
    let streams: [PublishedStream]
    /// The others, while a shard watches them.
    private(set) var parts: [StreamKey: PublishedStream] = [:]
    private var changed: [PublishedStream] = []
    /// The intended time of the last tick.
    private(set) var timestamp: Int64
    let twins: TwinMaker
    /// What was encoded of the streams of each family.
    private(set) var counts = [DeliveryCounts](
        repeating: DeliveryCounts(),
        count: StreamKey.familyCount
    )

    init(reactor: Reactor, fleet: FleetOwner, timestamp: Int64, deflating: DeflatingClients) {
        self.reactor = reactor
        self.fleet = fleet
        self.timestamp = timestamp
        streams = StreamName.allCases.map { PublishedStream(.whole($0), .whole($0)) }
        twins = TwinMaker(reactor, deflating)
    }

    deinit {
        for box in streams + parts.values { letGo(of: box) }
    }

    // MARK: Ticks

    /// Closes a tick: encodes each changed stream that somebody watches.
    func publish(at timestamp: Int64) {
        self.timestamp = timestamp
        fleet.beginTick()
        changed = (streams + parts.values).filter { fleet.hasChanged($0.view) }
        for box in changed { publish(box) }
        fleet.endTick()
    }

    private func publish(_ box: PublishedStream) {
        let generation = fleet.generation(of: box.view)
        if box.watchers.isEmpty {
            release(box.log.skip(to: generation))
        } else {
            let delta = fleet.delta(of: box.view)
            let frame = reactor.makeMessage(capacity: fleet.byteCountMax(of: delta)) {
                fleet.encode(delta, ts: timestamp, into: &$0)
            }
            counts[box.key.family].note(delta: frame.byteCount)
            twins.add(to: frame)
            release(box.log.append(frame, generation: generation))
        }
        release(box.snapshot.take()?.parts ?? [])
    }

    /// The deltas of the last tick for one shard; the log holds them.
    func deltas(for shard: Int) -> [(stream: StreamKey, frame: Frame)] {
        changed.compactMap { box in
            guard box.watchers.contains(shard) else { return nil }
            return box.log.newest.map { (box.key, $0) }
        }
    }

    /// Where all streams are after the last tick.
    var generations: StreamGenerations { fleet.generations }

    /// Where those are after the last tick that a shard watches and that are not there for good.
    func places(for shard: Int) -> [StreamPlace] {
        parts.values.filter { $0.watchers.contains(shard) }.map {
            StreamPlace(stream: $0.key, generation: fleet.generation(of: $0.view))
        }
    }

    // MARK: What hubs ask for

    /// Gives a shard the deltas of a stream from the next tick on; returns those that the log has.
    ///
    /// The fleet has found the stream.
    func watch(_ key: StreamKey, _ view: StreamView, by shard: Int) -> WatchedLog {
        let box = box(of: key) ?? PublishedStream(key, view)
        if !key.isWhole { parts[key] = box }
        box.watchers.insert(shard)
        return WatchedLog(generation: fleet.generation(of: view), frames: box.log.all)
    }

    /// Gives a shard no more deltas of a stream; says whether nobody has it any more.
    func unwatch(_ key: StreamKey, by shard: Int) -> Bool {
        guard let box = box(of: key) else { return false }
        box.watchers.remove(shard)
        guard !key.isWhole, box.watchers.isEmpty else { return false }
        parts[key] = nil
        letGo(of: box)
        return true
    }

    /// Forgets a shard; returns the streams that nobody has any more.
    func forget(_ shard: Int) -> [StreamKey] {
        let keys = streams.map(\.key) + parts.keys
        return keys.filter { unwatch($0, by: shard) }
    }

    /// The newest generation of a stream, encoded for the first who asks; the publisher holds it.
    func snapshot(of key: StreamKey) -> WholeStream {
        guard let box = box(of: key) else {
            preconditionFailure("a snapshot was asked for of a stream that is not watched")
        }
        if let snapshot = box.snapshot { return snapshot }
        let layout = fleet.snapshotParts(of: box.view)
        let parts = layout.parts.indices.map { part in
            let frame = reactor.makeMessage(capacity: layout.parts[part].byteCountMax) {
                fleet.encodeSnapshotPart(part, of: layout, ts: timestamp, into: &$0)
            }
            twins.add(to: frame)
            return frame
        }
        let snapshot = WholeStream(generation: layout.generation, parts: parts)
        box.snapshot = snapshot
        for part in parts { counts[key.family].note(part: part.byteCount) }
        return snapshot
    }

    private func box(of key: StreamKey) -> PublishedStream? {
        if case .whole(let name) = key { streams[name.index] } else { parts[key] }
    }

    private func letGo(of box: PublishedStream) {
        release(box.log.all)
        release(box.snapshot?.parts ?? [])
    }

    private func release(_ frames: [Frame]) {
        for frame in frames { reactor.release(frame) }
    }
}

/// One stream as its publisher sees it; a class, since an array can hold no noncopyable values yet.
final class PublishedStream {
    let key: StreamKey
    let view: StreamView
    var log = StreamLog()
    /// Which shards get its deltas; it is encoded while there is one.
    var watchers = ShardSet()
    /// The newest generation whole, once somebody has asked for it.
    var snapshot: WholeStream?

    init(_ key: StreamKey, _ view: StreamView) {
        self.key = key
        self.view = view
    }
}

/// Some of the shards, by number.
struct ShardSet {
    private var bits: UInt64 = 0

    /// As many as the bits.
    static let shardsMax = 64

    var isEmpty: Bool { bits == 0 }

    func contains(_ shard: Int) -> Bool { bits & (1 << UInt64(shard)) != 0 }

    mutating func insert(_ shard: Int) { bits |= 1 << UInt64(shard) }

    mutating func remove(_ shard: Int) { bits &= ~(1 << UInt64(shard)) }
}
