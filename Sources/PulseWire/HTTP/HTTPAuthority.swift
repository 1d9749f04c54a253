/// The grammar of `host [":" port]` (RFC 3986 section 3.2) in `Host` and in absolute targets.
enum HTTPAuthority {
    /// Whether the bytes at `range` name a host, with or without a port, and no user.
    static func isValid(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
        guard let hostEnd = hostEnd(bytes, range), hostEnd > range.lowerBound else { return false }
        guard hostEnd < range.upperBound else { return true }
        guard bytes.byte(at: hostEnd) == ASCII.colon else { return false }
        return isPort(bytes, hostEnd + 1..<range.upperBound)
    }

    /// Where the host ends: at the colon of the port or at the end of the range.
    private static func hostEnd(_ bytes: RawSpan, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        guard bytes.byte(at: range.lowerBound) == ASCII.openBracket else {
            return bytes.skip(.hostName, in: range)
        }
        let inside = range.lowerBound + 1..<range.upperBound
        guard let close = bytes.firstIndex(of: ASCII.closeBracket, in: inside) else { return nil }
        // The shortest IPv6 address is `::`.
        guard close - inside.lowerBound >= 2 else { return nil }
        for offset in inside.lowerBound..<close where !isAddressByte(bytes.byte(at: offset)) {
            return nil
        }
        return close + 1
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        ASCII.hexadecimal(byte) != nil || byte == ASCII.colon || byte == ASCII.dot
    }

    /// Whether the range holds a port of 0 to 65535; the grammar lets it be empty.
    private static func isPort(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
        guard range.count <= 5 else { return false }
        var port = 0
        for offset in range {
            guard let digit = ASCII.decimal(bytes.byte(at: offset)) else { return false }
            port = port * 10 + Int(digit)
        }
        return port <= 65535
    }
}
