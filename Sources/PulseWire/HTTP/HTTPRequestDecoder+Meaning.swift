extension HTTPRequestDecoder {
    /// Draws framing, host and persistence from the fields, once all are there.
    mutating func interpretFields(in bytes: RawSpan) throws(HTTPError) {
        var found = MessageFields()
        for field in fields {
            try found.take(name: field.name.range, value: field.value.range, in: bytes)
        }
        try checkHost(found)
        try takeFraming(found)
        keepAlive = !found.hasClose && (version == .http11 || found.hasKeepAlive)
        // A server must ignore the expectation of a 1.0 client (RFC 9110 section 10.1.1).
        expectsContinue = found.hasExpectation && version == .http11 && bodyFraming != .none
    }

    /// HTTP/1.1 needs exactly one `Host`, HTTP/1.0 at most one (RFC 9112 section 3.2).
    private mutating func checkHost(_ found: MessageFields) throws(HTTPError) {
        guard found.hostCount == 1 || (found.hostCount == 0 && version == .http10) else {
            throw .badHost
        }
        storedHost = found.host
    }

    private mutating func takeFraming(_ found: MessageFields) throws(HTTPError) {
        guard found.isChunked else {
            bodyFraming = found.contentLength.map { .length($0) } ?? .none
            return
        }
        guard found.contentLength == nil else { throw .conflictingFraming }
        // RFC 9112 section 6.1: the framing of such a 1.0 message must be taken for faulty.
        guard version == .http11 else { throw .badTransferEncoding }
        bodyFraming = .chunked
    }
}

/// What the fields that steer one message said.
struct MessageFields {
    var hostCount = 0
    var host: HeadRange?
    var contentLength: Int?
    var isChunked = false
    var hasClose = false
    var hasKeepAlive = false
    var hasExpectation = false

    mutating func take(
        name: Range<Int>,
        value: Range<Int>,
        in bytes: RawSpan
    ) throws(HTTPError) {
        // The length tells most fields apart, so a name is compared at most once.
        switch name.count {
        case 4 where bytes.equalsIgnoringCase("host", in: name):
            guard HTTPAuthority.isValid(bytes, value) else { throw .badHost }
            hostCount += 1
            host = HeadRange(value)
        case 6 where bytes.equalsIgnoringCase("expect", in: name):
            guard bytes.equalsIgnoringCase("100-continue", in: value) else {
                throw .unsupportedExpectation
            }
            hasExpectation = true
        case 10 where bytes.equalsIgnoringCase("connection", in: name):
            hasClose = hasClose || bytes.listContains("close", in: value)
            hasKeepAlive = hasKeepAlive || bytes.listContains("keep-alive", in: value)
        case 14 where bytes.equalsIgnoringCase("content-length", in: name):
            guard contentLength == nil else { throw .badContentLength }
            contentLength = try length(value, in: bytes)
        case 17 where bytes.equalsIgnoringCase("transfer-encoding", in: name):
            guard !isChunked else { throw .badTransferEncoding }
            try checkCodings(value, in: bytes)
            isChunked = true
        default: break
        }
    }

    /// Reads `1*DIGIT`; a number that no body could have is one that no route allows.
    private func length(_ range: Range<Int>, in bytes: RawSpan) throws(HTTPError) -> Int {
        guard !range.isEmpty else { throw .badContentLength }
        var length = 0
        var isOverflowing = false
        for offset in range {
            guard let digit = ASCII.decimal(bytes.byte(at: offset)) else {
                throw .badContentLength
            }
            let (tenfold, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int(digit))
            isOverflowing = isOverflowing || overflow || carry
            length = sum
        }
        guard !isOverflowing else { throw .bodyTooLarge }
        return length
    }

    /// `chunked` must be there once and last (RFC 9112 section 6.3: 400), and alone, because no
    /// other coding is understood (section 6.1: 501).
    private func checkCodings(_ range: Range<Int>, in bytes: RawSpan) throws(HTTPError) {
        var codings = FieldListItems(range)
        var count = 0
        var chunkedCount = 0
        var isChunkedLast = false
        while let coding = codings.next(in: bytes) {
            count += 1
            isChunkedLast = bytes.equalsIgnoringCase("chunked", in: coding)
            chunkedCount += isChunkedLast ? 1 : 0
        }
        guard isChunkedLast, chunkedCount == 1 else { throw .badTransferEncoding }
        guard count == 1 else { throw .unsupportedTransferEncoding }
    }
}
