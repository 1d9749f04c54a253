import CScan
import Glibc

// The loops that look at every byte of a head: bounds are checked once for the whole range, and the
// loads within it are not checked again.
extension RawSpan {
    /// The first place within the range of a byte that is no token's (RFC 9110 section 5.6.2), or
    /// the range's end.
    @inline(__always)
    func skipToken(in range: Range<Int>) -> Int {
        guard !range.isEmpty else { return range.lowerBound }
        check(range)
        // A line is followed by others, mostly, so that whole blocks can be looked at.
        let start = range.lowerBound
        let most = byteCount - start
        let known = unsafe withAddress(of: start) { unsafe cscan_find_no_name($0, most) }
        return skip(.token, in: min(start + known, range.upperBound)..<range.upperBound)
    }

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
        guard !range.isEmpty else { return nil }
        check(range)
        return unsafe withAddress(of: range.lowerBound) { start in
            guard let found = unsafe memchr(start, Int32(byte), range.count) else { return nil }
            return unsafe range.lowerBound + (found - UnsafeMutableRawPointer(mutating: start))
        }
    }

    /// Whether the bytes at `range` are exactly `text`.
    package func equals(_ text: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        if range.isEmpty { return true }
        check(range)
        return unsafe withAddress(of: range.lowerBound) {
            unsafe memcmp($0, text.utf8Start, range.count) == 0
        }
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
    @inline(__always)
    func skipText(from start: Int, to end: Int) -> Int {
        guard start < end else { return start }
        check(start..<end)
        return unsafe start + withAddress(of: start) { unsafe cscan_find_control($0, end - start) }
    }

    /// What `body` makes of the address of a byte, which lies within a range that was checked.
    @inline(__always)
    private func withAddress<R>(of offset: Int, _ body: (UnsafePointer<UInt8>) -> R) -> R {
        unsafe withUnsafeBytes { bytes in
            guard let first = bytes.baseAddress else {
                preconditionFailure("there is no byte to look at")
            }
            return unsafe body((first + offset).assumingMemoryBound(to: UInt8.self))
        }
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
