/// Texts of reports as bytes: comparing them as characters costs a hundred times more.
extension String {
    /// The longest beginning of at most `utf8CountMax` bytes that ends between two scalars.
    func prefix(utf8CountMax: Int) -> String {
        guard utf8.count > utf8CountMax else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: utf8CountMax)
        while end > utf8.startIndex, end.samePosition(in: unicodeScalars) == nil {
            end = utf8.index(before: end)
        }
        return String(self[..<end])
    }

    /// Whether the bytes of `text` occur; takes the product of both lengths at worst.
    func containsBytes(of text: String) -> Bool {
        var rest = utf8[...]
        while rest.count >= text.utf8.count {
            if rest.starts(with: text.utf8) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}
