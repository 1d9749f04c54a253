/// The head of one frame, checked as far as it can be without knowing the message.
struct WebSocketFrameHead {
    let opcode: WebSocketOpcode
    let isFinal: Bool
    /// Whether it begins a compressed message (RFC 7692 section 6).
    let isCompressed: Bool
    let payloadByteCount: Int
    let mask: WebSocketMask

    /// The bytes that the head itself takes: 2, 4 or 10, and 4 more with a mask.
    let byteCount: Int

    /// Reads a head from the beginning of `bytes`, or returns `nil` while it is incomplete; what is
    /// wrong in its first bytes is refused without waiting for the rest.
    init?(
        _ bytes: RawSpan,
        for role: WebSocketRole,
        takesCompressed: Bool
    ) throws(WebSocketError) {
        guard bytes.byteCount >= 1 else { return nil }
        let first = bytes.byte(at: 0)
        // The first bit stands on the first frame of a message and on no other.
        isCompressed = first & 0x70 == 0x40 && takesCompressed && (1...2).contains(first & 0x0F)
        guard first & 0x70 == 0 || isCompressed else { throw .reservedBits }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else { throw .unknownOpcode }
        self.opcode = opcode
        isFinal = first & 0x80 != 0
        guard isFinal || !opcode.isControl else { throw .fragmentedControl }

        guard bytes.byteCount >= 2 else { return nil }
        let second = bytes.byte(at: 1)
        let isMasked = second & 0x80 != 0
        guard isMasked == (role == .server) else { throw isMasked ? .masked : .unmasked }
        let shortLength = Int(second & 0x7F)
        guard shortLength <= 125 || !opcode.isControl else { throw .oversizedControl }
        let lengthBytes = shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0
        let maskStart = 2 + lengthBytes
        guard bytes.byteCount >= maskStart else { return nil }
        payloadByteCount =
            lengthBytes == 0
            ? shortLength : try WebSocketFrameHead.length(bytes, 2..<maskStart)

        guard isMasked else {
            byteCount = maskStart
            mask = WebSocketMask(0, 0, 0, 0)
            return
        }
        byteCount = maskStart + 4
        guard bytes.byteCount >= byteCount else { return nil }
        mask = WebSocketMask(
            bytes.byte(at: maskStart),
            bytes.byte(at: maskStart + 1),
            bytes.byte(at: maskStart + 2),
            bytes.byte(at: maskStart + 3)
        )
    }

    /// Reads a big-endian length of 2 or 8 bytes, which must be the shortest form that holds it.
    private static func length(
        _ bytes: RawSpan,
        _ range: Range<Int>
    ) throws(WebSocketError) -> Int {
        var length: UInt64 = 0
        for offset in range { length = length << 8 | UInt64(bytes.byte(at: offset)) }
        let shortestAbove: UInt64 = range.count == 2 ? 125 : 0xFFFF
        guard length > shortestAbove, let length = Int(exactly: length) else { throw .badLength }
        return length
    }
}
