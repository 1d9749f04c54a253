import PulseFleet
import PulseReactor

// Whole streams, encoded once for a generation and shared by all who begin with it.
extension Hub {
    /// The stream's snapshot of this generation with one more holder; encoded for the first.
    mutating func currentSnapshot(of stream: Int) -> UInt32 {
        let box = streams[stream]
        if box.stream.snapshot == Subscription.none {
            box.stream.encodes += 1
            box.stream.snapshot = encodeSnapshot(StreamName.allCases[stream])
        }
        snapshots[Int(box.stream.snapshot)]?.holders += 1
        return box.stream.snapshot
    }

    private mutating func encodeSnapshot(_ name: StreamName) -> UInt32 {
        let layout = fleet.snapshotParts(
            of: name,
            byteCountMax: FleetLimits.snapshotPartBytesMax
        )
        let parts = layout.parts.indices.map { part in
            message(capacity: layout.parts[part].byteCountMax) { writer in
                fleet.encodeSnapshotPart(part, of: layout, ts: timestamp, into: &writer)
            }
        }
        let snapshot = Snapshot(
            generation: fleet.generation(of: name),
            parts: parts,
            holders: 1
        )
        if let free = snapshots.firstIndex(where: { $0 == nil }) {
            snapshots[free] = snapshot
            return UInt32(free)
        }
        snapshots.append(snapshot)
        return UInt32(snapshots.count - 1)
    }

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
