import PulseFleet
import PulseReactor

/// Encodes what has changed, once for the hubs of all shards; it lives beside the fleet.
///
/// What it hands out is a share for the taker: on its own shard a holder more, and for another one
/// what `Reactor.share` makes of that.
final class Publisher {
    private let reactor: Reactor
    private let fleet: FleetOwner
    let streams: [PublishedStream]
    private var changed: StreamSet = []
    /// The intended time of the last tick.
    private(set) var timestamp: Int64
    let twins: TwinMaker

    init(reactor: Reactor, fleet: FleetOwner, timestamp: Int64, deflating: DeflatingClients) {
        self.reactor = reactor
        self.fleet = fleet
        self.timestamp = timestamp
        streams = StreamName.allCases.map { _ in PublishedStream() }
        twins = TwinMaker(reactor, deflating)
    }

    deinit {
        for box in streams {
            release(box.log.all)
            release(box.snapshot?.parts ?? [])
        }
    }

    // MARK: Ticks

    /// Closes a tick: encodes each changed stream that somebody watches.
    func publish(at timestamp: Int64) {
        self.timestamp = timestamp
        changed = fleet.beginTick()
        for stream in StreamName.allCases where changed.contains(stream) { publish(stream) }
        fleet.endTick()
    }

    private func publish(_ name: StreamName) {
        let box = streams[name.index]
        let generation = fleet.generation(of: name)
        if box.watchers.isEmpty {
            release(box.log.skip(to: generation))
        } else {
            let frame = reactor.makeMessage(capacity: fleet.deltaByteCountMax(of: name)) {
                fleet.encodeDelta(of: name, ts: timestamp, into: &$0)
            }
            box.counts.note(delta: frame.byteCount)
            twins.add(to: frame)
            release(box.log.append(frame, generation: generation))
        }
        release(box.snapshot.take()?.parts ?? [])
    }

    /// The deltas of the last tick for one shard; the log holds them.
    func deltas(for shard: Int) -> [(stream: StreamName, frame: Frame)] {
        StreamName.allCases.compactMap { stream in
            let box = streams[stream.index]
            guard changed.contains(stream), box.watchers.contains(shard) else { return nil }
            return box.log.newest.map { (stream, $0) }
        }
    }

    /// Where all streams are after the last tick.
    var generations: StreamGenerations { fleet.generations }

    /// What was encoded of each stream, by its index.
    var counts: [DeliveryCounts] { streams.map(\.counts) }

    // MARK: What hubs ask for

    /// Gives a shard the deltas of a stream from the next tick on; returns those that the log has.
    func watch(_ stream: StreamName, by shard: Int) -> [Frame] {
        let box = streams[stream.index]
        box.watchers.insert(shard)
        return box.log.all
    }

    /// Gives a shard no more deltas of a stream.
    func unwatch(_ stream: StreamName, by shard: Int) {
        streams[stream.index].watchers.remove(shard)
    }

    /// Forgets a shard.
    func forget(_ shard: Int) {
        for box in streams { box.watchers.remove(shard) }
    }

    /// The newest generation of a stream, encoded for the first who asks; the publisher holds it.
    func snapshot(of name: StreamName) -> WholeStream {
        let box = streams[name.index]
        if let snapshot = box.snapshot { return snapshot }
        let layout = fleet.snapshotParts(of: name)
        let parts = layout.parts.indices.map { part in
            let frame = reactor.makeMessage(capacity: layout.parts[part].byteCountMax) {
                fleet.encodeSnapshotPart(part, of: layout, ts: timestamp, into: &$0)
            }
            twins.add(to: frame)
            return frame
        }
        let snapshot = WholeStream(generation: layout.generation, parts: parts)
        box.snapshot = snapshot
        for part in parts { box.counts.note(part: part.byteCount) }
        return snapshot
    }

    private func release(_ frames: [Frame]) {
        for frame in frames { reactor.release(frame) }
    }
}

/// One stream as its publisher sees it; a class, since an array can hold no noncopyable values yet.
final class PublishedStream {
    var log = StreamLog()
    /// Which shards get its deltas; it is encoded while there is one.
    var watchers = ShardSet()
    var counts = DeliveryCounts()
    /// The newest generation whole, once somebody has asked for it.
    var snapshot: WholeStream?
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
