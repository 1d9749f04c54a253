/// What an earlier run knew of resources that have not come back yet, by identity.
struct HistoryPast {
    struct Resource: Sendable, Equatable {
        let table: Int
        let record: HistoryRecord
    }

    private var resources: [String: Resource] = [:]

    init() {}

    init(_ resources: [String: Resource]) { self.resources = resources }

    /// Hands out the past of a resource that has come.
    mutating func take(_ id: String, table: Int) -> HistoryRecord? {
        guard !resources.isEmpty, let resource = resources.removeValue(forKey: id),
            resource.table == table
        else { return nil }
        return resource.record
    }

    /// Drops what is older than the longest ring; returns the rest.
    mutating func current(at numbers: HistoryNumbers) -> [(id: String, resource: Resource)] {
        let kept = HistoryTable.perDaySample * UInt64(HistoryRange.day.sampleCount)
        resources = resources.filter { $0.value.record.numbers.coarse + kept > numbers.coarse }
        return resources.map { ($0.key, $0.value) }
    }
}
