import PulseJSON

extension ResourceTable {
    /// Writes what the open tick changed, each part after a comma: `fields` and `rows`, `set`,
    /// `gone`.
    func encodeChange(into writer: inout JSONWriter) {
        encodeChangedFigures(into: &writer)
        encodeChangedFragments(into: &writer)
        encodeGone(into: &writer)
    }

    /// The most bytes that `encodeChange` writes.
    func changeByteCountMax() -> Int {
        var count = schema.fieldNamesByteCount + 64
        for row in change.rows {
            let handle = JSONDigits.count(UInt64(row.slot))
            if !row.figures.isEmpty {
                count += 3 + handle
                for (column, field) in schema.hot.enumerated() where change.columns.contains(column)
                {
                    let figure = figures[column, row.slot]
                    count += 1 + Figure.byteCountMax(figure, decimals: field.decimals)
                }
            }
            if !row.fragments.isEmpty {
                count += 7 + handle
                for (index, field) in schema.cold.enumerated() where row.fragments.contains(index) {
                    count += 4 + field.name.utf8CodeUnitCount
                    count += fragments.byteCount(of: fragmentIndex(index, of: row.slot))
                }
            }
        }
        for slot in change.gone { count += 1 + JSONDigits.count(UInt64(slot)) }
        return count
    }

    private func encodeChangedFigures(into writer: inout JSONWriter) {
        guard !change.columns.isEmpty else { return }
        writer.fragment(",\"fields\":[\"h\"")
        for (column, field) in schema.hot.enumerated() where change.columns.contains(column) {
            writer.fieldName(field)
        }
        writer.fragment("],\"rows\":[")
        var isFirst = true
        for row in change.rows where !row.figures.isEmpty {
            writer.fragment(isFirst ? "[" : ",[")
            isFirst = false
            writer.uint(UInt64(row.slot))
            for (column, field) in schema.hot.enumerated() where change.columns.contains(column) {
                writer.fragment(",")
                writer.figure(figures[column, row.slot], decimals: field.decimals)
            }
            writer.fragment("]")
        }
        writer.fragment("]")
    }

    private func encodeChangedFragments(into writer: inout JSONWriter) {
        var isFirst = true
        for row in change.rows where !row.fragments.isEmpty {
            writer.fragment(isFirst ? ",\"set\":[{\"h\":" : ",{\"h\":")
            isFirst = false
            writer.uint(UInt64(row.slot))
            for (index, field) in schema.cold.enumerated() where row.fragments.contains(index) {
                writer.fieldName(field)
                writer.fragment(":")
                fragments.append(fragmentIndex(index, of: row.slot), to: &writer)
            }
            writer.fragment("}")
        }
        if !isFirst { writer.fragment("]") }
    }

    private func encodeGone(into writer: inout JSONWriter) {
        guard !change.gone.isEmpty else { return }
        for (index, slot) in change.gone.enumerated() {
            writer.fragment(index == 0 ? ",\"gone\":[" : ",")
            writer.uint(UInt64(slot))
        }
        writer.fragment("]")
    }
}
