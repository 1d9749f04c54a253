import PulseJSON
import Synchronization

/// All resources of one stream: a dense slot for each, whose index is the handle `h`.
///
/// Everything is held twice. The live side is what reports have said; the published side is what
/// the last closed tick has told the clients. Only `beginTick` moves values from one to the other,
/// so a snapshot, which is always of the published side, is exactly the state of its generation.
struct ResourceTable: ~Copyable {
    /// The life of a slot, in order; a created one that is removed at once is free again at once.
    enum SlotState {
        case free
        /// Live, but no client has heard of it.
        case created
        /// Live and published.
        case present
        /// Not live any more, still published.
        case removed
        /// The tick that is open says that it is gone.
        case gone
    }

    let schema: StreamSchema
    /// +1 for each tick that changed the stream.
    private(set) var generation: UInt64 = 0
    /// What the open tick changed; empty between ticks.
    private(set) var change = TickChange()
    private var isTickOpen = false

    private var states: [SlotState] = []
    private var freeSlots: [Int] = []
    /// By slot: the scope that it is of, or `noScope`.
    private var scopes: [Int] = []
    /// By scope: +1 for each tick that changed a row of it, and the last such tick's generation.
    private var scopeTicks: [(generation: UInt64, last: UInt64)] = []
    private var dirty = SlotSet()
    private var dirtySlots: [Int] = []

    private var liveFigures: FigureColumns
    private(set) var figures: FigureColumns
    /// Cold fields as JSON, slot by slot.
    private var liveFragments = FragmentCache()
    private(set) var fragments = FragmentCache()
    private var rows = RowCache()
    /// Gives the struct, and the fleet around it, an address: a question to either would copy
    /// it otherwise (docs/decisions/0002).
    private let anchor = Atomic<Bool>(false)

    init(schema: StreamSchema) {
        self.schema = schema
        liveFigures = FigureColumns(columnCount: schema.hot.count)
        figures = FigureColumns(columnCount: schema.hot.count)
    }

    private static let noScope = -1

    /// Slots that have ever been used: every handle is below this.
    var slotCount: Int { states.count }

    /// Whether the newest generation has a resource in this slot.
    func isPublished(_ slot: Int) -> Bool {
        states[slot] == .present || states[slot] == .removed
    }

    /// Where the JSON of a cold field lies in `fragments`.
    func fragmentIndex(_ field: Int, of slot: Int) -> Int { slot * schema.cold.count + field }

    // MARK: Published rows

    /// Sees to it that the rows say what is published; to be called before the two below.
    mutating func refreshRows() {
        rows.refresh(fragments: fragments, figures: figures, schema: schema)
    }

    /// The most bytes that a slot's row takes, the comma behind it included; 0 without a resource.
    func rowByteCountMax(_ slot: Int) -> Int { rows.byteCount(of: slot) }

    /// The same for the row of a scope, or of all: 0 for any other.
    func rowByteCountMax(_ slot: Int, in scope: Int?) -> Int {
        if let scope, !isIn(scope, slot) { 0 } else { rowByteCountMax(slot) }
    }

    /// The most bytes that all rows take, or those of a scope, the comma behind each included.
    func rowsByteCountMax(in scope: Int?) -> Int {
        let slots = 0..<slotCount
        guard let scope else { return rows.byteCount(of: slots) }
        return slots.reduce(0) { $0 + rowByteCountMax($1, in: scope) }
    }

    /// Writes `[[h,…],…]`: the published rows of these slots, all or those of a scope.
    func encodeRows(_ slots: Range<Int>, in scope: Int?, into writer: inout JSONWriter) {
        writer.fragment("[")
        if let scope {
            rows.append(slots.filter { isIn(scope, $0) }, to: &writer)
        } else {
            rows.append(slots, to: &writer)
        }
        writer.fragment("]")
    }

    // MARK: Changing the live side

    /// Takes a slot for a new resource, of which nothing is known yet; its scope was opened.
    mutating func insert(in scope: Int? = nil) -> Int {
        let slot = freeSlots.popLast() ?? addSlot()
        states[slot] = .created
        scopes[slot] = scope ?? Self.noScope
        dirty.insert(slot)
        return slot
    }

    /// The same with the slot as a scope of its own.
    mutating func insertAsScope() -> Int {
        let slot = insert()
        openScope(slot)
        scopes[slot] = slot
        return slot
    }

    /// Forgets a resource; its slot is used again only after a tick has said that it is gone.
    mutating func remove(_ slot: Int) {
        switch states[slot] {
        case .created:
            clearLive(slot)
            states[slot] = .free
            freeSlots.append(slot)
        case .present:
            clearLive(slot)
            states[slot] = .removed
            dirty.insert(slot)
        case .free, .removed, .gone:
            preconditionFailure("a slot without a live resource was removed")
        }
    }

    /// Sets a hot figure, already quantised.
    mutating func setFigure(_ column: Int, of slot: Int, to value: Int64) {
        precondition(isLive(slot), "a figure was set for a slot without a live resource")
        guard liveFigures[column, slot] != value else { return }
        liveFigures[column, slot] = value
        dirty.insert(slot)
    }

    /// Sets a cold field to the JSON that `scratch` holds.
    mutating func setFragment(_ field: Int, of slot: Int, to scratch: borrowing FragmentScratch) {
        precondition(isLive(slot), "a field was set for a slot without a live resource")
        let index = fragmentIndex(field, of: slot)
        let isChanged = scratch.withContent { content in
            if liveFragments.equals(index, content) { return false }
            liveFragments.set(index, to: content)
            return true
        }
        if isChanged { dirty.insert(slot) }
    }

