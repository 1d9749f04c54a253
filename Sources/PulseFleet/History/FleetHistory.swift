import PulseJSON

/// The recent history of everything of which figures are kept.
struct FleetHistory: ~Copyable {
    /// By the index of the stream; the streams of resources come first.
    private var tables: InlineArray<5, HistoryTable>

    init() {
        tables = InlineArray<5, HistoryTable> {
            HistoryTable(StreamName.allCases[$0].historyMetrics)
        }
    }

    /// Notes the newest figures of a resource; `id` is asked for when it is new.
    ///
    /// What is not live has unknown ones: a chart has a gap there.
    mutating func note(
        _ stream: StreamName,
        _ slot: Int,
        id: () -> String,
        level: (HistoryMetric) -> Double?
    ) {
        let index = stream.index
        if !tables[index].knows(slot) { tables[index].insert(slot, id: id()) }
        for metric in tables[index].layout.metrics.indices {
            let kind = tables[index].layout.metrics[metric]
            tables[index].set(metric, of: slot, to: kind.scale.encode(level(kind)))
        }
    }

    /// Forgets a resource.
    mutating func remove(_ stream: StreamName, _ slot: Int) {
        tables[stream.index].remove(slot)
    }

    /// Writes down what is due; to be called once a tick.
    mutating func record(at now: FleetTime) {
        for index in tables.indices { tables[index].record(at: now) }
    }

    /// Writes the samples that a query asks for; see `HistoryQuery`.
    func encode(
        _ query: HistoryQuery,
        ts: Int64,
        at now: FleetTime,
        into writer: inout JSONWriter
    ) {
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
