import PulseJSON

/// The forms that values of cold fields have in every stream.
extension JSONWriter {
    /// Writes a text cut to `FleetLimits.textBytesMax`; what is missing or empty as null.
    mutating func text(_ text: String?) {
        guard let text, !text.isEmpty else { return null() }
        string(text.prefix(utf8CountMax: FleetLimits.textBytesMax))
    }

    /// Writes one of our own words, which needs no escapes.
    mutating func word(_ word: StaticString) {
        fragment("\"")
        fragment(word)
        fragment("\"")
    }

    /// Writes a number; what is unknown as null.
    mutating func number(_ value: Double?, decimals: Int = 0) {
        figure(Figure.quantised(value, decimals: decimals), decimals: decimals)
    }

    /// Writes a size in bytes; what is unknown as null.
    mutating func size(_ bytes: UInt64?) {
        number(bytes.map { Double($0) })
    }

    /// Writes a time in milliseconds since 1970; what is unknown as null.
    mutating func time(_ milliseconds: Int64?) {
        number(milliseconds.map { Double($0) })
    }

    /// Writes a truth; what is unknown as null.
    mutating func truth(_ value: Bool?) {
        if let value { bool(value) } else { null() }
    }

    /// Writes `["a","b",…]`, as many of the texts as fit in `byteCountMax`, each cut to
    /// `FleetLimits.textBytesMax`.
    mutating func texts(_ texts: [String], byteCountMax: Int) {
        list(texts, byteCountMax: byteCountMax) { text, writer in
            writer.string(text.prefix(utf8CountMax: FleetLimits.textBytesMax))
        }
    }

    /// Writes an array of as many elements as fit in `byteCountMax`; `write` puts one.
    mutating func list<Element>(
        _ elements: [Element],
        byteCountMax: Int,
        _ write: (Element, inout JSONWriter) -> Void
    ) {
        let start = count
        fragment("[")
        for (index, element) in elements.enumerated() {
            let mark = mark()
            if index > 0 { fragment(",") }
            write(element, &self)
            guard count - start < byteCountMax else {
                rewind(to: mark)
                break
            }
        }
        fragment("]")
    }
}
