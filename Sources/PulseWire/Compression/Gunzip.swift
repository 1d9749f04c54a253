import CZlib

/// Why a compressed body was refused.
package enum GunzipError: Error, Equatable, Sendable {
    /// It is not gzip, is damaged, or ends too early.
    case malformed
    /// It inflates to more than the limit; nothing beyond the limit was inflated.
    case tooLarge(limit: Int)
}

/// Inflates whole gzip bodies (RFC 1952) under a limit.
package enum Gunzip {
    /// The first buffer: four times the input, which is what JSON usually inflates to.
    private static let firstFactor = 4

    /// Returns what `bytes` inflate to, at most `bytesMax` bytes.
    ///
    /// A bomb costs no more than the limit: inflating stops there. Several members behind each
    /// other are one body, as the RFC has it.
    package static func inflate(_ bytes: RawSpan, bytesMax: Int) throws(GunzipError) -> [UInt8] {
        precondition(bytesMax >= 0 && bytesMax < Int(UInt32.max), "a body's limit is out of range")
        var stream = unsafe z_stream()
        guard unsafe czlib_begin_gunzip(&stream) == Z_OK else { throw .malformed }
        defer { unsafe inflateEnd(&stream) }
        let capacity = max(1, min(bytesMax, bytes.byteCount * firstFactor))
        var inflated = [UInt8](repeating: 0, count: capacity)
        var count = 0
        let isWhole = try unsafe bytes.withUnsafeBytes { input throws(GunzipError) in
            try unsafe run(&stream, input, into: &inflated, count: &count, bytesMax: bytesMax)
        }
        guard isWhole else { throw .malformed }
        inflated.removeLast(inflated.count - count)
        return inflated
    }

    /// Inflates all of `input`; returns whether the last member was complete.
    private static func run(
        _ stream: inout z_stream,
        _ input: UnsafeRawBufferPointer,
        into inflated: inout [UInt8],
        count: inout Int,
        bytesMax: Int
    ) throws(GunzipError) -> Bool {
        // zlib only reads its input; the structure lacks the const.
        unsafe stream.next_in = unsafe UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        unsafe stream.avail_in = UInt32(input.count)
        while true {
            if count == inflated.count { grow(&inflated, bytesMax: bytesMax) }
            let room = inflated.count - count
            let code = unsafe inflated.withUnsafeMutableBufferPointer { buffer in
                unsafe stream.next_out = unsafe buffer.baseAddress.map { unsafe $0 + count }
                unsafe stream.avail_out = UInt32(room)
                return unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
            }
            count += unsafe room - Int(stream.avail_out)
            if count > bytesMax { throw .tooLarge(limit: bytesMax) }
            switch code {
            case Z_STREAM_END:
                if unsafe stream.avail_in == 0 { return true }
                guard unsafe inflateReset(&stream) == Z_OK else { throw .malformed }
            case Z_OK where unsafe stream.avail_in > 0 || count == inflated.count: continue
            case Z_BUF_ERROR where count == inflated.count: continue
            default: return false
            }
        }
    }

    /// Makes room for more, up to one byte beyond the limit: that byte proves a body too large.
    private static func grow(_ inflated: inout [UInt8], bytesMax: Int) {
        let size = min(bytesMax + 1, inflated.count * 2)
        inflated.append(contentsOf: repeatElement(0, count: size - inflated.count))
    }
}
