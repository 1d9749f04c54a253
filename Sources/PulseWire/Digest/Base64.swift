/// The base64 of RFC 4648 section 4, as far as the WebSocket handshake needs it.
enum Base64 {
    private static let alphabet: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// Encodes a SHA-1 digest: 20 bytes, 27 characters and one `=`.
    static func encode(_ digest: InlineArray<20, UInt8>) -> InlineArray<28, UInt8> {
        var text = InlineArray<28, UInt8>(repeating: ASCII.equals)
        var bits: UInt32 = 0
        var bitCount = 0
        var index = 0
        for offset in digest.indices {
            bits = bits << 8 | UInt32(digest[offset])
            bitCount += 8
            while bitCount >= 6 {
                bitCount -= 6
                text[index] = alphabet.byte(at: Int(bits >> UInt32(bitCount) & 63))
                index += 1
            }
        }
        // 160 bits leave four behind 26 whole characters.
        text[index] = alphabet.byte(at: Int(bits << 2 & 63))
        return text
    }

    /// Encodes the 16 bytes of a key: 22 characters and `==`.
    static func encode(_ key: InlineArray<16, UInt8>) -> [UInt8] {
        // Four bits behind zeros fill the last character: 22 of six bits hold 132.
        var value = (UInt128(0), UInt8(0))
        for offset in key.indices { value.0 = value.0 << 8 | UInt128(key[offset]) }
        value.1 = UInt8(truncatingIfNeeded: value.0 << 4) & 63
        let digits = (0..<21).map { alphabet.byte(at: Int(value.0 >> (122 - $0 * 6) & 63)) }
        return digits + [alphabet.byte(at: Int(value.1)), ASCII.equals, ASCII.equals]
    }

    /// Whether the bytes at `range` are the base64 of 16 bytes: 22 characters and `==`.
    static func isSixteenBytes(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
        guard range.count == 24 else { return false }
        let digits = range.lowerBound..<range.lowerBound + 22
        for offset in digits where !isDigit(bytes.byte(at: offset)) { return false }
        return bytes.equals("==", in: digits.upperBound..<range.upperBound)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        let isLetter = (byte | 0x20) &- 0x61 < 26
        return isLetter || ASCII.decimal(byte) != nil || byte == 0x2B || byte == ASCII.slash
    }
}
