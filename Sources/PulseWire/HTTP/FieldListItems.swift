/// The items of a comma-separated header value, one at a time (RFC 9110 section 5.6.1).
///
/// Empty items are passed over, as a recipient must. Quoted strings are not known here: no list
/// that the product reads in this way may hold a comma in one (RFC 6455 section 9.1: what a
/// parameter quotes is a token).
struct FieldListItems {
    private var rest: Range<Int>

    init(_ range: Range<Int>) {
        rest = range
    }

    /// The next item without the white space around it, or `nil` at the end.
    mutating func next(in bytes: RawSpan) -> Range<Int>? {
        while !rest.isEmpty {
            let end = bytes.firstIndex(of: ASCII.comma, in: rest) ?? rest.upperBound
            let item = bytes.trimmed(rest.lowerBound..<end)
            rest = min(end + 1, rest.upperBound)..<rest.upperBound
            if !item.isEmpty { return item }
        }
        return nil
    }
}

extension RawSpan {
    /// Whether the comma-separated list at `range` names `token`, in either case:
    /// `Connection: keep-alive, Upgrade` names `upgrade`.
    package func listContains(_ token: StaticString, in range: Range<Int>) -> Bool {
        var items = FieldListItems(range)
        while let item = items.next(in: self) {
            if equalsIgnoringCase(token, in: item) { return true }
        }
        return false
    }
}
