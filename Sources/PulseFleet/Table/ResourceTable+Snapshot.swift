import PulseJSON

extension ResourceTable {
    /// Writes `["h","id",…]`: the names of all fields.
    func encodeFieldNames(into writer: inout JSONWriter) {
        writer.fragment("[\"h\"")
        for field in schema.cold { writer.fieldName(field) }
        for field in schema.hot { writer.fieldName(field) }
        writer.fragment("]")
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
