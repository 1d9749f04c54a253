extension HTTPRequestDecoder {
    /// Takes `method SP target SP HTTP/d.d` apart (RFC 9112 section 3).
    mutating func takeRequestLine(_ line: Range<Int>, in bytes: RawSpan) throws(HTTPError) {
        var methodEnd = line.lowerBound
        while methodEnd < line.upperBound, ByteSet.token.contains(bytes.byte(at: methodEnd)) {
            methodEnd += 1
        }
        guard
            methodEnd > line.lowerBound, methodEnd < line.upperBound,
            bytes.byte(at: methodEnd) == ASCII.space
        else { throw .malformedRequestLine }
        let targetStart = methodEnd + 1
        guard
            let targetEnd = bytes.firstIndex(of: ASCII.space, in: targetStart..<line.upperBound),
            targetEnd > targetStart
        else { throw .malformedRequestLine }
        let major = try takeVersion(targetEnd + 1..<line.upperBound, in: bytes)
        guard let method = HTTPMethod(bytes, line.lowerBound..<methodEnd) else {
            throw .unsupportedMethod
        }
        guard major == 1 else { throw .unsupportedVersion }
        self.method = method
        storedTarget = try HTTPTarget(bytes, targetStart..<targetEnd, method: method)
    }

    /// Reads `HTTP/d.d` (RFC 9112 section 2.3) and returns the major version.
    private mutating func takeVersion(
        _ range: Range<Int>,
        in bytes: RawSpan
    ) throws(HTTPError) -> UInt8 {
        let start = range.lowerBound
        guard
            range.count == 8, bytes.equals("HTTP/", in: start..<start + 5),
            let major = ASCII.decimal(bytes.byte(at: start + 5)),
            bytes.byte(at: start + 6) == ASCII.dot,
            let minor = ASCII.decimal(bytes.byte(at: start + 7))
        else { throw .malformedRequestLine }
        version = minor == 0 ? .http10 : .http11
        return major
    }
}

extension HTTPRequestDecoder.Field {
    /// Splits `name ":" OWS value OWS` (RFC 9112 section 5); folded lines are refused.
    init(_ bytes: RawSpan, _ line: Range<Int>) throws(HTTPError) {
        var nameEnd = line.lowerBound
        while nameEnd < line.upperBound, ByteSet.token.contains(bytes.byte(at: nameEnd)) {
            nameEnd += 1
        }
        guard
            nameEnd > line.lowerBound, nameEnd < line.upperBound,
            bytes.byte(at: nameEnd) == ASCII.colon
        else { throw .malformedField }
        name = HeadRange(line.lowerBound..<nameEnd)
        value = HeadRange(bytes.trimmed(nameEnd + 1..<line.upperBound))
    }
}

extension RawSpan {
    /// The first offset within the bounds of a byte that no header value may hold, or `end`.
    func skipText(from start: Int, to end: Int) -> Int {
        var offset = start
        while offset < end {
            while offset + 8 <= end, isPlainText(at: offset) { offset += 8 }
            guard offset < end, ASCII.isText(byte(at: offset)) else { break }
            offset += 1
        }
        return offset
    }

    /// Whether eight bytes are surely neither below the space nor DEL.
    ///
    /// Subtracting carries from byte to byte, so a wrong "no" is possible and a wrong "yes" is not:
    /// the bytes are then looked at one by one.
    @inline(__always)
    private func isPlainText(at offset: Int) -> Bool {
        // Every bit pattern is a valid integer, and the load is bounds-checked.
        let word = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let belowSpace = (word &- 0x2020_2020_2020_2020) & ~word
        let difference = word ^ 0x7F7F_7F7F_7F7F_7F7F
        let isDelete = (difference &- 0x0101_0101_0101_0101) & ~difference
        return (belowSpace | isDelete) & 0x8080_8080_8080_8080 == 0
    }
}
