// The loops that look at every byte of a head: bounds are checked once for the whole range, and the
// loads within it are not checked again.
extension RawSpan {
    /// The first place within the range of a byte that is not in `set`, or the range's end.
    @inline(__always)
    func skip(_ set: ByteSet, in range: Range<Int>) -> Int {
        check(range)
        var offset = range.lowerBound
        while offset < range.upperBound, set.contains(uncheckedByte(at: offset)) { offset += 1 }
        return offset
    }

    /// The first place of `byte` within `range`.
    package func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        check(range)
        for offset in range where uncheckedByte(at: offset) == byte { return offset }
        return nil
    }

    /// Whether the bytes at `range` are exactly `text`.
    package func equals(_ text: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        check(range)
        for index in 0..<range.count
        where uncheckedByte(at: range.lowerBound + index) != text.byte(at: index) {
            return false
        }
        return true
    }

    /// Whether the bytes at `range` begin with `text`, letters of either case being equal.
    package func hasPrefixIgnoringCase(_ text: StaticString, in range: Range<Int>) -> Bool {
        guard range.count >= text.utf8CodeUnitCount else { return false }
        check(range)
        for index in 0..<text.utf8CodeUnitCount {
            let (found, wanted) = (
                uncheckedByte(at: range.lowerBound + index), text.byte(at: index)
            )
            guard found == wanted || ASCII.lowercased(found) == ASCII.lowercased(wanted) else {
                return false
            }
        }
        return true
    }

    /// The first offset within the bounds of a byte that no header value may hold, or `end`.
    func skipText(from start: Int, to end: Int) -> Int {
        guard start < end else { return start }
        check(start..<end)
        var offset = start
        while offset + 8 <= end {
            let controls = controls(at: offset)
            if controls != 0 { return offset + controls.trailingZeroBitCount / 8 }
            offset += 8
        }
        if end - start >= 8 {
            // The rest once more with what stands before it, of which nothing was found.
            let controls = controls(at: end - 8)
            return controls == 0 ? end : end - 8 + controls.trailingZeroBitCount / 8
        }
        while offset < end, ASCII.isText(uncheckedByte(at: offset)) { offset += 1 }
        return offset
    }

    /// The high bits of those of the eight bytes that are control characters and not tabs; the
    /// first byte's are the lowest.
    ///
    /// Nothing is carried from byte to byte: each sum is that of seven bits and less than 128.
    @inline(__always)
    private func controls(at offset: Int) -> UInt64 {
        // Every bit pattern is a valid integer, and the caller has checked the bounds.
        let word = UInt64(
            littleEndian: unsafe unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset,
                as: UInt64.self
            )
        )
        let highBits: UInt64 = 0x8080_8080_8080_8080
        let low = word & ~highBits
        let isPrintable = (low &+ 0x6060_6060_6060_6060) | word
        let isNotDelete = ((low ^ ~highBits) &+ ~highBits) | word
        let controls = ~(isPrintable & isNotDelete) & highBits
        if controls == 0 { return 0 }
        let isNotTab = ((low ^ 0x0909_0909_0909_0909) &+ ~highBits) | word
        return controls & isNotTab
    }

    @inline(__always)
    private func check(_ range: Range<Int>) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= byteCount,
            "a range lies outside the bytes"
        )
    }

    /// The byte at an offset that lies within a range that was checked.
    @inline(__always)
    private func uncheckedByte(at offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}
