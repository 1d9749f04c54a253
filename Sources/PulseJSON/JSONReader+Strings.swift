import CScan

/// Where the content of a string lies in the document, without its quotes.
struct JSONTextRange {
    var start: Int
    /// The closing quote.
    var end: Int
    var hasEscapes = false
    /// Whether no byte of it is above 0x7F.
    var isASCII = true
}

extension JSONReader {
    /// Consumes a string and returns it unescaped.
    package mutating func readString() throws(JSONError) -> String {
        let text = try stringAtCursor()
        return Self.string(of: text, in: bytes)
    }

    /// Consumes a string and returns it where it is: nothing is copied or allocated.
    @_lifetime(copy self)
    package mutating func readText() throws(JSONError) -> JSONText {
        if let text = plainText() { return shortText(text) }
        let text = try stringAtCursor()
        return unsafe JSONText(text, in: bytes, from: base)
    }

    /// Consumes a string as `readText()` does; `nil`, and nothing is consumed, where something else
    /// stands.
    @_lifetime(copy self)
    package mutating func readTextIfString() throws(JSONError) -> JSONText? {
        if let text = plainText() { return shortText(text) }
        guard try valueStart() == UInt8(ascii: "\"") else { return nil }
        let text = try stringAtCursor()
        return unsafe JSONText(text, in: bytes, from: base)
    }

    /// Consumes a string of up to 16 bytes of ASCII without escapes that begins at the cursor;
    /// consumes nothing where something else does, or the document soon ends.
    @inline(__always)
    mutating func plainText() -> JSONTextRange? {
        // A quote, 16 bytes, a quote; the first 8 of them are loaded at once.
        guard bytes.count &- cursor >= 18, unsafe base[cursor] == UInt8(ascii: "\"") else {
            return nil
        }
        let start = cursor &+ 1
        let end = unsafe start &+ cscan_plain16(base + start)
        guard unsafe base[end] == UInt8(ascii: "\"") else { return nil }
        cursor = end &+ 1
        return JSONTextRange(start: start, end: end)
    }

    /// A text of ASCII without escapes that begins 8 bytes or more before the document's end.
    @_lifetime(copy self)
    @inline(__always)
    func shortText(_ text: JSONTextRange) -> JSONText {
        let start = unsafe base + text.start
        let count = text.end &- text.start
        // As many bytes are there, whatever they are.
        let head = unsafe UnsafeRawPointer(start).loadUnaligned(as: UInt64.self)
        let word = count <= 8 ? head & Self.mask(count) : head | JSONText.longMark
        return unsafe JSONText(start, count: count, word: word, in: bytes)
    }

    /// Ones for the first `count` (0 to 8) bytes of a word.
    @inline(__always)
    private static func mask(_ count: Int) -> UInt64 {
        count == 0 ? 0 : UInt64(littleEndian: .max >> UInt64(64 &- 8 &* count))
    }

    private mutating func stringAtCursor() throws(JSONError) -> JSONTextRange {
        guard try valueStart() == UInt8(ascii: "\"") else { throw mismatch() }
        let text = try scanString()
        cursor = text.end + 1
        return text
    }

    mutating func skipString() throws(JSONError) {
        cursor = try scanString().end + 1
    }

    /// Checks the string at the cursor, where there is a quote, to its closing quote; consumes
    /// nothing.
    @inline(__always)
    func scanString() throws(JSONError) -> JSONTextRange {
        // Most are short: the quote, 16 bytes and the one behind them are within the document.
        if bytes.count - cursor > 17 {
            let plain = unsafe cscan_plain16(base + cursor + 1)
            let end = cursor &+ 1 &+ plain
            if unsafe base[end] == UInt8(ascii: "\"") {
                return JSONTextRange(start: cursor &+ 1, end: end)
            }
        }
        return try scanLongString()
    }

