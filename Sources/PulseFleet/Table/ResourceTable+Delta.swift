import PulseJSON

extension ResourceTable {
    /// Writes what a tick changed, each part after a comma: `fields` and `rows`, `set`, `gone`.
    func encode(_ change: TickChange, into writer: inout JSONWriter) {
        encodeFigures(change, into: &writer)
        encodeFragments(change, into: &writer)
        encodeGone(change, into: &writer)
    }

    /// The most bytes that `encode` writes of it.
    func byteCountMax(of change: TickChange) -> Int {
        var count = schema.fieldNamesByteCount + 64 + Self.figureRowBytesMax(change)
        var columns = change.columns
        while let column = columns.popFirst() {
            let decimals = schema.hotDecimals[column]
            for row in change.rows where !row.figures.isEmpty {
                count &+= 1 &+ Figure.byteCountMax(figures[column, row.slot], decimals: decimals)
            }
        }
        for row in change.rows {
            let handle = JSONDigits.countMax(UInt64(row.slot))
            if !row.figures.isEmpty { count += 3 + handle }
            if !row.fragments.isEmpty {
                count += 7 + handle
                var fields = row.fragments
                while let index = fields.popFirst() {
                    count += 4 + schema.cold[index].name.utf8CodeUnitCount
                    count += fragments.byteCount(of: fragmentIndex(index, of: row.slot))
                }
            }
        }
        for slot in change.gone { count += 1 + JSONDigits.countMax(UInt64(slot)) }
        return count
    }

    /// What a row of figures takes if every number has all digits that it may have; no delta has
    /// such rows, but there has to be room for one whenever one is written.
    private static func figureRowBytesMax(_ change: TickChange) -> Int {
        3 + JSONRoom.numberBytesMax + change.columns.count * FigureColumns.figureBytesMax
    }

    private func encodeFigures(_ change: TickChange, into writer: inout JSONWriter) {
        guard !change.columns.isEmpty else { return }
        writer.fragment(",\"fields\":[\"h\"")
        for (column, field) in schema.hot.enumerated() where change.columns.contains(column) {
            writer.fieldName(field)
        }
        writer.fragment("],\"rows\":")
        let byteCountMax = Self.figureRowBytesMax(change)
        var isFirst = true
        for row in change.rows where !row.figures.isEmpty {
            // The bound counts every number with all digits that it may have.
            unsafe writer.object(byteCountMax: byteCountMax) { room in
                room.fragment(isFirst ? "[[" : ",[")
                room.uint(UInt64(row.slot))
                figures.write(change.columns, of: row.slot, schema: schema, to: &room)
                room.fragment("]")
            }
            isFirst = false
        }
        writer.fragment(isFirst ? "[]" : "]")
    }

    private func encodeFragments(_ change: TickChange, into writer: inout JSONWriter) {
        var isFirst = true
        for row in change.rows where !row.fragments.isEmpty {
            writer.fragment(isFirst ? ",\"set\":[{\"h\":" : ",{\"h\":")
            isFirst = false
            writer.uint(UInt64(row.slot))
            var fields = row.fragments
            while let index = fields.popFirst() {
                writer.fieldName(schema.cold[index])
                writer.fragment(":")
                fragments.append(fragmentIndex(index, of: row.slot), to: &writer)
            }
            writer.fragment("}")
        }
        if !isFirst { writer.fragment("]") }
    }

    private func encodeGone(_ change: TickChange, into writer: inout JSONWriter) {
        guard !change.gone.isEmpty else { return }
        for (index, slot) in change.gone.enumerated() {
            writer.fragment(index == 0 ? ",\"gone\":[" : ",")
            writer.uint(UInt64(slot))
        }
        writer.fragment("]")
    }
}
