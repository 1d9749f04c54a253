/// Whole frames that a client sends, which are always masked (RFC 6455 section 5.3).
package enum WebSocketClientFrame {
    /// A final frame; `mask` should be a number that the payload's author cannot foresee.
    package static func make(
        _ opcode: WebSocketOpcode,
        payload: [UInt8],
        mask: UInt32
    ) -> [UInt8] {
        precondition(
            !opcode.isControl || payload.count <= WebSocketControlFrame.payloadBytesMax,
            "a control frame is too long"
        )
        let headBytes = WebSocketHeader.byteCount(payloadByteCount: payload.count)
        var bytes = [UInt8](repeating: 0, count: headBytes + 4) + payload
        let key = (0..<4).map { UInt8(truncatingIfNeeded: mask >> ($0 * 8)) }
        bytes.replaceSubrange(headBytes..<headBytes + 4, with: key)
        var turning = WebSocketMask(key[0], key[1], key[2], key[3])
        // The array is ours alone, and what is written lies within it.
        unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe WebSocketHeader.write(
                opcode,
                payloadByteCount: payload.count,
                endingAt: headBytes,
                in: buffer
            )
            unsafe buffer[1] |= 0x80
            unsafe turning.apply(
                to: UnsafeMutableRawBufferPointer(rebasing: buffer[(headBytes + 4)...])
            )
        }
        return bytes
    }
}
