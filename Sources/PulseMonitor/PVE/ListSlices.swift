import PulseFleet
import PulseHTTPClient
import PulseReactor

/// A list in slices for each of which one turn of the reactor has time.
struct ListSlices<Row> {
    private let rows: [Row]
    private let stepsOf: (Row) -> Int

    /// `stepsOf` says for how many a row counts that costs more than others.
    init(_ rows: [Row], stepsOf: @escaping (Row) -> Int = { _ in 1 }) {
        self.rows = rows
        self.stepsOf = stepsOf
    }

    /// Where the slice ends that begins at `start`: it has `PVELimits.rowsAtOnce` steps at most, or
    /// one row.
    func end(after start: Int) -> Int {
        var end = start
        var steps = 0
        while end < rows.count {
            steps += stepsOf(rows[end])
            if steps > PVELimits.rowsAtOnce, end > start { break }
            end += 1
        }
        return end
    }

    /// Gives each slice to `body` in a turn of its own; an empty list has one, which is empty.
    func forEach(
        on shard: isolated Shard,
        _ body: (ArraySlice<Row>, ListPart) -> Void
    ) async throws(PollError) {
        var start = 0
        while true {
            let end = end(after: start)
            body(rows[start..<end], ListPart(isFirst: start == 0, isLast: end == rows.count))
            if end == rows.count { return }
            start = end
            // What is due already is done at the begin of the next turn.
            do { try await shard.sleep(until: .now()) } catch { throw .noAnswer(.cancelled) }
        }
    }
}
