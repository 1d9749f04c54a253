import PulseWire

/// Cuts a server's bytes into frames, written without the product's decoder, but for what inflates:
/// other makes of that are in Tests/EndToEnd and in Chromium.
struct FrameReader {
    private var input: [UInt8] = []
    private var consumed = 0

    mutating func append(_ bytes: [UInt8]) { input += bytes }

    /// The next frame that is whole.
    mutating func next() throws -> ReceivedFrame? {
        let rest = input[consumed...]
        guard rest.count >= 2 else { return nil }
        let start = rest.startIndex
        var header = 2
        var length = Int(rest[start + 1])
        if length >= 126 {
            header = length == 126 ? 4 : 10
            guard rest.count >= header else { return nil }
            length = rest[start + 2..<start + header].reduce(0) { $0 << 8 | Int($1) }
        }
        guard rest.count >= header + length else { return nil }
        let payload = Array(rest[(start + header)...].prefix(length))
        consumed += header + length
        if consumed == input.count || consumed > 1 << 20 {
            input.removeFirst(consumed)
            consumed = 0
        }
        let opcode = rest[start] & 0x0F
        guard rest[start] & 0x40 != 0 else {
            return ReceivedFrame(opcode: opcode, payload: payload)
        }
        guard let inflater = MessageInflater() else { throw StreamEnded() }
        let inflated = try unsafe payload.withUnsafeBytes { bytes in
            try unsafe Array(inflater.inflate(bytes, bytesMax: 1 << 24))
        }
        return ReceivedFrame(opcode: opcode, payload: inflated, deflated: payload)
    }
}
