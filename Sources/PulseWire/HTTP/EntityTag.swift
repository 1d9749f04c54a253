/// Entity tags of conditional requests (RFC 9110 sections 8.8.3 and 13.1.2).
package enum EntityTag {
    /// Whether one `If-None-Match` value covers `tag`, so that the answer is 304.
    ///
    /// `tag` is written as in an `ETag` header, quotes included. The comparison is weak: `W/` is
    /// ignored on both sides. A malformed list matches only by what stands before its fault.
    package static func list(
        _ range: Range<Int>,
        matches tag: String,
        in bytes: RawSpan
    ) -> Bool {
        let range = bytes.trimmed(range)
        if bytes.equals("*", in: range) { return true }
        let strongTag = tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag
        var offset = range.lowerBound
        while offset < range.upperBound {
            let byte = bytes.byte(at: offset)
            if ASCII.isBlank(byte) || byte == ASCII.comma {
                offset += 1
                continue
            }
            guard let opaque = opaqueTag(offset..<range.upperBound, in: bytes) else { return false }
            if bytes.equals(text: strongTag, in: opaque) { return true }
            offset = opaque.upperBound
        }
        return false
    }

    /// The quoted part of the entity tag at the beginning of the range.
    private static func opaqueTag(_ range: Range<Int>, in bytes: RawSpan) -> Range<Int>? {
        var start = range.lowerBound
        if range.count >= 2, bytes.equals("W/", in: start..<start + 2) { start += 2 }
        guard start < range.upperBound, bytes.byte(at: start) == ASCII.quote else { return nil }
        let inside = start + 1..<range.upperBound
        guard let end = bytes.firstIndex(of: ASCII.quote, in: inside) else { return nil }
        return start..<end + 1
    }
}

extension HTTPRequestDecoder {
    /// Whether the client already has the version that `tag` names, by any `If-None-Match` line.
    package func hasCurrentVersion(tag: String, in bytes: RawSpan) -> Bool {
        for index in 0..<headerCount("if-none-match", in: bytes) {
            guard let value = header("if-none-match", occurrence: index, in: bytes) else { break }
            if EntityTag.list(value, matches: tag, in: bytes) { return true }
        }
        return false
    }
}
