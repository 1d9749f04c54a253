#if DEBUG
import Glibc

/// The bytes of a stream that belongs to one peer, so that whoever gets another's notices.
enum StreamBytes {
    /// No period of a stream fits another's; the table is long enough for every stream's end.
    private static let table: [UInt8] = (0..<tableBytes).map {
        UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11)
    }

    private static let tableBytes = 128 * 1024
    /// Streams begin at places of the table that lie a prime number of bytes apart.
    private static let step = 7919
    /// A stream is no longer than this.
    static let byteCountMax = 20_000

    /// Bytes `range` of the stream of `serial`.
    static func bytes(_ range: Range<Int>, of serial: Int) -> ArraySlice<UInt8> {
        let start = serial &* step % (tableBytes - byteCountMax)
        return table[start + range.lowerBound..<start + range.upperBound]
    }

    /// Whether these bytes are those of the stream from `start` on.
    static func match(_ bytes: [UInt8], from start: Int, of serial: Int) -> Bool {
        let wanted = StreamBytes.bytes(start..<start + bytes.count, of: serial)
        // By memcmp: a debug build compares arrays slowly.
        return unsafe bytes.withUnsafeBytes { one in
            unsafe wanted.withUnsafeBytes { other in
                guard let one = one.baseAddress, let other = other.baseAddress else { return true }
                return unsafe memcmp(one, other, bytes.count) == 0
            }
        }
    }
}
#endif
