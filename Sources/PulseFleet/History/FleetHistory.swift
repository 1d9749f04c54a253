import PulseJSON

/// The recent history of everything of which figures are kept.
struct FleetHistory: ~Copyable {
    /// By the index of the stream; the streams of resources come first.
    var tables: InlineArray<5, HistoryTable>
    var clock = HistoryClock()
    /// Of resources that were known to an earlier run and not yet to this one.
    var past = HistoryPast()
    /// The newest samples of the earlier run's time; what is up to these came from it.
    var restored: HistoryNumbers?

    /// The streams of resources, whose figures are kept.
    static let streams = StreamName.allCases.filter { !$0.historyMetrics.isEmpty }

    init() {
        tables = InlineArray<5, HistoryTable> {
            HistoryTable(StreamName.allCases[$0].historyMetrics)
        }
    }

    /// Notes the newest figures of a resource; `id` is asked for when it is new.
    ///
    /// What is not live has unknown ones: a chart has a gap there. What an earlier run knew of a
    /// resource comes back with it.
    mutating func note(
        _ stream: StreamName,
        _ slot: Int,
        id: () -> String,
        level: (HistoryMetric) -> Double?
    ) {
        let index = stream.index
        if !tables[index].knows(slot) { insert(id(), into: index, slot) }
        for metric in tables[index].layout.metrics.indices {
            let kind = tables[index].layout.metrics[metric]
            tables[index].set(metric, of: slot, to: kind.scale.encode(level(kind)))
        }
    }

    private mutating func insert(_ id: String, into table: Int, _ slot: Int) {
        tables[table].insert(slot, id: id)
        if let record = past.take(id, table: table) { tables[table].restore(slot, record) }
    }

    /// Forgets a resource.
    mutating func remove(_ stream: StreamName, _ slot: Int) {
        tables[stream.index].remove(slot)
    }

    /// Forgets what an earlier run knew under an identity that belongs to another resource now.
    mutating func forgetPast(of id: String, _ stream: StreamName) {
        _ = past.take(id, table: stream.index)
    }

    /// Writes down what is due; to be called once a tick.
    mutating func record(at now: FleetTime) {
        let now = clock.time(at: now)
        for index in tables.indices { tables[index].record(at: now) }
    }

    /// Writes the samples that a query asks for; see `HistoryQuery`.
    func encode(
        _ query: HistoryQuery,
        ts: Int64,
        at now: FleetTime,
        into writer: inout JSONWriter
    ) {
        let now = clock.time(at: now)
        writer.fragment("{\"type\":\"history\",\"ts\":")
        writer.int(ts)
        if let id = query.id {
            writer.fragment(",\"id\":")
            writer.int(id)
        }
        writer.fragment(",\"range\":")
        writer.string(query.range.rawValue)
        writer.fragment(",\"step\":")
        writer.int(query.range.stepMilliseconds)
        writer.fragment(",\"resources\":[")
        var isFirst = true
        for resource in query.resources {
            guard let place = place(of: resource) else { continue }
            if !isFirst { writer.fragment(",") }
            isFirst = false
            encode(resource, at: place, query, now, into: &writer)
        }
        writer.fragment("]}")
    }

    private func place(of id: String) -> (table: Int, slot: Int)? {
        for index in tables.indices {
            if let slot = tables[index].slot(of: id) { return (index, slot) }
        }
        return nil
    }

    private func encode(
        _ id: String,
        at place: (table: Int, slot: Int),
        _ query: HistoryQuery,
        _ now: FleetTime,
        into writer: inout JSONWriter
    ) {
        writer.fragment("{\"id\":")
        writer.string(id)
        let newest = tables[place.table].newestSample(of: place.slot, query.range)
        writer.fragment(",\"end\":")
        writer.time(
            newest.map { newest in
                let age =
                    now.monotonicNanoseconds - min(newest.nanoseconds, now.monotonicNanoseconds)
                return now.wallMilliseconds - Int64(age / 1_000_000)
            }
        )
        for metric in tables[place.table].layout.metrics.indices {
            let kind = tables[place.table].layout.metrics[metric]
            guard query.metrics.contains(kind),
                tables[place.table].layout.keeps(metric, for: query.range)
            else { continue }
            writer.fragment(",")
            writer.string(kind.rawValue)
            writer.fragment(":[")
            if let newest {
                encodeSamples(of: metric, at: place, query.range, to: newest.number, &writer)
            }
            writer.fragment("]")
        }
        writer.fragment("}")
    }

    /// Writes the samples, oldest first, from the first that is known.
    private func encodeSamples(
        of metric: Int,
        at place: (table: Int, slot: Int),
        _ range: HistoryRange,
        to newest: UInt64,
        _ writer: inout JSONWriter
    ) {
        let kind = tables[place.table].layout.metrics[metric]
        let count = min(UInt64(range.sampleCount), newest + 1)
        var isFirst = true
        for number in newest + 1 - count...newest {
            let code = tables[place.table].code(of: metric, place.slot, range, number)
            if isFirst, code == HistoryScale.unknown { continue }
            if !isFirst { writer.fragment(",") }
            isFirst = false
            writer.number(kind.scale.decode(code), decimals: kind.decimals)
        }
    }
}
