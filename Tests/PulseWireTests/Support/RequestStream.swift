import PulseWire
import Testing

/// Drives the HTTP decoders as a server session does and writes down what comes out.
///
///     GET /a?b=1 localhost keep
///     POST /echo localhost close length(5) hello
///     101 s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
///     400 badHost
///     more                                    (the end of something has not come)
struct RequestStream: ~Copyable {
    private var decoder = HTTPRequestDecoder()
    private var body: HTTPBodyDecoder?
    private var buffer: [UInt8] = []
    private var head = ""
    private var text: [UInt8] = []
    private var lines: [String] = []
    private var isOver = false
    private let bodyBytesMax: Int

    private init(bodyBytesMax: Int) {
        self.bodyBytesMax = bodyBytesMax
    }

    /// What comes out of `bytes` when the decoders are called at each of the byte counts.
    static func lines(
        _ bytes: [UInt8],
        arriving counts: [Int],
        bodyBytesMax: Int = 1 << 20
    ) -> [String] {
        var stream = RequestStream(bodyBytesMax: bodyBytesMax)
        var given = 0
        for count in counts {
            stream.take(bytes[given..<count])
            given = count
        }
        if !stream.isOver, stream.body != nil || !stream.buffer.isEmpty {
            stream.lines.append("more")
        }
        return stream.lines
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) {
        guard !isOver else { return }
        buffer += bytes
        do throws(HTTPError) {
            while try advance() {}
        } catch {
            lines.append("\(error.status.rawValue) \(error)")
            isOver = true
        }
    }

    /// Makes one step; `false` when more bytes are needed.
    private mutating func advance() throws(HTTPError) -> Bool {
        guard !isOver else { return false }
        guard body == nil else { return try advanceBody() }
        // A copy of the reference: the decoder may not be changed while a span borrows `self`.
        let bytes = buffer
        guard let count = try unsafe decoder.decodeHead(bytes.span.bytes) else { return false }
        #expect(count > 0 && count <= buffer.count, "a head took more than was given")
        head = describeHead()
        if unsafe decoder.header("upgrade", in: buffer.span.bytes) != nil {
            upgrade()
            return false
        }
        body = try HTTPBodyDecoder(decoder.bodyFraming, bytesMax: bodyBytesMax)
        decoder.reset()
        buffer.removeFirst(count)
        return true
    }

    private mutating func advanceBody() throws(HTTPError) -> Bool {
        guard var decoder = body else { return false }
        let step = try unsafe decoder.step(buffer.span.bytes)
        #expect(step.consumed <= buffer.count, "a body took more than was given")
        #expect(step.body.upperBound <= step.consumed && step.body.lowerBound >= 0)
        text += buffer[step.body]
        buffer.removeFirst(step.consumed)
        body = decoder
        guard decoder.isDone else {
            #expect(step.consumed > 0 || buffer.isEmpty, "a body stands still")
            return step.consumed > 0
        }
        #expect(text.count == decoder.announcedBytes)
        lines.append(text.isEmpty ? head : head + " " + String(decoding: text, as: UTF8.self))
        text = []
        body = nil
        return true
    }

    private mutating func upgrade() {
        do throws(WebSocketHandshakeError) {
            let accept = try unsafe WebSocketHandshake.accept(decoder, in: buffer.span.bytes)
            let text = accept.indices.map { Character(Unicode.Scalar(accept[$0])) }
            lines.append("101 " + String(text))
        } catch {
            lines.append("\(error.status.rawValue) \(error)")
        }
        isOver = true
    }

    private func describeHead() -> String {
        let bytes = unsafe buffer.span.bytes
        let target = decoder.target
        var words = [decoder.method.name.description]
        words.append(bytes.string(in: target.path))
        if let query = target.query { words[1] += "?" + bytes.string(in: query) }
        words.append(decoder.host.map { bytes.string(in: $0) } ?? "-")
        words.append(decoder.keepAlive ? "keep" : "close")
        if decoder.bodyFraming != .none { words.append("\(decoder.bodyFraming)") }
        if decoder.expectsContinue { words.append("expects") }
        return words.joined(separator: " ")
    }
}

/// One line of a table: what is sent and what comes out.
struct RequestCase: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    let lines: [String]

    init(_ name: String, _ text: String, _ lines: String...) {
        self.name = name
        bytes = latin1(text)
        self.lines = lines
    }

    var testDescription: String { name }

    /// Expects the same lines from every way in which the bytes can arrive.
    func check(bodyBytesMax: Int = 1 << 20) {
        for counts in arrivals(of: bytes.count) {
            let found = RequestStream.lines(bytes, arriving: counts, bodyBytesMax: bodyBytesMax)
            #expect(found == lines, "\(name), called at \(counts.prefix(2))")
            if found != lines { return }
        }
    }
}
