import PulseJSON

/// All that the cold fields of one row say.
protocol RowTraits {
    /// The stream's cold fields, numbered from 0 in the order of its schema.
    associatedtype TraitField: RawRepresentable<Int>

    /// Writes the JSON of a field.
    func encode(_ field: TraitField, into writer: inout JSONWriter)
}

/// All that the hot fields of one row say.
protocol RowFigures {
    /// The stream's hot fields, numbered from 0 in the order of its schema.
    associatedtype FigureField: RawRepresentable<Int>

    /// The value of a field, not yet rounded to what the stream says; `nil` = unknown.
    func value(of field: FigureField) -> Double?
}

extension ResourceTable {
    /// Sets all cold fields of a slot; `scratch` must hold the longest of them.
    mutating func write<Traits: RowTraits>(
        traits: Traits,
        to slot: Int,
        through scratch: inout FragmentScratch
    ) {
        for index in schema.cold.indices {
            guard let field = Traits.TraitField(rawValue: index) else {
                preconditionFailure("a schema has more cold fields than its rows")
            }
            scratch.encode { traits.encode(field, into: &$0) }
            setFragment(index, of: slot, to: scratch)
        }
    }

    /// Sets all hot fields of a slot.
    mutating func write<Figures: RowFigures>(figures: Figures, to slot: Int) {
        for (index, column) in schema.hot.enumerated() {
            guard let field = Figures.FigureField(rawValue: index) else {
                preconditionFailure("a schema has more hot fields than its rows")
            }
            let value = Figure.quantised(figures.value(of: field), decimals: column.decimals)
            setFigure(index, of: slot, to: value)
        }
    }
}
