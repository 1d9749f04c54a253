/// Cuts a server's bytes into frames, written without the product's decoder.
struct FrameReader {
    private var input: [UInt8] = []
    private var consumed = 0

    mutating func append(_ bytes: [UInt8]) { input += bytes }

    /// The next frame that is whole.
    mutating func next() -> ReceivedFrame? {
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
        return ReceivedFrame(opcode: rest[start] & 0x0F, payload: payload)
    }
}
