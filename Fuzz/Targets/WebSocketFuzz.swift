import PulseWire

/// Frames mean the same however they arrive, masked or not, compressed or not.
enum WebSocketFuzz {
    /// Small, so that inputs of some hundred bytes come to it.
    private static let messageBytesMax = 300

    static func run(_ input: Span<UInt8>) {
        var source = ByteSource(input)
        let settings = source.next()
        let cut = Int(source.next())
        let bytes = Array(input.indices.dropFirst(2).map { input[$0] })
        let role: WebSocketRole = settings & 1 == 0 ? .server : .client
        let inflater = settings & 2 == 0 ? nil : MessageInflater()
        let whole = events(bytes, in: [bytes.count], role, inflater)
        precondition(
            whole == events(bytes, in: Array(0...bytes.count), role, inflater),
            "frames mean something else byte by byte"
        )
        let first = min(bytes.count, cut)
        precondition(
            whole == events(bytes, in: [first, bytes.count], role, inflater),
            "frames mean something else cut in two"
        )
    }

    private enum Event: Equatable {
        case event(WebSocketEvent, [UInt8])
        case failed(WebSocketError)
    }

    /// What comes out when the bytes up to each of `ends` have come.
    private static func events(
        _ bytes: [UInt8],
        in ends: [Int],
        _ role: WebSocketRole,
        _ inflater: MessageInflater?
    ) -> [Event] {
        var decoder = WebSocketDecoder(
            messageBytesMax: messageBytesMax,
            role: role,
            inflater: inflater
        )
        var events: [Event] = []
        var buffer: [UInt8] = []
        var given = 0
        do throws(WebSocketError) {
            for end in ends {
                buffer += bytes[given..<end]
                given = end
                while let event = try next(&decoder, &buffer) { events.append(event) }
                precondition(buffer.count < 14 + 125, "more is kept back than a head")
            }
        } catch {
            events.append(.failed(error))
        }
        return events
    }

    private static func next(
        _ decoder: inout WebSocketDecoder,
        _ buffer: inout [UInt8]
    ) throws(WebSocketError) -> Event? {
        // A copy of exactly this length: AddressSanitizer sees the first byte behind it.
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count, alignment: 1)
        defer { unsafe memory.deallocate() }
        unsafe memory.copyBytes(from: buffer)
        let step = try unsafe decoder.next(memory)
        precondition(step.consumed <= buffer.count, "a decoder took more than was given")
        buffer = unsafe Array(memory[step.consumed...])
        guard let event = step.event else { return nil }
        let payload = unsafe Array(step.payload)
        precondition(payload.count <= messageBytesMax, "a message beyond the limit")
        if event == .text {
            precondition(String(validating: payload, as: UTF8.self) != nil, "text is not UTF-8")
        }
        return .event(event, payload)
    }
}
