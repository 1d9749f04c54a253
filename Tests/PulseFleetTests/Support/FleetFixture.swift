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
    func tick(ts: Int64 = 0) -> [UInt8]? {
        defer { endTick() }
        guard beginTick().contains(.hosts) else { return nil }
        return jsonBytes { encodeDelta(of: .hosts, ts: ts, into: &$0) }
    }

    /// The newest generation whole.
    func state(ts: Int64 = 0) -> [UInt8] {
        jsonBytes { encodeState(of: .hosts, ts: ts, into: &$0) }
    }

    /// The parts of a snapshot of the newest generation.
    func snapshot(
        byteCountMax: Int = FleetLimits.snapshotPartBytesMax
    ) -> (layout: SnapshotLayout, parts: [[UInt8]]) {
        let layout = snapshotParts(of: .hosts, byteCountMax: byteCountMax)
        let parts = layout.parts.indices.map { index in
            jsonBytes { encodeSnapshotPart(index, of: layout, ts: 0, into: &$0) }
        }
        return (layout, parts)
    }

    /// The only host's published row after a tick, by the names of its fields.
    func onlyRow() throws -> [String: Value] {
        _ = tick()
        let rows = try ModelClient(snapshot: [state()]).rows
        guard let row = rows.values.first, rows.count == 1 else {
            throw ContractError("\(rows.count) hosts instead of one")
        }
        return row
    }
}

func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}
