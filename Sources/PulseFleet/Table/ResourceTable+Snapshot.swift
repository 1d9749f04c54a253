import PulseJSON

extension ResourceTable {
    /// Writes `["h","id",…]`: the names of all fields.
    func encodeFieldNames(into writer: inout JSONWriter) {
        writer.fragment("[\"h\"")
        for field in schema.cold { writer.fieldName(field) }
        for field in schema.hot { writer.fieldName(field) }
        writer.fragment("]")
    }

    /// Writes `[[h,…],…]`: the published rows of these slots.
    func encodeRows(_ slots: Range<Int>, into writer: inout JSONWriter) {
        writer.fragment("[")
        var isFirst = true
        for slot in slots where isPublished(slot) {
            if !isFirst { writer.fragment(",") }
            isFirst = false
            encodeRow(slot, into: &writer)
        }
        writer.fragment("]")
    }

    private func encodeRow(_ slot: Int, into writer: inout JSONWriter) {
        writer.fragment("[")
        writer.uint(UInt64(slot))
        for field in schema.cold.indices {
            writer.fragment(",")
            writer.raw(fragment(field, of: slot))
        }
        for (column, field) in schema.hot.enumerated() {
            writer.fragment(",")
            writer.figure(figures[column, slot], decimals: field.decimals)
        }
        writer.fragment("]")
    }

    /// The most bytes that a slot's row takes, the comma behind it included; 0 without a resource.
    func rowByteCountMax(_ slot: Int) -> Int {
        guard isPublished(slot) else { return 0 }
        var count = 3 + Figure.digitCount(UInt64(slot)) + schema.cold.count + schema.hot.count
        for field in schema.cold.indices { count += fragment(field, of: slot).count }
        for (column, field) in schema.hot.enumerated() {
            count += Figure.byteCountMax(figures[column, slot], decimals: field.decimals)
        }
        return count
    }
}

extension JSONWriter {
    /// Writes a stored figure: `unknown` as null.
    mutating func figure(_ value: Int64, decimals: Int) {
        if value == Figure.unknown {
            null()
        } else {
            fixed(scaled: value, decimals: decimals)
        }
    }

    /// Writes `,"name"`.
    mutating func fieldName(_ field: Field) {
        fragment(",\"")
        fragment(field.name)
        fragment("\"")
    }
}
