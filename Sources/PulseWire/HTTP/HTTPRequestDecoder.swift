/// Decodes the heads of one connection's requests, strictly as RFC 9112 asks.
///
/// The caller keeps all unconsumed bytes and calls `decodeHead(_:)` each time there are more; what
/// has been looked at is not looked at again. All ranges index the span of that call, so they hold
/// for as long as the head stays where it is, relative to its first byte. The struct allocates one
/// table for the fields at the first header line and keeps it.
package struct HTTPRequestDecoder: ~Copyable {
    /// One header line, in eight bytes.
    struct Field {
        let name: HeadRange
        let value: HeadRange
    }

    /// What the next line is taken for.
    enum Phase: UInt8 {
        case requestLine
        case fields
        case complete
    }

    private let limits: HTTPLimits

    private var phase = Phase.requestLine

    /// Whether the empty line that may stand before a request line (RFC 9112 section 2.2) was seen.
    private var ignoredEmptyLine = false

    /// The error that ended this connection's decoding.
    private var failure: HTTPError?

    /// Where the line that is not complete yet begins.
    private var lineStart = 0

    /// The first byte that has not been looked at.
    private var scanned = 0

    var fields: [Field] = []

    /// The method.
    package internal(set) var method = HTTPMethod.get

    /// The version; a minor version above 1 counts as 1.1 (RFC 9110 section 2.5).
    package internal(set) var version = HTTPVersion.http11

    /// The target, split.
    package var target: HTTPTarget {
        guard let storedTarget else {
            preconditionFailure("the target was asked for before the head was complete")
        }
        return storedTarget
    }

    var storedTarget: HTTPTarget?

    var storedHost: HeadRange?

    /// How the body that follows the head is delimited.
    package internal(set) var bodyFraming = HTTPBodyFraming.none

    /// Whether the client wants the connection to stay open after the answer.
    package internal(set) var keepAlive = false

    /// Whether the client waits for `100 Continue` before it sends the body.
    package internal(set) var expectsContinue = false

    /// Makes a decoder that waits for the first request of a connection.
    package init(limits: HTTPLimits = .standard) {
        self.limits = limits
    }

    /// The host that the request is for, with its port: the target's own or else the `Host` header;
    /// `nil` only with HTTP/1.0.
    package var host: Range<Int>? { storedTarget?.authority ?? storedHost?.range }

    /// The number of header lines.
    package var fieldCount: Int { fields.count }

    /// Looks at the bytes that came since the last call; `bytes` begins at the head's first byte.
    ///
    /// Returns `nil` while the head is incomplete, and then the number of bytes that it takes, with
    /// its closing empty line. An error ends the connection; it is thrown again by later calls.
    @inline(never)
    package mutating func decodeHead(_ bytes: RawSpan) throws(HTTPError) -> Int? {
        if let failure { throw failure }
        precondition(phase != .complete, "reset() was forgotten between two requests")
        precondition(bytes.byteCount >= scanned, "bytes of an unfinished head were taken away")
        do throws(HTTPError) {
            while phase != .complete {
                guard let line = try nextLine(in: bytes) else { return nil }
                try take(line, in: bytes)
            }
            return lineStart
        } catch {
            failure = error
            throw error
        }
    }

    /// Makes ready for the next request, whose first byte becomes offset 0.
    package mutating func reset() {
        precondition(failure == nil, "a connection was used on after a malformed request")
        phase = .requestLine
        ignoredEmptyLine = false
        lineStart = 0
        scanned = 0
        storedTarget = nil
        storedHost = nil
        bodyFraming = .none
        keepAlive = false
        expectsContinue = false
        fields.removeAll(keepingCapacity: true)
    }

    /// The next whole line without its CRLF, or `nil` when its end has not come yet.
    ///
    /// The line is checked for control characters here, so that a client that speaks another
    /// protocol is refused at its first bytes.
    private mutating func nextLine(in bytes: RawSpan) throws(HTTPError) -> Range<Int>? {
        let limit = lineLimit
        let end = min(bytes.byteCount, limit)
        // A method begins with a letter or sign of RFC 9110 section 5.6.2: nothing that begins
        // otherwise becomes a request line, however much of it follows.
        if phase == .requestLine, scanned == lineStart, scanned < end,
            ASCII.isText(bytes.byte(at: scanned)), !ByteSet.token.contains(bytes.byte(at: scanned))
        {
            throw .malformedRequestLine
        }
        while scanned < end {
            scanned = bytes.skipText(from: scanned, to: end)
            guard scanned < end else { break }
            guard bytes.byte(at: scanned) == ASCII.carriageReturn else { throw .controlCharacter }
            guard scanned + 1 < end else { break }
            guard bytes.byte(at: scanned + 1) == ASCII.lineFeed else { throw .controlCharacter }
            let line = lineStart..<scanned
            scanned += 2
            lineStart = scanned
            return line
        }
        guard bytes.byteCount < limit else {
            throw phase == .requestLine ? .requestLineTooLong : .headTooLarge
        }
        return nil
    }

    /// Where the current line must have ended, its CRLF included.
    private var lineLimit: Int {
        phase == .requestLine
            ? min(lineStart + limits.requestLineBytesMax + 2, limits.headBytesMax)
            : limits.headBytesMax
    }

    private mutating func take(_ line: Range<Int>, in bytes: RawSpan) throws(HTTPError) {
        switch phase {
        case .requestLine:
            if line.isEmpty, !ignoredEmptyLine {
                ignoredEmptyLine = true
            } else {
                try takeRequestLine(line, in: bytes)
                phase = .fields
            }
        case .fields:
            if line.isEmpty {
                try interpretFields(in: bytes)
                phase = .complete
            } else {
                guard fields.count < limits.fieldsMax else { throw .headTooLarge }
                if fields.capacity == 0 { fields.reserveCapacity(limits.fieldsMax) }
                fields.append(try Field(bytes, line))
            }
        case .complete:
            preconditionFailure("a line was taken after the head had ended")
        }
    }
}

/// The versions that are spoken.
package enum HTTPVersion: UInt8, Sendable {
    case http10
    case http11
}

/// How the end of a body is known (RFC 9112 section 6.3).
package enum HTTPBodyFraming: Equatable, Sendable {
    /// No body follows the head.
    case none
    /// Exactly this many bytes follow.
    case length(Int)
    /// Chunks follow.
    case chunked
}
