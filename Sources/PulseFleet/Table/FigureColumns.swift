/// One side, live or published, of the hot figures of a stream: a column for each field.
///
/// All columns lie in one array, each `capacity` slots long, so that a walk over the changed slots
/// of one field touches only that field.
struct FigureColumns {
    private var values: [Int64] = []
    private var capacity = 0
    private let columnCount: Int

    init(columnCount: Int) {
        self.columnCount = columnCount
    }

    /// Makes room for `slotCount` slots; those that are new are unknown.
    mutating func reserve(_ slotCount: Int) {
        guard slotCount > capacity else { return }
        let grown = max(slotCount, capacity * 2, 16)
        var moved = [Int64](repeating: Figure.unknown, count: grown * columnCount)
        for column in 0..<columnCount {
            for slot in 0..<capacity {
                moved[column * grown + slot] = values[column * capacity + slot]
            }
        }
        values = moved
        capacity = grown
    }

    subscript(column: Int, slot: Int) -> Int64 {
        get { values[index(column, slot)] }
        set { values[index(column, slot)] = newValue }
    }

    private func index(_ column: Int, _ slot: Int) -> Int {
        precondition(slot < capacity, "a slot lies outside its columns")
        return column * capacity + slot
    }
}
