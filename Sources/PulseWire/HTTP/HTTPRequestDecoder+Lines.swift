extension HTTPRequestDecoder {
    /// Takes `method SP target SP HTTP/d.d` apart (RFC 9112 section 3).
    mutating func takeRequestLine(_ line: Range<Int>, in bytes: RawSpan) throws(HTTPError) {
        let methodEnd = bytes.skipToken(in: line)
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
        let nameEnd = bytes.skipToken(in: line)
        guard
            nameEnd > line.lowerBound, nameEnd < line.upperBound,
            bytes.byte(at: nameEnd) == ASCII.colon
        else { throw .malformedField }
        name = HeadRange(line.lowerBound..<nameEnd)
        value = HeadRange(bytes.trimmed(nameEnd + 1..<line.upperBound))
    }
}
