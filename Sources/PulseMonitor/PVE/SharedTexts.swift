import PulseJSON

/// Texts that many entries of one list have in common, such as the names of nodes and pools, each
/// of them made once.
///
/// A text of up to 16 bytes is told from others by one number, so that looking it up costs less
/// than making it. Longer ones, and those that are written with escapes, are made each time.
struct SharedTexts {
    private var texts = Table<String>()
    private var words = Table<[String]>()

    /// The text without control characters, cut to a sane length.
    mutating func text(_ text: borrowing JSONText) -> String {
        guard let number = text.shortNumber else { return ReportText.cut(text) }
        if let made = texts[number] { return made }
        let made = ReportText.cut(text)
        texts[number] = made
        return made
    }

    /// The words of a text; tags are separated by semicolons, commas or blanks.
    ///
    /// Guests with the same tags share one array.
    mutating func words(_ text: borrowing JSONText) -> [String] {
        guard let number = text.shortNumber else { return Self.split(ReportText.cut(text)) }
        if let made = words[number] { return made }
        let made = Self.split(ReportText.cut(text))
        words[number] = made
        return made
    }

    private static func split(_ text: String) -> [String] {
        text.utf8.split { byte in
            byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ")
        }
        .map { String(Substring($0)) }
    }
}

/// One place for each number; who comes later takes it.
private struct Table<Made> {
    private struct Place {
        var number: UInt128
        var made: Made
    }

    /// More than a cluster has nodes; 8 KiB of texts.
    private static var placeCount: Int { 256 }

    /// Empty until something is kept.
    private var places: [Place?] = []

    subscript(_ number: UInt128) -> Made? {
        get {
            guard !places.isEmpty, let place = places[Self.index(of: number)],
                place.number == number
            else { return nil }
            return place.made
        }
        set {
            if places.isEmpty { places = Array(repeating: nil, count: Self.placeCount) }
            places[Self.index(of: number)] = newValue.map { Place(number: number, made: $0) }
        }
    }

    /// The upper bits of a product, on which all bits of the text have some influence.
    private static func index(of number: UInt128) -> Int {
        let folded = UInt64(truncatingIfNeeded: number) ^ UInt64(truncatingIfNeeded: number >> 64)
        return Int((folded &* 0x9E37_79B9_7F4A_7C15) >> 56)
    }
}
