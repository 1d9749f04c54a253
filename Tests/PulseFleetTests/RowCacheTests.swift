import PulseJSON
import Testing

@testable import PulseFleet

/// What is kept of rows, beside rows that are written without it.
struct RowCacheTests {
    /// The rows of a table, each field from where it is published.
    private func written(_ table: borrowing ResourceTable) -> String {
        var rows: [String] = []
        for slot in 0..<table.slotCount where table.isPublished(slot) {
            let bytes = jsonBytes { writer in
                writer.fragment("[")
                writer.uint(UInt64(slot))
                for field in table.schema.cold.indices {
                    writer.fragment(",")
                    table.fragments.append(table.fragmentIndex(field, of: slot), to: &writer)
                }
                for (column, field) in table.schema.hot.enumerated() {
                    writer.fragment(",")
                    writer.figure(table.figures[column, slot], decimals: field.decimals)
                }
                writer.fragment("]")
            }
            rows.append(text(bytes))
        }
        return "[" + rows.joined(separator: ",") + "]"
    }

    /// One of each kind that has a way of its own: unknown, of any length, negative, round, short,
    /// and the same as before.
    private static func figure(_ random: inout SeededGenerator) -> Int64 {
        switch random.next() % 9 {
        case 0: Figure.unknown
        case 1: -Int64(random.next() >> 12)
        case 2: Int64(random.next() >> 40) * 1_000_000
        case 3: Int64(random.next() >> 44) * -1_000_000
        case 4: Int64(random.next() >> 12) / 1_000_000 * 1_000_000
        case 5: Int64(random.next() >> 40)
        case 6: 1_790_000_002_000
        default: Int64(random.next() >> 12)
        }
    }

    @Test(
        "over any history of changes the rows that were kept are the rows that are published",
        arguments: StreamPropertyTests.seeds
    )
    func history(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var bench = ResourceTableTests.Bench()
        var live: [Int] = []
        for tick in 0..<400 {
            for _ in 0..<random.next() % 6 {
                switch random.next() % 8 {
                case 0: live.append(bench.insert("r\(tick)"))
                case 1 where !live.isEmpty:
                    bench.table.remove(live.remove(at: Int(random.next() % UInt64(live.count))))
                case 2 where !live.isEmpty, 3 where !live.isEmpty:
                    let length = Int(random.next() % 60)
                    let name = String(repeating: "\"é", count: length)
                    bench.set(1, random.element(of: live), name)
                default:
                    guard !live.isEmpty else { continue }
                    let figure = Self.figure(&random)
                    let column = Int(random.next() % 2)
                    bench.table.setFigure(column, of: random.element(of: live), to: figure)
                }
            }
            _ = bench.tick()
            // Not after each tick: a row may have changed several times since it was asked for.
            guard random.next() % 3 == 0 else { continue }
            let kept = bench.rows()
            let published = written(bench.table)
            try #require(kept == published, "seed \(seed), tick \(tick)")
        }
    }

    @Test("a part of the rows has no comma too many, whatever is missing of it")
    func parts() {
        var bench = ResourceTableTests.Bench()
        let slots = (0..<4).map { bench.insert("r\($0)") }
        _ = bench.tick()
        bench.table.remove(slots[0])
        bench.table.remove(slots[3])
        _ = bench.tick()
        bench.table.refreshRows()
        var encoded: [String] = []
        for slots in [0..<1, 0..<2, 1..<4, 3..<4, 0..<0, 0..<4] {
            encoded.append(text(jsonBytes { bench.table.encodeRows(slots, in: nil, into: &$0) }))
        }
        let one = #"[1,"r1",null,null,null]"#
        let two = #"[2,"r2",null,null,null]"#
        #expect(encoded == ["[]", "[\(one)]", "[\(one),\(two)]", "[]", "[]", "[\(one),\(two)]"])
    }
}
