/// `permessage-deflate` (RFC 7692) in the one form that the product speaks: every message is
/// compressed for itself, with a window of 32 KiB, so that one compressed frame serves all clients.
package enum WebSocketDeflate {
    /// Messages up to here stay as they are: they would become hardly shorter, and fit one packet.
    package static let payloadBytesMin = 1024

    /// What a client of ours offers, and what a server answers to an offer that names no window.
    static let offer: StaticString =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    /// An offer that names the window wants it named in the answer (section 7.1.2.1).
    private static let answerWithWindow: StaticString = """
        permessage-deflate; server_no_context_takeover; client_no_context_takeover; \
        server_max_window_bits=15
        """

    /// The value of `Sec-WebSocket-Extensions` in the answer, or `nil` where the client offers
    /// nothing that can be accepted.
    ///
    /// Offers are tried in their order. One with a smaller window is passed over, since the shared
    /// frames do not keep to it; one that is malformed is passed over too (section 7).
    package static func answer(
        to request: borrowing HTTPRequestDecoder,
        in bytes: RawSpan
    ) -> StaticString? {
        for index in 0..<request.headerCount("sec-websocket-extensions", in: bytes) {
            let line = request.header("sec-websocket-extensions", occurrence: index, in: bytes)
            guard let line else { break }
            var items = FieldListItems(line)
            while let item = items.next(in: bytes) {
                guard let offered = DeflateParameters(item, in: bytes) else { continue }
                switch offered.serverWindowBits {
                case nil: return offer
                case 15: return answerWithWindow
                default: continue
                }
            }
        }
        return nil
    }

    /// Whether a server's answer to our offer accepts it: with frames that each stand alone.
    static func isAccepted(by value: Range<Int>, in bytes: RawSpan) -> Bool {
        var items = FieldListItems(value)
        guard let item = items.next(in: bytes), items.next(in: bytes) == nil,
            let answer = DeflateParameters(item, in: bytes)
        else { return false }
        // A window for us is to be had only by who offers one.
        return answer.hasServerNoContext && !answer.hasClientWindow
    }
}

/// What one `permessage-deflate` of `Sec-WebSocket-Extensions` says; each parameter once.
private struct DeflateParameters {
    private(set) var hasServerNoContext = false
    private var hasClientNoContext = false
    private(set) var serverWindowBits: Int?
    private(set) var hasClientWindow = false

    /// Reads `permessage-deflate *( ";" name [ "=" value ] )`; `nil` for anything else.
    init?(_ item: Range<Int>, in bytes: RawSpan) {
        var rest: Range<Int>? = item
        guard let name = DeflateParameters.next(&rest, in: bytes),
            bytes.equalsIgnoringCase("permessage-deflate", in: name)
        else { return nil }
        while let parameter = DeflateParameters.next(&rest, in: bytes) {
            guard take(parameter, in: bytes) else { return nil }
        }
    }

    /// The part up to the next semicolon, without the white space around it.
    private static func next(_ rest: inout Range<Int>?, in bytes: RawSpan) -> Range<Int>? {
        guard let range = rest else { return nil }
        let semicolon = bytes.firstIndex(of: ASCII.semicolon, in: range)
        rest = semicolon.map { $0 + 1..<range.upperBound }
        return bytes.trimmed(range.lowerBound..<(semicolon ?? range.upperBound))
    }

    private mutating func take(_ parameter: Range<Int>, in bytes: RawSpan) -> Bool {
        let equals = bytes.firstIndex(of: ASCII.equals, in: parameter)
        let name = bytes.trimmed(parameter.lowerBound..<(equals ?? parameter.upperBound))
        let value = equals.map { bytes.trimmed($0 + 1..<parameter.upperBound) }
        if bytes.equalsIgnoringCase("server_no_context_takeover", in: name) {
            defer { hasServerNoContext = true }
            return value == nil && !hasServerNoContext
        }
        if bytes.equalsIgnoringCase("client_no_context_takeover", in: name) {
            defer { hasClientNoContext = true }
            return value == nil && !hasClientNoContext
        }
        if bytes.equalsIgnoringCase("server_max_window_bits", in: name) {
            guard serverWindowBits == nil, let value else { return false }
            serverWindowBits = DeflateParameters.windowBits(value, in: bytes)
            return serverWindowBits != nil
        }
        if bytes.equalsIgnoringCase("client_max_window_bits", in: name) {
            defer { hasClientWindow = true }
            let isValid = value.map { DeflateParameters.windowBits($0, in: bytes) != nil } ?? true
            return isValid && !hasClientWindow
        }
        return false
    }

    /// 8 to 15 without leading zeros, in quotes or not (section 7.1.2).
    private static func windowBits(_ value: Range<Int>, in bytes: RawSpan) -> Int? {
        var value = value
        if value.count >= 2, bytes.byte(at: value.lowerBound) == ASCII.quote,
            bytes.byte(at: value.upperBound - 1) == ASCII.quote
        {
            value = value.lowerBound + 1..<value.upperBound - 1
        }
        guard (1...2).contains(value.count) else { return nil }
        var bits = 0
        for offset in value {
            guard let digit = ASCII.decimal(bytes.byte(at: offset)),
                digit > 0 || offset > value.lowerBound
            else { return nil }
            bits = bits * 10 + Int(digit)
        }
        return (8...15).contains(bits) ? bits : nil
    }
}
