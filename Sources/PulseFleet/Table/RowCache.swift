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
    /// The first figure of the row that was encoded last.
    private var firstFigure = RepeatedNumber()
    /// A row, or its figures, until it is known how long it is.
    private var scratch = FragmentScratch(capacity: 4_096)

    init() {}

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
        let byteCountMax = Self.figuresByteCountMax(schema)
        for index in outdatedSlots.indices {
            let slot = outdatedSlots[index]
            let prefix = prefixByteCounts[slot]
            if prefix > 0 {
                scratch.encodeObject(byteCountMax: byteCountMax) {
                    Self.put(figures, of: slot, schema, first: &firstFigure, to: &$0)
                }
                scratch.withContent { rows.set(slot, keeping: prefix, to: $0) }
            } else {
                encode(slot, fragments, figures, schema)
            }
        }
    }

    /// Encodes a whole row.
    private mutating func encode(
        _ slot: Int,
        _ fragments: borrowing FragmentCache,
        _ figures: borrowing FigureColumns,
        _ schema: StreamSchema
    ) {
        let fields = slot * schema.cold.count..<(slot + 1) * schema.cold.count
        var prefix = 0
        scratch.encodeRow { writer in
            writer.fragment("[")
            writer.uint(UInt64(slot))
            fragments.append(fields, eachBehind: UInt8(ascii: ","), to: &writer)
            prefix = writer.count
            // The bound counts every figure with all digits that it may have.
            unsafe writer.object(byteCountMax: Self.figuresByteCountMax(schema)) {
                Self.put(figures, of: slot, schema, first: &firstFigure, to: &$0)
            }
        }
        prefixByteCounts[slot] = prefix
        scratch.withContent { rows.set(slot, to: $0) }
    }

    /// What a row's figures take with all digits that each may have, bracket and comma included.
    private static func figuresByteCountMax(_ schema: StreamSchema) -> Int {
        schema.hot.count * FigureColumns.figureBytesMax + 2
    }

    /// Writes a row's figures, and the bracket and the comma behind them.
    @inline(__always)
    private static func put(
        _ figures: borrowing FigureColumns,
        of slot: Int,
        _ schema: StreamSchema,
        first: inout RepeatedNumber,
        to room: inout JSONRoom
    ) {
        figures.write(allOf: slot, schema: schema, first: &first, to: &room)
        room.fragment("],")
    }

    /// The length of a slot's row, the comma behind it included.
    func byteCount(of slot: Int) -> Int {
        precondition(!isOutdated, "a row was read before it was refreshed")
        return rows.byteCount(of: slot)
    }

    /// The lengths of these slots' rows together, the comma behind each included.
    func byteCount(of slots: Range<Int>) -> Int {
        precondition(!isOutdated, "rows were read before they were refreshed")
        return rows.byteCount(of: slots)
    }

    /// Writes the rows of these slots, separated by commas.
    func append(_ slots: Range<Int>, to writer: inout JSONWriter) {
        let start = writer.mark()
        writeAll(of: slots, to: &writer)
        dropLastComma(since: start, of: &writer)
    }

    /// The same for slots that do not follow each other.
    func append(_ slots: [Int], to writer: inout JSONWriter) {
        let start = writer.mark()
        for slot in slots { writeAll(of: slot..<slot + 1, to: &writer) }
        dropLastComma(since: start, of: &writer)
    }

    private func writeAll(of slots: Range<Int>, to writer: inout JSONWriter) {
        precondition(!isOutdated, "rows were read before they were refreshed")
        rows.append(slots, to: &writer)
    }

    private func dropLastComma(since start: Int, of writer: inout JSONWriter) {
        if writer.mark() > start { writer.rewind(to: writer.mark() - 1) }
    }
}
