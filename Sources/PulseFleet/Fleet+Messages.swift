package import PulseJSON

/// The messages of protocol.md section 1. A `ts` is the intended wall time of the tick, in
/// milliseconds since 1970. Writers that are too small are left overflowed.
extension Fleet {
    /// Everything of a message but names, fields and rows: its literal text is under 130 bytes, its
    /// five numbers at most 100, the epoch 18.
    private static let envelopeBytesMax = 256

    // MARK: Deltas

    /// The most bytes that the delta of the open tick takes.
    package func deltaByteCountMax(of stream: StreamName) -> Int {
        Self.envelopeBytesMax + stream.rawValue.utf8.count
            + tables[stream.index].changeByteCountMax()
    }

    /// Writes the delta of the open tick, which must have changed the stream.
    package func encodeDelta(of stream: StreamName, ts: Int64, into writer: inout JSONWriter) {
        let generation = generation(of: stream)
        precondition(
            !tables[stream.index].change.isEmpty,
            "a delta was encoded for a stream that did not change"
        )
        writer.fragment("{\"type\":\"delta\",\"ts\":")
        writer.int(ts)
        writer.fragment(",\"stream\":")
        writer.string(stream.rawValue)
        writer.fragment(",\"generation\":")
        writer.uint(generation)
        writer.fragment(",\"since\":")
        writer.uint(generation - 1)
        tables[stream.index].encodeChange(into: &writer)
        writer.fragment("}")
    }

    // MARK: Snapshots

    /// Cuts the newest generation into parts of at most `byteCountMax` bytes of JSON.
    ///
    /// A limit below `FleetLimits.snapshotPartBytesMax` is passed by a part whose only row is
    /// longer.
    package mutating func snapshotParts(
        of stream: StreamName,
        byteCountMax: Int = FleetLimits.snapshotPartBytesMax
    ) -> SnapshotLayout {
        tables[stream.index].refreshRows()
        let empty = emptySnapshotByteCountMax(of: stream)
        var parts: [SnapshotLayout.Part] = []
        var start = 0
        var byteCount = empty
        for slot in 0..<tables[stream.index].slotCount {
            let row = tables[stream.index].rowByteCountMax(slot)
            if byteCount + row > byteCountMax, byteCount > empty {
                parts.append(SnapshotLayout.Part(slots: start..<slot, byteCountMax: byteCount))
                start = slot
                byteCount = empty
            }
            byteCount += row
        }
        let rest = start..<tables[stream.index].slotCount
        parts.append(SnapshotLayout.Part(slots: rest, byteCountMax: byteCount))
        return SnapshotLayout(stream: stream, generation: generation(of: stream), parts: parts)
    }

    /// Writes part `index` (from 0) of a layout of the newest generation.
    package mutating func encodeSnapshotPart(
        _ index: Int,
        of layout: SnapshotLayout,
        ts: Int64,
        into writer: inout JSONWriter
    ) {
        let stream = layout.stream
        precondition(
            layout.generation == generation(of: stream),
            "a part of a generation was encoded after the next one had begun"
        )
        tables[stream.index].refreshRows()
        writer.fragment("{\"type\":\"snapshot\",\"ts\":")
        writer.int(ts)
        writer.fragment(",\"stream\":")
        writer.string(stream.rawValue)
        writer.fragment(",\"epoch\":")
        writer.string(epochText)
        writer.fragment(",\"generation\":")
        writer.uint(layout.generation)
        writer.fragment(",\"part\":")
        writer.int(Int64(index + 1))
        writer.fragment(",\"parts\":")
        writer.int(Int64(layout.parts.count))
        encodeTable(of: stream, slots: layout.parts[index].slots, into: &writer)
        writer.fragment("}")
    }

    /// The most bytes that `encodeState` writes.
    package mutating func stateByteCountMax(of stream: StreamName) -> Int {
        tables[stream.index].refreshRows()
        return (0..<tables[stream.index].slotCount).reduce(emptySnapshotByteCountMax(of: stream)) {
            $0 + tables[stream.index].rowByteCountMax($1)
        }
    }

    /// Writes the newest generation whole, as `GET /api/state/{stream}` answers.
    package mutating func encodeState(
        of stream: StreamName,
        ts: Int64,
        into writer: inout JSONWriter
    ) {
        tables[stream.index].refreshRows()
        writer.fragment("{\"stream\":")
        writer.string(stream.rawValue)
        writer.fragment(",\"epoch\":")
        writer.string(epochText)
        writer.fragment(",\"generation\":")
        writer.uint(generation(of: stream))
        writer.fragment(",\"ts\":")
        writer.int(ts)
        encodeTable(of: stream, slots: 0..<tables[stream.index].slotCount, into: &writer)
        writer.fragment("}")
    }

    private func encodeTable(
        of stream: StreamName,
        slots: Range<Int>,
        into writer: inout JSONWriter
    ) {
        writer.fragment(",\"fields\":")
        tables[stream.index].encodeFieldNames(into: &writer)
        writer.fragment(",\"rows\":")
        tables[stream.index].encodeRows(slots, into: &writer)
    }

    private func emptySnapshotByteCountMax(of stream: StreamName) -> Int {
        Self.envelopeBytesMax + stream.rawValue.utf8.count
            + tables[stream.index].schema.fieldNamesByteCount
    }
}
