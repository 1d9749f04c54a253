/// Copies the recent history out, a part at a time, while the fleet goes on.
///
/// What comes later is written later into the same archive, so each resource says which of its
/// samples were the newest. A resource that goes from the past to the present meanwhile may be in
/// the archive twice; the later counts.
package struct HistoryArchiver {
    /// Bytes of a part beyond which no further resource is put into it: about a millisecond's work.
    package static let partBytesMax = 1 << 20
    /// What the last resource of a part may take beyond that: a host's ten metrics are 3,900 bytes,
    /// and an identity has a few hundred.
    private static let resourceBytesMax = 8 << 10

    /// Of resources that have not come back since the start.
    private var past: [(id: String, resource: HistoryPast.Resource)]
    private var table = 0
    private var slot = 0
    private var count: UInt32 = 0

    init(past: [(id: String, resource: HistoryPast.Resource)]) { self.past = past }

    /// The next part, or `nil` when all were given; the last is that of `finish`.
    mutating func next(_ history: borrowing FleetHistory) -> [UInt8]? {
        var part: [UInt8] = []
        part.reserveCapacity(Self.partBytesMax + Self.resourceBytesMax)
        while part.count < Self.partBytesMax {
            if let (id, resource) = past.popLast() {
                append(id, resource.table, resource.record, to: &part)
            } else if let slots = history.slotCount(ofTable: table) {
                if slot >= slots {
                    (table, slot) = (table + 1, 0)
                    continue
                }
                if let (id, record) = history.record(ofTable: table, slot) {
                    append(id, table, record, to: &part)
                }
                slot += 1
            } else {
                break
            }
        }
        return part.isEmpty ? nil : part
    }

    private mutating func append(
        _ id: String,
        _ table: Int,
        _ record: HistoryRecord,
        to part: inout [UInt8]
    ) {
        let name = id.utf8
        // Identities are made of names, each of which has a bound below this.
        guard let length = UInt16(exactly: name.count) else { return }
        part.append(UInt8(table))
        part.append(record.phase)
        part.append(littleEndian: record.numbers.fine)
        part.append(littleEndian: record.numbers.coarse)
        part.append(littleEndian: length)
        part.append(contentsOf: name)
        part.append(contentsOf: record.rings)
        count += 1
    }

    /// The part that ends the archive: when it was, and what the others hold.
    ///
    /// `now` has the clock of the history.
    func finish(at now: FleetTime) -> [UInt8] {
        var part: [UInt8] = []
        part.append(littleEndian: UInt64(bitPattern: now.wallMilliseconds))
        part.append(littleEndian: now.monotonicNanoseconds)
        part.append(littleEndian: count)
        part.append(UInt8(FleetHistory.streams.count))
        for stream in FleetHistory.streams {
            part.append(word: stream.rawValue)
            part.append(UInt8(stream.historyMetrics.count))
            for metric in stream.historyMetrics { part.append(word: metric.rawValue) }
        }
        return part
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        for byte in 0..<value.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: value >> (8 * byte)))
        }
    }

    /// A short text behind its length.
    fileprivate mutating func append(word: String) {
        append(UInt8(word.utf8.count))
        append(contentsOf: word.utf8)
    }
}
