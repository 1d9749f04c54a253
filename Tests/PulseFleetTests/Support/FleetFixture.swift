import PulseFleet
import PulseJSON

extension FleetTime {
    /// `seconds` after a fixed moment, on both clocks.
    static func at(_ seconds: Double) -> FleetTime {
        FleetTime(
            wallMilliseconds: 1_790_000_000_000 + Int64(seconds * 1_000),
            monotonicNanoseconds: 5_000_000_000 + UInt64(seconds * 1e9)
        )
    }
}

extension FleetOwner {
    /// The delta of one whole tick, or nothing.
    func tick(_ stream: StreamName = .hosts, ts: Int64 = 0) -> [UInt8]? {
        defer { endTick() }
        beginTick()
        guard hasChanged(.whole(stream)) else { return nil }
        return jsonBytes { encode(delta(of: .whole(stream)), ts: ts, into: &$0) }
    }

    /// The newest generation whole.
    func state(_ stream: StreamName = .hosts, ts: Int64 = 0) -> [UInt8] {
        state(.whole(stream), ts: ts)
    }

    /// The same of a view.
    func state(_ view: StreamView, ts: Int64 = 0) -> [UInt8] {
        jsonBytes { encodeState(of: view, ts: ts, into: &$0) }
    }

    /// The parts of a snapshot of the newest generation.
    func snapshot(
        _ stream: StreamName = .hosts,
        byteCountMax: Int = FleetLimits.snapshotPartBytesMax
    ) -> (layout: SnapshotLayout, parts: [[UInt8]]) {
        snapshot(.whole(stream), byteCountMax: byteCountMax)
    }

    /// The same of a view.
    func snapshot(
        _ view: StreamView,
        byteCountMax: Int = FleetLimits.snapshotPartBytesMax
    ) -> (layout: SnapshotLayout, parts: [[UInt8]]) {
        let layout = snapshotParts(of: view, byteCountMax: byteCountMax)
        let parts = layout.parts.indices.map { index in
            jsonBytes { encodeSnapshotPart(index, of: layout, ts: 0, into: &$0) }
        }
        return (layout, parts)
    }

    /// The rows of a stream after a tick, each by the names of its fields, by id.
    func rows(_ stream: StreamName) throws -> [String: [String: Value]] {
        _ = tick(stream)
        let rows = try ModelClient(snapshot: [state(stream)]).rows.values
        return try Dictionary(
            uniqueKeysWithValues: rows.map { row in
                guard let id = row["id"]?.text else { throw ContractError("a row without an id") }
                return (id, row)
            }
        )
    }

    /// The only row of a stream after a tick, by the names of its fields.
    func onlyRow(_ stream: StreamName = .hosts) throws -> [String: Value] {
        let rows = try rows(stream).values
        guard let row = rows.first, rows.count == 1 else {
            throw ContractError("\(rows.count) rows instead of one")
        }
        return row
    }
}

func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}

/// The delta of the open tick.
func jsonDelta(_ fleet: FleetOwner, _ view: StreamView) -> [UInt8] {
    jsonBytes { fleet.encode(fleet.delta(of: view), ts: 0, into: &$0) }
}