    // MARK: Ticks

    /// Publishes what has changed since the last tick, and says whether anything has.
    ///
    /// A value that changed and changed back is no change. `change` tells what it was until
    /// `endTick`.
    mutating func beginTick() -> Bool {
        precondition(!isTickOpen, "a tick was begun before the one before it had ended")
        isTickOpen = true
        collectDirty()
        publishFigures()
        publishFragments()
        change.rows.removeAll { $0.figures.isEmpty && $0.fragments.isEmpty }
        outdateRows()
        guard !change.isEmpty else { return false }
        generation += 1
        for row in change.rows { noteChange(in: scopes[row.slot]) }
        for slot in change.gone { noteChange(in: scopes[slot]) }
        return true
    }

    /// Forgets what the tick changed, and frees the slots of what is gone.
    mutating func endTick() {
        precondition(isTickOpen, "a tick was ended that had not begun")
        isTickOpen = false
        for slot in change.gone {
            states[slot] = .free
            freeSlots.append(slot)
        }
        change.removeAll()
    }

    private mutating func collectDirty() {
        dirtySlots.removeAll(keepingCapacity: true)
        dirty.drain(into: &dirtySlots)
        for slot in dirtySlots {
            switch states[slot] {
            case .created:
                // Nothing of it is known to anybody, so that everything of it is news.
                var row = TickChange.Row(slot: slot)
                row.figures = FieldMask(first: schema.hot.count)
                row.fragments = FieldMask(first: schema.cold.count)
                change.rows.append(row)
                change.columns.formUnion(row.figures)
                states[slot] = .present
            case .present:
                change.rows.append(TickChange.Row(slot: slot))
            case .removed:
                change.gone.append(slot)
                states[slot] = .gone
            case .free, .gone:
                break
            }
        }
    }

    private mutating func publishFigures() {
        for column in schema.hot.indices {
            for index in change.rows.indices {
                let slot = change.rows[index].slot
                let value = liveFigures[column, slot]
                guard figures[column, slot] != value else { continue }
                figures[column, slot] = value
                change.rows[index].figures.insert(column)
                change.columns.insert(column)
            }
        }
    }

    private mutating func publishFragments() {
        for index in change.rows.indices {
            let slot = change.rows[index].slot
            for field in schema.cold.indices {
                let fragment = fragmentIndex(field, of: slot)
                guard !fragments.equals(fragment, fragment, of: liveFragments) else { continue }
                fragments.set(fragment, to: fragment, of: liveFragments)
                change.rows[index].fragments.insert(field)
            }
        }
        for slot in change.gone {
            for field in schema.cold.indices { setNull(fragmentIndex(field, of: slot)) }
        }
    }

    /// Tells the cached rows what the tick has changed.
    private mutating func outdateRows() {
        for row in change.rows { rows.outdate(row) }
        for slot in change.gone { rows.clear(slot) }
    }

    // MARK: Scopes

    /// Makes a scope, and those below it, ready for rows.
    ///
    /// Its generations go on from where the table is, so that none of them was one of a scope
    /// before that had the same name.
    mutating func openScope(_ scope: Int) {
        while scopeTicks.count <= scope { scopeTicks.append((generation, 0)) }
    }

    /// How many ticks have changed the rows of a scope.
    func generation(ofScope scope: Int) -> UInt64 { scopeTicks[scope].generation }

    /// Whether the open tick has changed a row of a scope.
    func hasChanged(_ scope: Int) -> Bool {
        !change.isEmpty && scopeTicks[scope].last == generation
    }

    func isIn(_ scope: Int, _ slot: Int) -> Bool { scopes[slot] == scope }

    private mutating func noteChange(in scope: Int) {
        guard scope != Self.noScope, scopeTicks[scope].last != generation else { return }
        scopeTicks[scope].last = generation
        scopeTicks[scope].generation += 1
    }

    /// What the open tick changed of a scope, or of all.
    func change(of scope: Int?) -> TickChange {
        guard let scope else { return change }
        var part = TickChange()
        for row in change.rows where isIn(scope, row.slot) {
            part.rows.append(row)
            part.columns.formUnion(row.figures)
        }
        part.gone = change.gone.filter { isIn(scope, $0) }
        return part
    }

    // MARK: Slots

    private func isLive(_ slot: Int) -> Bool {
        states[slot] == .created || states[slot] == .present
    }

    private mutating func addSlot() -> Int {
        let slot = states.count
        states.append(.free)
        scopes.append(Self.noScope)
        liveFigures.reserve(slot + 1)
        figures.reserve(slot + 1)
        rows.reserve(slotCount: slot + 1)
        liveFragments.reserve(slotCount: (slot + 1) * schema.cold.count)
        fragments.reserve(slotCount: (slot + 1) * schema.cold.count)
        for field in schema.cold.indices {
            liveFragments.set(fragmentIndex(field, of: slot), to: "null")
            setNull(fragmentIndex(field, of: slot))
        }
        return slot
    }

    private mutating func clearLive(_ slot: Int) {
        for column in schema.hot.indices { liveFigures[column, slot] = Figure.unknown }
        for field in schema.cold.indices {
            liveFragments.set(fragmentIndex(field, of: slot), to: "null")
        }
    }

    private mutating func setNull(_ index: Int) { fragments.set(index, to: "null") }
}
