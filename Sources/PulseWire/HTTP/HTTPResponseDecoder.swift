/// Why what a server answers cannot be understood; its connection is then of no use.
package enum HTTPResponseError: Error, Equatable, Sendable {
    /// The first line is not `HTTP/d.d SP ddd` (RFC 9112 section 4).
    case malformedStatusLine
    /// A major version of HTTP other than 1.
    case unsupportedVersion
    /// The head passed `HTTPLimits.headBytesMax` or `HTTPLimits.fieldsMax`.
    case headTooLarge
    /// A header line is against the rules, for this reason.
    case badField(HTTPError)

    /// The reason in words.
    package var reason: String {
        switch self {
        case .malformedStatusLine: "the answer does not begin like HTTP"
        case .unsupportedVersion: "the answer is in another version than HTTP/1"
        case .headTooLarge: "the head of the answer is too large"
        case .badField(let error): "\(error.reason)"
        }
    }
}

/// Decodes the head of one answer, strictly as RFC 9112 asks; for clients.
///
/// The caller keeps all bytes and calls `decodeHead(_:)` each time there are more. All ranges index
/// the span of that call.
package struct HTTPResponseDecoder: ~Copyable {
    private let limits: HTTPLimits
    private var lineStart = 0
    private var scanned = 0
    private var fields: [HTTPRequestDecoder.Field] = []
    private var failure: HTTPResponseError?

    /// The status code, three digits; 0 until its line has come.
    package private(set) var status: UInt16 = 0

    /// How the body is delimited; `nil` by the end of the connection.
    ///
    /// It holds for an answer to anything but HEAD.
    package private(set) var bodyFraming: HTTPBodyFraming?

    /// Makes a decoder for one answer.
    package init(limits: HTTPLimits = .standard) {
        self.limits = limits
    }

    /// Looks at the bytes that came since the last call; `bytes` begins at the answer's first.
    ///
    /// Returns `nil` while the head is incomplete, and then the number of bytes that it takes. An
    /// error is thrown again by later calls.
    package mutating func decodeHead(_ bytes: RawSpan) throws(HTTPResponseError) -> Int? {
        if let failure { throw failure }
        precondition(bytes.byteCount >= scanned, "bytes of an unfinished head were taken away")
        do throws(HTTPResponseError) {
            while let line = try nextLine(in: bytes) {
                if status == 0 {
                    try takeStatusLine(line, in: bytes)
                } else if line.isEmpty {
                    try interpretFields(in: bytes)
                    return lineStart
                } else {
                    try takeField(line, in: bytes)
                }
            }
            return nil
        } catch {
            failure = error
            throw error
        }
    }

    /// The value of the only header line of this name; `nil` where there is none, or more.
    package func header(_ name: StaticString, in bytes: RawSpan) -> Range<Int>? {
        var found: Range<Int>?
        for field in fields where bytes.equalsIgnoringCase(name, in: field.name.range) {
            if found != nil { return nil }
            found = field.value.range
        }
        return found
    }

    /// Whether there is a header line of this name.
    package func hasHeader(_ name: StaticString, in bytes: RawSpan) -> Bool {
        for field in fields where bytes.equalsIgnoringCase(name, in: field.name.range) {
            return true
        }
        return false
    }

    /// Whether a comma-separated header names `token` in any of its lines, in either case.
    package func headerList(
        _ name: StaticString,
        contains token: StaticString,
        in bytes: RawSpan
    ) -> Bool {
        for field in fields where bytes.equalsIgnoringCase(name, in: field.name.range) {
            if bytes.listContains(token, in: field.value.range) { return true }
        }
        return false
    }

    /// The next whole line without its CRLF, or `nil` when its end has not come yet.
    private mutating func nextLine(in bytes: RawSpan) throws(HTTPResponseError) -> Range<Int>? {
        let end = min(bytes.byteCount, limits.headBytesMax)
        scanned = bytes.skipText(from: scanned, to: end)
        // What speaks another protocol is told at its first bytes.
        if status == 0, lineStart == 0, !bytes.begins("HTTP/") { throw .malformedStatusLine }
        if scanned + 1 < end {
            guard bytes.equals("\r\n", in: scanned..<scanned + 2) else {
                throw .badField(.controlCharacter)
            }
            let line = lineStart..<scanned
            scanned += 2
            lineStart = scanned
            return line
        }
        if scanned < end, bytes.byte(at: scanned) != ASCII.carriageReturn {
            throw .badField(.controlCharacter)
        }
        guard bytes.byteCount < limits.headBytesMax else { throw .headTooLarge }
        return nil
    }

    /// Reads `HTTP/d.d SP ddd [SP reason]`.
    private mutating func takeStatusLine(
        _ line: Range<Int>,
        in bytes: RawSpan
    ) throws(HTTPResponseError) {
        guard line.count >= 12,
            let major = ASCII.decimal(bytes.byte(at: 5)), bytes.byte(at: 6) == ASCII.dot,
            ASCII.decimal(bytes.byte(at: 7)) != nil, bytes.byte(at: 8) == ASCII.space,
            line.count == 12 || bytes.byte(at: 12) == ASCII.space
        else { throw .malformedStatusLine }
        guard major == 1 else { throw .unsupportedVersion }
        var code: UInt16 = 0
        for offset in 9..<12 {
            guard let digit = ASCII.decimal(bytes.byte(at: offset)) else {
                throw .malformedStatusLine
            }
            code = code * 10 + UInt16(digit)
        }
        guard code >= 100 else { throw .malformedStatusLine }
        status = code
    }

    private mutating func takeField(
        _ line: Range<Int>,
        in bytes: RawSpan
    ) throws(HTTPResponseError) {
        guard fields.count < limits.fieldsMax else { throw .headTooLarge }
        do throws(HTTPError) {
            fields.append(try HTTPRequestDecoder.Field(bytes, line))
        } catch {
            throw .badField(error)
        }
    }

    /// Draws the framing from the fields (RFC 9112 section 6.3).
    private mutating func interpretFields(in bytes: RawSpan) throws(HTTPResponseError) {
        if status < 200 || status == 204 || status == 304 {
            bodyFraming = HTTPBodyFraming.none
            return
        }
        var found = MessageFields()
        for field in fields {
            do throws(HTTPError) {
                try found.take(name: field.name.range, value: field.value.range, in: bytes)
            } catch {
                throw .badField(error)
            }
        }
        guard found.isChunked else {
            bodyFraming = found.contentLength.map { .length($0) }
            return
        }
        guard found.contentLength == nil else { throw .badField(.conflictingFraming) }
        bodyFraming = .chunked
    }
}

extension RawSpan {
    /// Whether the bytes, as far as they have come, begin with `text`.
    fileprivate func begins(_ text: StaticString) -> Bool {
        for offset in 0..<min(byteCount, text.utf8CodeUnitCount)
        where byte(at: offset) != text.byte(at: offset) {
            return false
        }
        return true
    }
}
