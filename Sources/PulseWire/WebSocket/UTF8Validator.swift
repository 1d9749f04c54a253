/// Checks that bytes are UTF-8, in pieces of any size, and fails at the first byte that cannot be
/// part of it (Unicode 15, table 3-7; RFC 3629).
package struct UTF8Validator: Sendable {
    /// Continuation bytes that the scalar in progress still needs.
    private var missing: UInt8 = 0

    /// The bounds of the next continuation byte; only the first one of a scalar narrows them.
    private var low: UInt8 = 0x80
    private var high: UInt8 = 0xBF

    /// Makes a validator at the beginning of a text.
    package init() {}

    /// Whether the text may end here.
    package var isComplete: Bool { missing == 0 }

    /// Takes the next bytes; `false` once the text is not UTF-8, after which no call makes sense.
    package mutating func update(_ bytes: RawSpan) -> Bool {
        var offset = 0
        while offset < bytes.byteCount {
            if missing == 0 {
                offset = bytes.skipASCII(from: offset)
                guard offset < bytes.byteCount else { return true }
            }
            guard take(bytes.byte(at: offset)) else { return false }
            offset += 1
        }
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard missing == 0 else {
            guard byte >= low, byte <= high else { return false }
            missing -= 1
            (low, high) = (0x80, 0xBF)
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, low) = (2, 0xA0)  // shorter forms exist below
        case 0xED: (missing, high) = (2, 0x9F)  // surrogates lie above
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, low) = (3, 0x90)  // shorter forms exist below
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, high) = (3, 0x8F)  // beyond U+10FFFF
        default: return false
        }
        return true
    }
}

extension RawSpan {
    /// The first offset from `start` on of a byte that is not ASCII, or the end.
    func skipASCII(from start: Int) -> Int {
        var offset = start
        // Every bit pattern is a valid integer, and the load is bounds-checked.
        while offset + 8 <= byteCount,
            unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
                & 0x8080_8080_8080_8080 == 0
        {
            offset += 8
        }
        while offset < byteCount, byte(at: offset) < 0x80 { offset += 1 }
        return offset
    }
}
