/// A place in a text as an editor counts it, for messages about configuration files.
package struct JSONPosition: Sendable, Equatable, CustomStringConvertible {
    /// The line, from 1; lines end with a line feed.
    package let line: Int
    /// The character in its line (Unicode scalar values), from 1.
    package let column: Int

    /// Finds the place of a byte; an offset past the end counts as the end.
    package init(of offset: Int, in text: RawSpan) {
        // Any bits are a UInt8, and bytes need no alignment.
        self.init(of: offset, in: unsafe text._unsafeView(as: UInt8.self))
    }

    /// Finds the place of a byte; an offset past the end counts as the end.
    package init(of offset: Int, in text: Span<UInt8>) {
        var line = 1
        var column = 1
        for index in 0..<max(0, min(offset, text.count)) {
            let byte = text[index]
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }

    package var description: String { "line \(line), column \(column)" }
}