    @inline(never)
    private func scanLongString() throws(JSONError) -> JSONTextRange {
        var text = JSONTextRange(start: cursor + 1, end: cursor + 1)
        var index = text.start
        while true {
            index = stop(from: index)
            guard index < bytes.count else { throw .unexpectedEnd(at: index) }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                text.end = index
                return text
            case UInt8(ascii: "\\"):
                text.hasEscapes = true
                index = try endOfEscape(at: index)
            case 0x80...:
                text.isASCII = false
                index = try endOfScalar(at: index)
            default:
                throw .unexpectedByte(at: index)
            }
        }
    }

    /// The first byte from `index` on that is not plain text, or the end of the document.
    private func stop(from index: Int) -> Int {
        // Only the bytes from `index` to the end of the span are looked at.
        unsafe index + cscan_find_string_stop(base + index, bytes.count - index)
    }

    // MARK: UTF-8

    /// Checks one multi-byte sequence (RFC 3629 section 4) and returns the index behind it.
    private func endOfScalar(at start: Int) throws(JSONError) -> Int {
        let lead = bytes[start]
        var second: ClosedRange<UInt8> = 0x80...0xBF
        let length: Int
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            // No overlong forms, no surrogates.
            if lead == 0xE0 { second = 0xA0...0xBF } else if lead == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            // No overlong forms, nothing above U+10FFFF.
            if lead == 0xF0 { second = 0x90...0xBF } else if lead == 0xF4 { second = 0x80...0x8F }
        default: throw .invalidUTF8(at: start)
        }
        for index in start + 1..<start + length {
            guard index < bytes.count else { throw .unexpectedEnd(at: index) }
            guard second.contains(bytes[index]) else { throw .invalidUTF8(at: start) }
            second = 0x80...0xBF
        }
        return start + length
    }

    // MARK: Escapes

    /// Checks the escape that begins at `start`, both halves of a surrogate pair together, and
    /// returns the index behind it.
    private func endOfEscape(at start: Int) throws(JSONError) -> Int {
        guard start + 1 < bytes.count else { throw .unexpectedEnd(at: start + 1) }
        guard bytes[start + 1] == UInt8(ascii: "u") else {
            guard Self.unescaped(bytes[start + 1]) != nil else { throw .invalidEscape(at: start) }
            return start + 2
        }
        let unit = try hexUnit(of: start, at: start)
        switch unit {
        case 0xD800...0xDBFF:
            let second = start + 6
            try expect(UInt8(ascii: "\\"), at: second, of: start)
            try expect(UInt8(ascii: "u"), at: second + 1, of: start)
            guard (0xDC00...0xDFFF).contains(try hexUnit(of: start, at: second)) else {
                throw .invalidEscape(at: start)
            }
            return second + 6
        case 0xDC00...0xDFFF:
            throw .invalidEscape(at: start)
        default:
            return start + 6
        }
    }

    /// Checks a byte of the second half of a pair; errors name `start`.
    private func expect(_ byte: UInt8, at index: Int, of start: Int) throws(JSONError) {
        guard index < bytes.count else { throw .unexpectedEnd(at: index) }
        guard bytes[index] == byte else { throw .invalidEscape(at: start) }
    }

    /// The four hexadecimal digits behind the `\u` at `index`; errors name `start`.
    private func hexUnit(of start: Int, at index: Int) throws(JSONError) -> UInt32 {
        for digit in index + 2..<index + 6 {
            guard digit < bytes.count else { throw .unexpectedEnd(at: digit) }
            guard Self.hexValue(bytes[digit]) != nil else { throw .invalidEscape(at: start) }
        }
        return Self.hexUnit(in: bytes, at: index + 2)
    }
}

// MARK: Unescaping of text that `scanString` has accepted

extension JSONReader {
    /// Copies the text out of the document.
    static func string(of text: JSONTextRange, in bytes: Span<UInt8>) -> String {
        let count = text.end - text.start
        guard text.hasEscapes else {
            // The scan has seen that it is UTF-8.
            let utf8 = unsafe UTF8Span(
                unchecked: bytes.extracting(text.start..<text.end),
                isKnownASCII: text.isASCII
            )
            return String(copying: utf8)
        }
        // What an escape stands for is never longer than the escape.
        return unsafe String(unsafeUninitializedCapacity: count) { buffer in
            var written = 0
            forEachByte(of: text, in: bytes) { byte in
                unsafe buffer[written] = byte
                written += 1
                return true
            }
            return written
        }
    }

    /// Calls `body` for each byte of the unescaped text until it returns false.
    static func forEachByte(
        of text: JSONTextRange,
        in bytes: Span<UInt8>,
        _ body: (UInt8) -> Bool
    ) {
        var index = text.start
        while index < text.end {
            guard bytes[index] == UInt8(ascii: "\\") else {
                guard body(bytes[index]) else { return }
                index += 1
                continue
            }
            if let byte = unescaped(bytes[index + 1]) {
                guard body(byte) else { return }
                index += 2
                continue
            }
            let scalar = scalar(in: bytes, at: &index)
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                guard body(byte) else { return }
            }
        }
    }

    /// The character of the `\u` escape, or of the pair of them, at `index`, which is moved on.
    private static func scalar(in bytes: Span<UInt8>, at index: inout Int) -> Unicode.Scalar {
        var value = hexUnit(in: bytes, at: index + 2)
        index += 6
        if (0xD800...0xDBFF).contains(value) {
            let low = hexUnit(in: bytes, at: index + 2)
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            index += 6
        }
        guard let scalar = Unicode.Scalar(value) else {
            preconditionFailure("a lone surrogate passed the scan")
        }
        return scalar
    }

    /// What the letter behind a backslash stands for, but for `u`.
    private static func unescaped(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The value of four hexadecimal digits that are known to be such.
    private static func hexUnit(in bytes: Span<UInt8>, at index: Int) -> UInt32 {
        var unit: UInt32 = 0
        for digit in index..<index + 4 {
            unit = unit << 4 | UInt32(hexValue(bytes[digit]) ?? 0)
        }
        return unit
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
