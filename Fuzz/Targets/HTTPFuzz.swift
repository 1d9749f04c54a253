import PulseWire

/// Requests mean the same however they arrive, and whatever is asked of their heads.
enum HTTPFuzz {
    private static let bodyBytesMax = 1000
    private static let limits = HTTPLimits(
        requestLineBytesMax: 200,
        headBytesMax: 1000,
        fieldsMax: 10
    )

    static func run(_ input: Span<UInt8>) {
        var source = ByteSource(input)
        let cut = Int(source.next()) | Int(source.next()) << 8
        let bytes = Array(input.indices.dropFirst(2).map { input[$0] })
        let whole = events(bytes, in: [bytes.count])
        precondition(
            whole == events(bytes, in: Array(0...bytes.count)),
            "requests mean something else byte by byte"
        )
        precondition(
            whole == events(bytes, in: [min(bytes.count, cut), bytes.count]),
            "requests mean something else cut in two"
        )
        answers(bytes)
    }

    private enum Event: Equatable {
        case head(String)
        case body([UInt8])
        case failed(HTTPError)
    }

    /// What comes out when the bytes up to each of `ends` have come.
    private static func events(_ bytes: [UInt8], in ends: [Int]) -> [Event] {
        var connection = Connection()
        do throws(HTTPError) {
            for end in ends { try connection.take(bytes[connection.given..<end]) }
        } catch {
            connection.events.append(.failed(error))
        }
        return connection.events
    }

    private struct Connection: ~Copyable {
        var events: [Event] = []
        var given = 0
        private var decoder = HTTPRequestDecoder(limits: HTTPFuzz.limits)
        private var body: HTTPBodyDecoder?
        private var gathered: [UInt8] = []
        private var buffer: [UInt8] = []

        mutating func take(_ bytes: ArraySlice<UInt8>) throws(HTTPError) {
            given = bytes.endIndex
            buffer += bytes
            while try advance() {}
        }

        /// Goes on by a head or a piece of a body; `false` when more must come.
        private mutating func advance() throws(HTTPError) -> Bool {
            let bytes = buffer
            // Exactly these bytes on the heap: AddressSanitizer sees the first one behind.
            let span = unsafe bytes.span.bytes
            if var decoder = body {
                let step = try decoder.step(span)
                gathered += step.body.map { span.byte(at: $0) }
                precondition(gathered.count <= HTTPFuzz.bodyBytesMax, "a body beyond the limit")
                body = decoder
                if decoder.isDone { endBody() }
                buffer.removeFirst(step.consumed)
                return step.consumed > 0 && !buffer.isEmpty
            }
            guard let count = try decoder.decodeHead(span) else { return false }
            HTTPFuzz.ask(decoder, span.extracting(first: count))
            events.append(.head(HTTPFuzz.words(decoder, span)))
            body = try HTTPBodyDecoder(decoder.bodyFraming, bytesMax: HTTPFuzz.bodyBytesMax)
            buffer.removeFirst(count)
            if body?.isDone == true { endBody() }
            return !buffer.isEmpty
        }

        private mutating func endBody() {
            events.append(.body(gathered))
            gathered = []
            body = nil
            decoder.reset()
        }
    }

    private static func words(_ decoder: borrowing HTTPRequestDecoder, _ head: RawSpan) -> String {
        let host = decoder.host.map { head.string(in: $0) } ?? "-"
        return "\(decoder.method) \(head.string(in: decoder.target.path)) \(host) "
            + "\(decoder.bodyFraming) \(decoder.keepAlive) \(decoder.expectsContinue) "
            + "\(decoder.fieldCount)"
    }

    /// Asks a head everything that a server asks.
    private static func ask(_ decoder: borrowing HTTPRequestDecoder, _ head: RawSpan) {
        if let path = head.percentDecodedPath(decoder.target.path) {
            precondition(!path.utf8.contains(0), "a path has a NUL")
            precondition(!path.split(separator: "/").contains(".."), "a path leads up")
        }
        let all: ContentCodings = [.identity, .gzip, .br]
        if let coding = decoder.contentCoding(among: all, in: head) {
            precondition(all.contains(coding), "a coding that was not offered")
        }
        _ = decoder.hasCurrentVersion(tag: "\"abc\"", in: head)
        _ = try? WebSocketHandshake.accept(decoder, in: head)
        _ = WebSocketDeflate.answer(to: decoder, in: head)
    }

    /// The same bytes as a server's answer.
    private static func answers(_ bytes: [UInt8]) {
        var whole = HTTPResponseDecoder(limits: limits)
        let found = try? unsafe whole.decodeHead(bytes.span.bytes)
        var slow = HTTPResponseDecoder(limits: limits)
        for end in 0...bytes.count {
            let beginning = Array(bytes[..<end])
            guard let again = try? unsafe slow.decodeHead(beginning.span.bytes) else { continue }
            precondition(again == found, "an answer means something else byte by byte")
            return
        }
        precondition(found == nil, "an answer was refused byte by byte")
    }
}
