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

    /// Writes figures of a slot as a delta has them, each behind a comma, into room for as many:
    /// the zeros at the end of round ones become an exponent.
    @inline(__always)
    func write(
        _ columns: FieldMask,
        of slot: Int,
        schema: StreamSchema,
        to room: inout JSONRoom
    ) {
        precondition(
            slot < capacity && schema.hot.count == columnCount,
            "a slot lies outside its columns"
        )
        let (whole, round) = (schema.wholeColumns, schema.roundColumns)
        var rest = columns
        while let column = rest.popFirst() {
            room.fragment(",")
            let figure = values[column &* capacity &+ slot]
            if round.contains(column), let short = Figure.shortened(figure) {
                room.fixed(scaled: short.digits, decimals: 0)
                room.fragment(Figure.exponents[short.thousands])
            } else if whole.contains(column), UInt64(bitPattern: figure) < JSONRoom.shortBound {
                // Neither what is negative nor what is unknown is below this bound.
                room.short(UInt32(truncatingIfNeeded: figure))
            } else if figure == Figure.unknown {
                room.null()
            } else {
                room.fixed(scaled: figure, decimals: schema.hotDecimals[column])
            }
        }
    }

    /// Writes all figures of a slot as a row has them, each behind a comma, into room for as many.
    ///
    /// `first` keeps the first column's figure from one call to the next: the rows of a poll have
    /// the time in common at which they were sampled.
    @inline(__always)
    func write(
        allOf slot: Int,
        schema: StreamSchema,
        first: inout RepeatedNumber,
        to room: inout JSONRoom
    ) {
        precondition(
            slot < capacity && schema.hot.count == columnCount,
            "a slot lies outside its columns"
        )
        let values = values.span
        let decimals = schema.hotDecimals.span
        let (whole, round) = (schema.wholeColumns, schema.roundColumns)
        var index = slot
        for column in 0..<columnCount {
            room.fragment(",")
            // There are `capacity` values of each column, and the slot is one of them.
            let figure = unsafe values[unchecked: index]
            index &+= capacity
            // Neither what is negative nor what is unknown is below this bound.
            if whole.contains(column), UInt64(bitPattern: figure) < JSONRoom.shortBound {
                room.short(UInt32(truncatingIfNeeded: figure))
            } else if figure == Figure.unknown {
                room.null()
            } else if column == 0 {
                room.fixed(scaled: figure, decimals: decimals[0], last: &first)
            } else if round.contains(column), let millions = Figure.millions(figure) {
                room.short(millions)
                room.fragment("000000")
            } else {
                // There are as many of these as columns.
                room.fixed(scaled: figure, decimals: unsafe decimals[unchecked: column])
            }
        }
    }

    private func index(_ column: Int, _ slot: Int) -> Int {
        precondition(slot < capacity, "a slot lies outside its columns")
        return column * capacity + slot
    }
}
