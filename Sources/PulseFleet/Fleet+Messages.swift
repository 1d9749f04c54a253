package import PulseJSON

/// The messages of protocol.md section 1. A `ts` is the intended wall time of the tick, in
/// milliseconds since 1970. Writers that are too small are left overflowed.
extension Fleet {
    /// Everything of a message but names, fields and rows: its literal text is under 130 bytes, its
    /// five numbers at most 100, the epoch 18.
    private static let envelopeBytesMax = 256

    // MARK: Deltas

    /// What the open tick has changed of a stream, which it must have changed.
    package func delta(of view: StreamView) -> StreamDelta {
        precondition(hasChanged(view), "a delta was made of a stream that did not change")
        return StreamDelta(view: view, change: tables[view.table].change(of: view.scope))
    }

    /// The most bytes that a delta of the open tick takes.
    package func byteCountMax(of delta: StreamDelta) -> Int {
        Self.envelopeBytesMax + delta.view.name.utf8.count
            + tables[delta.view.table].byteCountMax(of: delta.change)
    }

    /// Writes a delta of the open tick.
    package func encode(_ delta: StreamDelta, ts: Int64, into writer: inout JSONWriter) {
        let generation = generation(of: delta.view)
        writer.fragment("{\"type\":\"delta\",\"ts\":")
        writer.int(ts)
        writer.fragment(",\"stream\":")
        writer.string(delta.view.name)
        writer.fragment(",\"generation\":")
        writer.uint(generation)
        writer.fragment(",\"since\":")
        writer.uint(generation - 1)
        tables[delta.view.table].encode(delta.change, into: &writer)
        writer.fragment("}")
    }

    // MARK: Snapshots

    /// Cuts the newest generation into parts of at most `byteCountMax` bytes of JSON.
    ///
    /// A limit below `FleetLimits.snapshotPartBytesMax` is passed by a part whose only row is
    /// longer.
    package mutating func snapshotParts(
        of view: StreamView,
        byteCountMax: Int = FleetLimits.snapshotPartBytesMax
    ) -> SnapshotLayout {
        tables[view.table].refreshRows()
        let empty = emptySnapshotByteCountMax(of: view)
        var parts: [SnapshotLayout.Part] = []
        var start = 0
        var byteCount = empty
        for slot in 0..<tables[view.table].slotCount {
            let row = tables[view.table].rowByteCountMax(slot, in: view.scope)
            if byteCount + row > byteCountMax, byteCount > empty {
                parts.append(SnapshotLayout.Part(slots: start..<slot, byteCountMax: byteCount))
                start = slot
                byteCount = empty
            }
            byteCount += row
        }
        let rest = start..<tables[view.table].slotCount
        parts.append(SnapshotLayout.Part(slots: rest, byteCountMax: byteCount))
        return SnapshotLayout(view: view, generation: generation(of: view), parts: parts)
    }

    /// Writes part `index` (from 0) of a layout of the newest generation.
    package mutating func encodeSnapshotPart(
        _ index: Int,
        of layout: SnapshotLayout,
        ts: Int64,
        into writer: inout JSONWriter
    ) {
        let view = layout.view
        precondition(
            layout.generation == generation(of: view),
            "a part of a generation was encoded after the next one had begun"
        )
        tables[view.table].refreshRows()
        writer.fragment("{\"type\":\"snapshot\",\"ts\":")
        writer.int(ts)
        writer.fragment(",\"stream\":")
        writer.string(view.name)
        writer.fragment(",\"epoch\":")
        writer.string(epochText)
        writer.fragment(",\"generation\":")
        writer.uint(layout.generation)
        writer.fragment(",\"part\":")
        writer.int(Int64(index + 1))
        writer.fragment(",\"parts\":")
        writer.int(Int64(layout.parts.count))
        encodeTable(of: view, slots: layout.parts[index].slots, into: &writer)
        writer.fragment("}")
    }

    /// The most bytes that `encodeState` writes.
    package mutating func stateByteCountMax(of view: StreamView) -> Int {
        tables[view.table].refreshRows()
        return emptySnapshotByteCountMax(of: view)
            + tables[view.table].rowsByteCountMax(in: view.scope)
    }

    /// Writes the newest generation whole, as `GET /api/state/{stream}` answers.
    package mutating func encodeState(
        of view: StreamView,
        ts: Int64,
        into writer: inout JSONWriter
    ) {
        tables[view.table].refreshRows()
        writer.fragment("{\"stream\":")
        writer.string(view.name)
        writer.fragment(",\"epoch\":")
        writer.string(epochText)
        writer.fragment(",\"generation\":")
        writer.uint(generation(of: view))
        writer.fragment(",\"ts\":")
        writer.int(ts)
        encodeTable(of: view, slots: 0..<tables[view.table].slotCount, into: &writer)
        writer.fragment("}")
    }

    private func encodeTable(
        of view: StreamView,
        slots: Range<Int>,
        into writer: inout JSONWriter
    ) {
        writer.fragment(",\"fields\":")
        tables[view.table].encodeFieldNames(into: &writer)
        writer.fragment(",\"rows\":")
        tables[view.table].encodeRows(slots, in: view.scope, into: &writer)
    }

    private func emptySnapshotByteCountMax(of view: StreamView) -> Int {
        Self.envelopeBytesMax + view.name.utf8.count
            + tables[view.table].schema.fieldNamesByteCount
    }
}
