/// What an earlier run knew of resources that have not come back yet, by identity.
struct HistoryPast {
    struct Resource: Sendable, Equatable {
        let table: Int
        let record: HistoryRecord
    }

    private var resources: [String: Resource] = [:]
    /// How many there were when the memory that their rings lie in was made.
    private var packedCount = 0

    init() {}

    /// Their rings may be pieces of larger arrays, which stay as long as one of them does.
    init(_ resources: [String: Resource]) {
        self.resources = resources
        packedCount = resources.count
    }

    /// Hands out the past of a resource that has come.
    mutating func take(_ id: String, table: Int) -> HistoryRecord? {
        guard !resources.isEmpty, let resource = resources.removeValue(forKey: id) else {
            return nil
        }
        if resources.isEmpty { resources = [:] }
        return resource.table == table ? resource.record : nil
    }

    /// Drops what is older than the longest ring; returns the rest.
    mutating func current(at numbers: HistoryNumbers) -> [(id: String, resource: Resource)] {
        let kept = HistoryTable.perDaySample * UInt64(HistoryRange.day.sampleCount)
        resources = resources.filter { $0.value.record.numbers.coarse + kept > numbers.coarse }
        if resources.count <= packedCount / 2 { pack() }
        return resources.map { ($0.key, $0.value) }
    }

    /// Gives each of them memory of its own, when most of those are gone with which they share it.
    private mutating func pack() {
        packedCount = resources.count
        resources = resources.mapValues { resource in
            var record = resource.record
            record.rings = ArraySlice(Array(record.rings))
            return Resource(table: resource.table, record: record)
        }
    }
}
