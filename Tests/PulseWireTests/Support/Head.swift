import PulseWire

/// A decoded head with its bytes, for expectations, which can hold neither spans nor decoders.
final class Head {
    private var decoder = HTTPRequestDecoder()
    private let bytes: [UInt8]

    /// What `decodeHead(_:)` returned.
    let byteCount: Int?

    init(_ bytes: [UInt8]) throws(HTTPError) {
        self.bytes = bytes
        byteCount = try unsafe decoder.decodeHead(bytes.span.bytes)
    }

    /// A GET with these further header lines.
    convenience init(fields: [String]) throws(HTTPError) {
        let lines = fields.map { $0 + "\r\n" }.joined()
        try self.init(latin1("GET / HTTP/1.1\r\nHost: h\r\n\(lines)\r\n"))
    }

    var fieldCount: Int { decoder.fieldCount }

    func header(_ name: StaticString, occurrence: Int = 0) -> String? {
        span { span in
            let range = decoder.header(name, occurrence: occurrence, in: span)
            guard let range else { return nil }
            return span.string(in: range)
        }
    }

    func count(_ name: StaticString) -> Int {
        span { decoder.headerCount(name, in: $0) }
    }

    func hasPrefix(_ prefix: StaticString) -> Bool {
        span { decoder.hasHeader(prefix: prefix, in: $0) }
    }

    func list(_ name: StaticString, contains token: StaticString) -> Bool {
        span { decoder.headerList(name, contains: token, in: $0) }
    }

    func coding(among offered: ContentCodings) -> String {
        span { decoder.contentCoding(among: offered, in: $0).map { "\($0)" } ?? "none" }
    }

    func hasCurrentVersion(tag: String) -> Bool {
        span { decoder.hasCurrentVersion(tag: tag, in: $0) }
    }

    /// The value of `Sec-WebSocket-Accept`.
    func accept() throws(WebSocketHandshakeError) -> String {
        let accept = try span { span throws(WebSocketHandshakeError) in
            try WebSocketHandshake.accept(decoder, in: span)
        }
        return String(decoding: accept.indices.map { accept[$0] }, as: UTF8.self)
    }

    /// The decoder with the bytes that it has decoded.
    func withDecoder<Result>(
        _ body: (borrowing HTTPRequestDecoder, RawSpan) -> Result
    ) -> Result {
        span { body(decoder, $0) }
    }

    /// The bytes that were decoded, for as long as the closure runs.
    private func span<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = bytes
        return try unsafe body(bytes.span.bytes)
    }
}
