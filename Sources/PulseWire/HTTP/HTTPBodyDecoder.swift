/// Finds the bytes of one request's body, chunked or of known length (RFC 9112 sections 6 and 7).
///
/// Feed it what follows the head, in pieces of any size, until `isDone`. It keeps no bytes: each
/// step tells which of the given ones belong to the body.
package struct HTTPBodyDecoder {
    /// What one step found.
    package struct Step: Equatable, Sendable {
        /// How many of the given bytes are dealt with, the body's own included.
        package let consumed: Int

        /// The bytes of the body within the given span; often empty.
        package let body: Range<Int>
    }

    /// The most bytes that all chunk extensions of one body may take.
    ///
    /// Nobody sends any; without a bound they would be a stream that no body limit counts.
    package static let extensionBytesMax = 1024

    /// The most bytes of trailers, which are read and dropped.
    package static let trailerBytesMax = 4096

    private let bytesMax: Int
    private var state: State
    private var failure: HTTPError?

    /// Digits of the current size line; a size of 16 hexadecimal digits fills 64 bits.
    private var sizeDigits: UInt8 = 0

    private var extensionBytes = 0
    private var trailerBytes = 0

    /// Bytes of the body, or of the current chunk, still to come.
    private var remaining = 0

    /// The number of body bytes announced so far: by the length, or by the chunks' sizes.
    package private(set) var announcedBytes = 0

    /// Whether the body, its trailers included, has ended.
    package var isDone: Bool { state == .done }

    /// Begins a body of at most `bytesMax` decoded bytes.
    ///
    /// A longer announced length is refused here, before any of it is read.
    package init(_ framing: HTTPBodyFraming, bytesMax: Int) throws(HTTPError) {
        precondition(bytesMax >= 0 && bytesMax <= Int.max >> 8, "a body's limit is out of range")
        self.bytesMax = bytesMax
        switch framing {
        case .none, .length(0):
            state = .done
        case .length(let length):
            guard length <= bytesMax else { throw .bodyTooLarge }
            state = .plain
            remaining = length
            announcedBytes = length
        case .chunked:
            state = .size
        }
    }

    /// Takes bytes up to the end of the next piece of body; returns with fewer than all of them
    /// only behind such a piece or when the body has ended.
    package mutating func step(_ bytes: RawSpan) throws(HTTPError) -> Step {
        if let failure { throw failure }
        do throws(HTTPError) {
            return try advance(bytes)
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func advance(_ bytes: RawSpan) throws(HTTPError) -> Step {
        var offset = 0
        while offset < bytes.byteCount, state != .done {
            if state == .plain || state == .data {
                let piece = offset..<offset + min(remaining, bytes.byteCount - offset)
                remaining -= piece.count
                if remaining == 0 { state = state == .plain ? .done : .dataEnd }
                return Step(consumed: piece.upperBound, body: piece)
            }
            try take(bytes.byte(at: offset))
            offset += 1
        }
        return Step(consumed: offset, body: offset..<offset)
    }
}

extension HTTPBodyDecoder {
    /// What the next byte is.
    private enum State: UInt8 {
        case plain
        case size
        case sizePadding
        case chunkExtension
        case sizeLineFeed
        case data
        case dataEnd
        case dataLineFeed
        case trailerStart
        case trailerName
        case trailerValue
        case trailerLineFeed
        case lastLineFeed
        case done
    }

    /// Takes one byte of chunked framing.
    private mutating func take(_ byte: UInt8) throws(HTTPError) {
        switch state {
        case .size: try takeSize(byte)
        case .sizePadding, .chunkExtension: try takeExtension(byte)
        case .sizeLineFeed:
            state = remaining == 0 ? .trailerStart : .data
            sizeDigits = 0
            try expect(ASCII.lineFeed, byte)
        case .dataEnd:
            state = .dataLineFeed
            try expect(ASCII.carriageReturn, byte)
        case .dataLineFeed:
            state = .size
            try expect(ASCII.lineFeed, byte)
        case .trailerStart, .trailerName, .trailerValue: try takeTrailer(byte)
        case .trailerLineFeed:
            state = .trailerStart
            try expect(ASCII.lineFeed, byte)
        case .lastLineFeed:
            state = .done
            try expect(ASCII.lineFeed, byte)
        case .plain, .data, .done:
            preconditionFailure("a byte of the body was taken for framing")
        }
    }

    private func expect(_ wanted: UInt8, _ byte: UInt8) throws(HTTPError) {
        guard byte == wanted else { throw .badChunk }
    }

    private mutating func takeSize(_ byte: UInt8) throws(HTTPError) {
        if let digit = ASCII.hexadecimal(byte) {
            sizeDigits += 1
            guard sizeDigits <= 16 else { throw .badChunk }
            // No overflow: `remaining` is at most `bytesMax`, which leaves eight bits free.
            remaining = remaining << 4 | Int(digit)
            guard remaining <= bytesMax - announcedBytes else { throw .bodyTooLarge }
            return
        }
        guard sizeDigits > 0 else { throw .badChunk }
        announcedBytes += remaining
        switch byte {
        case ASCII.carriageReturn: state = .sizeLineFeed
        case ASCII.semicolon: state = .chunkExtension
        case ASCII.space, ASCII.tab: state = .sizePadding
        default: throw .badChunk
        }
    }

    /// Passes over `BWS ";" …`; white space that no semicolon follows is refused, because peers
    /// disagree about it.
    private mutating func takeExtension(_ byte: UInt8) throws(HTTPError) {
        extensionBytes += 1
        guard extensionBytes <= HTTPBodyDecoder.extensionBytesMax else {
            throw .chunkExtensionsTooLong
        }
        if state == .sizePadding {
            if byte == ASCII.semicolon { state = .chunkExtension }
            guard byte == ASCII.semicolon || ASCII.isBlank(byte) else { throw .badChunk }
        } else if byte == ASCII.carriageReturn {
            state = .sizeLineFeed
        } else {
            guard ASCII.isText(byte) else { throw .badChunk }
        }
    }

    /// Passes over trailer fields; they are checked like header fields and never used.
    private mutating func takeTrailer(_ byte: UInt8) throws(HTTPError) {
        trailerBytes += 1
        guard trailerBytes <= HTTPBodyDecoder.trailerBytesMax else { throw .trailersTooLarge }
        switch state {
        case .trailerStart where byte == ASCII.carriageReturn: state = .lastLineFeed
        case .trailerStart where ByteSet.token.contains(byte): state = .trailerName
        case .trailerName where byte == ASCII.colon: state = .trailerValue
        case .trailerName where ByteSet.token.contains(byte): break
        case .trailerValue where byte == ASCII.carriageReturn: state = .trailerLineFeed
        case .trailerValue where ASCII.isText(byte): break
        default: throw .malformedField
        }
    }
}
