import PulseJSON

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

    /// What one figure takes in `write`, the comma included.
    static let figureBytesMax = 1 + JSONRoom.numberBytesMax

    /// Writes figures of a slot, each behind a comma, into room for as many.
    ///
    /// `round` are columns of which the zeros at the end become an exponent.
    @inline(__always)
    func write(
        _ columns: FieldMask,
        of slot: Int,
        decimals: [Int],
        round: FieldMask = FieldMask(),
        to room: inout JSONRoom
    ) {
        precondition(slot < capacity, "a slot lies outside its columns")
        var rest = columns
        while let column = rest.popFirst() {
            room.fragment(",")
            let figure = values[column &* capacity &+ slot]
            if figure == Figure.unknown {
                room.null()
            } else if round.contains(column), let short = Figure.shortened(figure) {
                room.fixed(scaled: short.digits, decimals: 0)
                room.fragment(Figure.exponents[short.thousands])
            } else {
                room.fixed(scaled: figure, decimals: decimals[column])
            }
        }
    }

    private func index(_ column: Int, _ slot: Int) -> Int {
        precondition(slot < capacity, "a slot lies outside its columns")
        return column * capacity + slot
    }
}
