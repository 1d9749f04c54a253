extension RawSpan {
    /// The byte at an offset, bounds-checked.
    @inline(__always)
    package func byte(at offset: Int) -> UInt8 {
        // A byte has no alignment and no invalid value, so a checked load of one is safe.
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// Whether the bytes at `range` are `text`, letters of either case being equal.
    package func equalsIgnoringCase(_ text: StaticString, in range: Range<Int>) -> Bool {
        range.count == text.utf8CodeUnitCount && hasPrefixIgnoringCase(text, in: range)
    }

    /// Whether the bytes at `range` are exactly the UTF-8 of `text`, which was made at run time.
    package func equals(text: String, in range: Range<Int>) -> Bool {
        var offset = range.lowerBound
        for unit in text.utf8 {
            guard offset < range.upperBound, byte(at: offset) == unit else { return false }
            offset += 1
        }
        return offset == range.upperBound
    }

    /// How often `byte` stands within `range`.
    package func count(of byte: UInt8, in range: Range<Int>) -> Int {
        var count = 0
        for offset in range where self.byte(at: offset) == byte { count += 1 }
        return count
    }

    /// `range` without the spaces and tabs at its ends (RFC 9110 section 5.6.3).
    package func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, ASCII.isBlank(byte(at: start)) { start += 1 }
        while start < end, ASCII.isBlank(byte(at: end - 1)) { end -= 1 }
        return start..<end
    }

    /// The bytes at `range` as text, with U+FFFD for what is not UTF-8; for messages and tables.
    package func string(in range: Range<Int>) -> String {
        unsafe extracting(range).withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

extension StaticString {
    /// The byte at an index, which the caller has compared with the count.
    @inline(__always)
    func byte(at index: Int) -> UInt8 {
        assert(index >= 0 && index < utf8CodeUnitCount, "an index lies outside a literal")
        // The literal lives as long as the program.
        return unsafe utf8Start[index]
    }
}
