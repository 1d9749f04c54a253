import PulseJSON

/// The published rows of a stream as JSON.
///
/// A row is encoded when it is asked for after a change, and then only what has changed of it: new
/// figures are put behind the cold fields that stand there. A snapshot is a copy of rows.
struct RowCache: ~Copyable {
    /// By slot: `[h,…],` with the comma behind, or nothing where there is no resource.
    private var rows = FragmentCache()
    /// By slot: the length of `[h` and the cold fields; 0 where these are to be encoded.
    private var prefixByteCounts: [Int] = []
    private var outdated = SlotSet()
    private var outdatedSlots: [Int] = []
    private var isOutdated = false
    /// The figures of one row.
    private var tail: FragmentScratch

    /// A comma, a sign, the 19 digits of an Int64 and a point.
    private static let figureBytesMax = 22
    /// The bracket and the comma behind the figures.
    private static let endBytes = 2

    init(schema: StreamSchema) {
        tail = FragmentScratch(
            capacity: schema.hot.count * Self.figureBytesMax + Self.endBytes
        )
    }

    /// Adds slots without a resource until there are `slotCount`.
    mutating func reserve(slotCount: Int) {
        let added = slotCount - prefixByteCounts.count
        guard added > 0 else { return }
        rows.reserve(slotCount: slotCount)
        prefixByteCounts.append(contentsOf: repeatElement(0, count: added))
    }

    /// Notes that a tick has published these changes of a resource.
    mutating func outdate(_ row: TickChange.Row) {
        if !row.fragments.isEmpty { prefixByteCounts[row.slot] = 0 }
        outdated.insert(row.slot)
        isOutdated = true
    }

    /// Notes that a tick has told that a resource is gone.
    mutating func clear(_ slot: Int) {
        outdated.remove(slot)
        prefixByteCounts[slot] = 0
        rows.clear(slot)
    }

    /// Takes every `step`th row for changed: its figures, and its cold fields if so said.
    ///
    /// Nothing does so but benchmarks, and tests that compare what is kept with what is encoded.
    mutating func outdate(every step: Int, withFields: Bool) {
        let slots = stride(from: 0, to: prefixByteCounts.count, by: step)
        for slot in slots where rows.byteCount(of: slot) > 0 {
            if withFields { prefixByteCounts[slot] = 0 }
            outdated.insert(slot)
            isOutdated = true
        }
    }

    /// Encodes what was outdated.
    mutating func refresh(
        fragments: borrowing FragmentCache,
        figures: borrowing FigureColumns,
        schema: StreamSchema
    ) {
        guard isOutdated else { return }
        isOutdated = false
        outdatedSlots.removeAll(keepingCapacity: true)
        outdated.drain(into: &outdatedSlots)
        for index in outdatedSlots.indices {
            let slot = outdatedSlots[index]
            tail.encode { Self.encodeFigures(of: slot, figures, schema, into: &$0) }
            let prefix = prefixByteCounts[slot]
            if prefix > 0 {
                Self.put(tail, behind: prefix, of: slot, in: &rows)
            } else {
                prefixByteCounts[slot] =
                    Self.put(fragments, tail, of: slot, schema.cold.count, in: &rows)
            }
        }
    }

    /// The length of a slot's row, the comma behind it included.
    func byteCount(of slot: Int) -> Int {
        precondition(!isOutdated, "a row was read before it was refreshed")
        return rows.byteCount(of: slot)
    }

    /// Writes the rows of these slots, separated by commas.
    func append(_ slots: Range<Int>, to writer: inout JSONWriter) {
        precondition(!isOutdated, "rows were read before they were refreshed")
        let start = writer.mark()
        rows.append(slots, to: &writer)
        if writer.mark() > start { writer.rewind(to: writer.mark() - 1) }
    }

    // MARK: Parts of a row

    private static func encodeFigures(
        of slot: Int,
        _ figures: borrowing FigureColumns,
        _ schema: StreamSchema,
        into writer: inout JSONWriter
    ) {
        let byteCountMax = schema.hot.count * figureBytesMax + endBytes
        // The bound counts every figure with all digits that it may have.
        unsafe writer.object(byteCountMax: byteCountMax) { room in
            for column in schema.hot.indices {
                room.fragment(",")
                let figure = figures[column, slot]
                if figure == Figure.unknown {
                    room.null()
                } else {
                    room.fixed(scaled: figure, decimals: schema.hot[column].decimals)
                }
            }
            room.fragment("],")
        }
    }

    private static func put(
        _ tail: borrowing FragmentScratch,
        behind prefix: Int,
        of slot: Int,
        in rows: inout FragmentCache
    ) {
        tail.withContent { rows.set(slot, keeping: prefix, to: $0) }
    }

    /// Returns the length of what precedes the tail.
    private static func put(
        _ fragments: borrowing FragmentCache,
        _ tail: borrowing FragmentScratch,
        of slot: Int,
        _ fieldCount: Int,
        in rows: inout FragmentCache
    ) -> Int {
        let fields = slot * fieldCount..<(slot + 1) * fieldCount
        let handle = 1 + JSONDigits.count(UInt64(slot))
        let prefix = handle + fieldCount + fragments.byteCount(of: fields)
        tail.withContent { content in
            rows.set(slot, byteCount: prefix + content.count) { writer in
                writer.fragment("[")
                writer.uint(UInt64(slot))
                fragments.append(fields, eachBehind: ",", to: &writer)
                writer.raw(content)
            }
        }
        return prefix
    }
}
