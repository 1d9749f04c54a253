/// The key that a client's payload is masked with, turned so that its next byte is the lowest
/// (RFC 6455 section 5.3).
package struct WebSocketMask: Sendable {
    private var key: UInt32

    /// Takes the four bytes of a frame head, in their order.
    package init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
        key = UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16 | UInt32(fourth) << 24
    }

    /// Unmasks the next bytes of the payload in place, eight at a time.
    package mutating func apply(to bytes: UnsafeMutableRawBufferPointer) {
        let wide = (UInt64(key) << 32 | UInt64(key)).littleEndian
        var offset = 0
        while offset + 8 <= bytes.count {
            let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            unsafe bytes.storeBytes(of: word ^ wide, toByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        while offset < bytes.count {
            unsafe bytes[offset] ^= UInt8(truncatingIfNeeded: key)
            key = key >> 8 | key << 24
            offset += 1
        }
    }
}
