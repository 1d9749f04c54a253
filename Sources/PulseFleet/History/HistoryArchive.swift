/// Why bytes are not the recent history of a fleet.
package enum HistoryArchiveError: Error, Equatable, CustomStringConvertible {
    /// They are not what any version writes.
    case malformed
    /// They name a stream or a metric that this version does not know.
    case newer(String)
    /// They were written later than now, by so much.
    case fromTheFuture(milliseconds: Int64)

    package var description: String {
        switch self {
        case .malformed: "it does not hold what it should"
        case .newer(let word): "it was written by a newer version, which knows of \"\(word)\""
        case .fromTheFuture(let milliseconds):
            "it was written \(milliseconds / 1_000) s later than the clock says it is now"
        }
    }
}

/// The recent history of an earlier run, as `HistoryArchiver` has written it.
package struct HistoryArchive: Sendable {
    /// When it was saved, on the clock of the history.
    let savedAt: FleetTime
    let resources: [String: HistoryPast.Resource]

    /// How far the clock may have gone back since it was saved: the time between two samples.
    private static let backMillisecondsMax: Int64 = 10_000

    /// A clock that could have been saved: below 146 years, so that sums of two do not overflow.
    private static let savedNanosecondsMax: UInt64 = 1 << 62
    /// A clock from which a run may go on: what it saves in the next 73 years can be read again.
    static let goneOnNanosecondsMax: UInt64 = 1 << 61

    /// Of how many resources it tells.
    package var resourceCount: Int { resources.count }

    /// Reads the parts of an archive.
    package init(parts: [[UInt8]]) throws(HistoryArchiveError) {
        guard let end = parts.last else { throw .malformed }
        var reader = ArchiveReader(end)
        let wall = Int64(bitPattern: try reader.integer(UInt64.self))
        let nanoseconds = try reader.integer(UInt64.self)
        guard wall >= 0, wall < 1 << 53, nanoseconds < Self.savedNanosecondsMax else {
            throw .malformed
        }
        savedAt = FleetTime(wallMilliseconds: wall, monotonicNanoseconds: nanoseconds)
        let count = try reader.integer(UInt32.self)
        let tables = try Self.tables(&reader)
        guard reader.isAtEnd else { throw .malformed }
        var resources: [String: HistoryPast.Resource] = [:]
        var found: UInt32 = 0
        for part in parts.dropLast() {
            var reader = ArchiveReader(part)
            while !reader.isAtEnd {
                let (id, resource) = try Self.resource(&reader, tables, savedAt)
                resources[id] = resource
                found += 1
            }
        }
        guard found == count else { throw .malformed }
        self.resources = resources
    }

    /// How long ago it was saved, by the wall clock.
    package func ageMilliseconds(at now: FleetTime) throws(HistoryArchiveError) -> Int64 {
        let age = now.wallMilliseconds - savedAt.wallMilliseconds
        guard age >= -Self.backMillisecondsMax else { throw .fromTheFuture(milliseconds: -age) }
        return max(age, 0)
    }

    private typealias Table = (index: Int, old: HistoryLayout, new: HistoryLayout)

    private static func tables(
        _ reader: inout ArchiveReader
    ) throws(HistoryArchiveError) -> [Table] {
        var tables: [Table] = []
        for _ in 0..<(try reader.integer(UInt8.self)) {
            let name = try reader.word()
            guard let stream = StreamName(rawValue: name),
                let index = FleetHistory.streams.firstIndex(of: stream)
            else { throw .newer(name) }
            var metrics: [HistoryMetric] = []
            for _ in 0..<(try reader.integer(UInt8.self)) {
                let word = try reader.word()
                guard let metric = HistoryMetric(rawValue: word) else { throw .newer(word) }
                metrics.append(metric)
            }
            tables.append((index, HistoryLayout(metrics), HistoryLayout(stream.historyMetrics)))
        }
        return tables
    }

    private static func resource(
        _ reader: inout ArchiveReader,
        _ tables: [Table],
        _ savedAt: FleetTime
    ) throws(HistoryArchiveError) -> (String, HistoryPast.Resource) {
        let number = Int(try reader.integer(UInt8.self))
        let phase = try reader.integer(UInt8.self)
        let numbers = HistoryNumbers(
            fine: try reader.integer(UInt64.self),
            coarse: try reader.integer(UInt64.self)
        )
        let newest = HistoryNumbers(at: savedAt)
        guard number < tables.count, UInt64(phase) < HistoryTable.perDaySample,
            numbers.fine <= newest.fine, numbers.coarse <= newest.coarse
        else { throw .malformed }
        let id = try reader.text(byteCount: Int(try reader.integer(UInt16.self)))
        let table = tables[number]
        let record = HistoryRecord(
            phase: phase,
            numbers: numbers,
            rings: try reader.bytes(table.old.byteCount)
        )
        return (
            id, .init(table: table.index, record: record.laidOut(as: table.new, from: table.old))
        )
    }
}

/// Reads what the archiver writes, in order; what is missing or cannot be is an error.
private struct ArchiveReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func bytes(_ count: Int) throws(HistoryArchiveError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw .malformed }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func integer<T: FixedWidthInteger>(_: T.Type) throws(HistoryArchiveError) -> T {
        var value: T = 0
        for (place, byte) in try bytes(T.bitWidth / 8).enumerated() {
            value |= T(truncatingIfNeeded: byte) << (8 * place)
        }
        return value
    }

    mutating func text(byteCount: Int) throws(HistoryArchiveError) -> String {
        guard let text = String(validating: try bytes(byteCount), as: UTF8.self) else {
            throw .malformed
        }
        return text
    }

    mutating func word() throws(HistoryArchiveError) -> String {
        try text(byteCount: Int(try integer(UInt8.self)))
    }
}
