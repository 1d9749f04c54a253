/// A piece of what the kernel prints under /proc and /sys: ASCII in practice, never trusted to be
/// valid UTF-8.
package typealias SourceText = ArraySlice<UInt8>

extension ArraySlice<UInt8> {
    /// The lines without their ends; empty lines are left out.
    func lines() -> [SourceText] {
        split(separator: UInt8(ascii: "\n"))
    }

    /// The words between runs of blanks.
    func fields() -> [SourceText] {
        split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    /// The text without the blanks and line ends around it.
    var trimmed: SourceText {
        guard let first = firstIndex(where: { !$0.isASCIIBlank }),
            let last = lastIndex(where: { !$0.isASCIIBlank })
        else { return [] }
        return self[first...last]
    }

    /// The text as a String; bytes that are no UTF-8 become U+FFFD.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// The whole piece as a decimal number, `nil` when it is not one or does not fit.
    var unsigned: UInt64? { UInt64(text) }

    /// The whole piece as a decimal number with an optional sign.
    var signed: Int64? { Int64(text) }

    /// The whole piece as a finite number such as `0.52`.
    var decimal: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// What stands before and after the first `separator`, or `nil` without one.
    func split(atFirst separator: Unicode.Scalar) -> (before: SourceText, after: SourceText)? {
        guard let index = firstIndex(of: UInt8(ascii: separator)) else { return nil }
        return (self[..<index], self[(index + 1)...])
    }

    func equals(_ word: String) -> Bool { elementsEqual(word.utf8) }

    func hasPrefix(_ word: String) -> Bool { starts(with: word.utf8) }
}

extension UInt8 {
    /// Space, tab and the line ends.
    fileprivate var isASCIIBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
