/// Writes the heads of frames that a server sends, which are never masked (RFC 6455 section 5.2).
package enum WebSocketHeader {
    /// The room to keep in front of a payload of any length.
    package static let byteCountMax = 10

    /// The number of bytes of the head of a payload of this many bytes: 2, 4 or 10.
    package static func byteCount(payloadByteCount: Int) -> Int {
        switch payloadByteCount {
        case ...125: 2
        case ...0xFFFF: 4
        default: 10
        }
    }

    /// Writes the head of a final frame so that it ends where the payload begins, and returns where
    /// it begins itself; the first reserved bit says that the message is compressed.
    ///
    /// At least `byteCount(payloadByteCount:)` bytes must lie in front of `payloadStart`.
    @discardableResult
    package static func write(
        _ opcode: WebSocketOpcode,
        payloadByteCount: Int,
        isCompressed: Bool = false,
        endingAt payloadStart: Int,
        in buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        let byteCount = byteCount(payloadByteCount: payloadByteCount)
        let start = payloadStart - byteCount
        precondition(
            payloadByteCount >= 0 && start >= 0 && payloadStart <= buffer.count,
            "a frame has no room for its head"
        )
        unsafe buffer[start] = (isCompressed ? 0xC0 : 0x80) | opcode.rawValue
        switch byteCount {
        case 2:
            unsafe buffer[start + 1] = UInt8(payloadByteCount)
        case 4:
            unsafe buffer[start + 1] = 126
            unsafe buffer.storeBytes(
                of: UInt16(payloadByteCount).bigEndian,
                toByteOffset: start + 2,
                as: UInt16.self
            )
        default:
            unsafe buffer[start + 1] = 127
            unsafe buffer.storeBytes(
                of: UInt64(payloadByteCount).bigEndian,
                toByteOffset: start + 2,
                as: UInt64.self
            )
        }
        return start
    }
}
