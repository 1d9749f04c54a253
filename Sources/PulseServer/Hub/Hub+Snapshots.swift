import PulseFleet
import PulseReactor

// Whole streams, encoded once for a generation and shared by all who begin with it.
extension Hub {
    /// The stream's snapshot of this generation with one more holder for a subscription, or `nil`
    /// while it is awaited, for which its client is noted.
    @inline(never)
    mutating func currentSnapshot(for index: UInt32, of id: ConnectionID) -> UInt32? {
        let box = streams[subscriptions[index].stream]
        if box.stream.snapshot == Subscription.none {
            guard !box.stream.awaitsSnapshot, let whole = origin.snapshot(of: box.stream.key) else {
                box.stream.awaitsSnapshot = true
                if !subscriptions[index].awaitsSnapshot {
                    subscriptions[index].awaitsSnapshot = true
                    box.stream.awaitingSnapshot.append(id)
                }
                return nil
            }
            keep(whole, of: box)
        }
        snapshots[Int(box.stream.snapshot)]?.holders += 1
        return box.stream.snapshot
    }

    /// Takes in a snapshot that was awaited, and gives it to those who wait, whom it returns.
    @discardableResult
    mutating func take(snapshot whole: WholeStream, of key: StreamKey) -> [ConnectionID] {
        guard let box = box(of: key) else {
            preconditionFailure("a snapshot came of a stream that nobody has")
        }
        precondition(box.stream.awaitsSnapshot, "a snapshot came that nobody had asked for")
        box.stream.awaitsSnapshot = false
        keep(whole, of: box)
        let waiting = box.stream.awaitingSnapshot.filter { clients[Int($0.slot)]?.id == $0 }
        box.stream.awaitingSnapshot = []
        for id in waiting {
            if let index = subscription(of: Int(id.slot), to: key) {
                subscriptions[index].awaitsSnapshot = false
            }
            pump(Int(id.slot))
        }
        return waiting
    }

    private mutating func keep(_ whole: WholeStream, of box: StreamBox) {
        precondition(
            whole.generation == box.stream.generation && box.stream.snapshot == Subscription.none,
            "a snapshot came out of its turn"
        )
        snapshotCount += 1
        let snapshot = Snapshot(
            generation: whole.generation,
            parts: whole.parts,
            byteCount: whole.parts.reduce(0) { $0 + $1.byteCount },
            number: snapshotCount,
            holders: 1
        )
        if let free = snapshots.firstIndex(where: { $0 == nil }) {
            snapshots[free] = snapshot
            box.stream.snapshot = UInt32(free)
        } else {
            snapshots.append(snapshot)
            box.stream.snapshot = UInt32(snapshots.count - 1)
        }
    }

    /// Gives up the stream's share in its snapshot, which is not its newest generation any more.
    mutating func retireSnapshot(of box: StreamBox) {
        let index = box.stream.snapshot
        guard index != Subscription.none else { return }
        box.stream.snapshot = Subscription.none
        snapshots[Int(index)]?.isNewest = false
        releaseSnapshot(index)
        limitPastSnapshots()
    }

    /// Lets the oldest snapshots go that slow clients keep, until the rest is within its bound.
    private mutating func limitPastSnapshots() {
        while pastSnapshotBytes > pastSnapshotBytesMax {
            let past = snapshots.indices.filter { snapshots[$0]?.isNewest == false }
            let oldest = past.min { snapshots[$0]?.number ?? 0 < snapshots[$1]?.number ?? 0 }
            guard let oldest else { return }
            abandon(UInt32(oldest))
        }
    }

    /// Bytes of snapshots that only slow clients keep.
    var pastSnapshotBytes: Int {
        snapshots.reduce(0) { $0 + ($1?.isNewest == false ? $1?.byteCount ?? 0 : 0) }
    }

    /// Lets everybody who is being sent a snapshot begin anew with the next one.
    private mutating func abandon(_ snapshot: UInt32) {
        for client in clients {
            var index = client?.subscriptions ?? Subscription.none
            while index != Subscription.none {
                if subscriptions[index].snapshot == snapshot {
                    subscriptions[index].abandonSnapshot()
                    releaseSnapshot(snapshot)
                }
                index = subscriptions[index].next
            }
        }
    }

    @inline(never)
    mutating func releaseSnapshot(_ index: UInt32) {
        guard var snapshot = snapshots[Int(index)] else {
            preconditionFailure("a snapshot was released too often")
        }
        snapshot.holders -= 1
        if snapshot.holders == 0 {
            for frame in snapshot.parts { reactor.release(frame) }
            snapshots[Int(index)] = nil
        } else {
            snapshots[Int(index)] = snapshot
        }
    }
}
