/// A column of a stream, as clients see it.
struct Field: Sendable {
    let name: StaticString
    /// Digits behind the point: a figure is stored multiplied by 10 to this power.
    let decimals: Int
    /// The word that `hello.units` says for it, where it has one.
    let unit: StaticString?
    /// Whether it is rounded to thousands or more, so that its last digits are zeros.
    let isRound: Bool

    init(
        _ name: StaticString,
        decimals: Int = 0,
        unit: StaticString? = nil,
        isRound: Bool = false
    ) {
        precondition((0...4).contains(decimals), "a figure has at most four decimals")
        self.name = name
        self.decimals = decimals
        self.unit = unit
        self.isRound = isRound
    }
}

/// What the rows of a stream consist of, beside the handle `h`.
///
/// Cold fields are what a resource is; they are kept as encoded JSON and sent again only when they
/// change. Hot fields are figures that change all the time and travel as keyed rows.
struct StreamSchema: Sendable {
    let cold: [Field]
    let hot: [Field]
    /// The decimals of each hot field.
    let hotDecimals: [Int]
    /// The hot fields without decimals.
    let wholeColumns: FieldMask
    /// The hot fields whose last digits are zeros.
    let roundColumns: FieldMask
    /// The bytes of `["h","…",…]` with every field.
    let fieldNamesByteCount: Int

    init(cold: [Field], hot: [Field]) {
        precondition(cold.count <= 64 && hot.count <= 64, "a mask of fields has 64 bits")
        self.cold = cold
        self.hot = hot
        hotDecimals = hot.map(\.decimals)
        var (whole, round) = (FieldMask(), FieldMask())
        for (column, field) in hot.enumerated() where field.decimals == 0 {
            whole.insert(column)
            if field.isRound { round.insert(column) }
        }
        (wholeColumns, roundColumns) = (whole, round)
        fieldNamesByteCount = (cold + hot).reduce(5) { $0 + $1.name.utf8CodeUnitCount + 3 }
    }
}

/// A subset of the cold, or of the hot, fields of one stream.
struct FieldMask: Equatable {
    private var bits: UInt64 = 0

    init() {}

    /// The first `count` fields.
    init(first count: Int) {
        bits = count == 64 ? .max : (1 << UInt64(count)) - 1
    }

    var isEmpty: Bool { bits == 0 }

    func contains(_ field: Int) -> Bool {
        bits &>> UInt64(truncatingIfNeeded: field) & 1 != 0
    }

    var count: Int { bits.nonzeroBitCount }

    mutating func insert(_ field: Int) {
        bits |= 1 << UInt64(field)
    }

    /// Takes the first field out; `nil` when there is none.
    mutating func popFirst() -> Int? {
        guard bits != 0 else { return nil }
        let first = bits.trailingZeroBitCount
        bits &= bits &- 1
        return first
    }

    mutating func formUnion(_ other: FieldMask) {
        bits |= other.bits
    }
}
