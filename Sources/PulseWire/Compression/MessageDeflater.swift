import CZlib

/// Compresses messages for `permessage-deflate`, each for itself (RFC 7692 section 7.2.1): what
/// comes out is the same for every client.
///
/// One stream of zlib is kept, since beginning one costs more than compressing a short message. It
/// takes about 256 KiB.
@safe package final class MessageDeflater {
    /// Owned; zlib notes its address, so that it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// The fastest level: 64 KiB of a state become 16 KiB in 0.4 ms, and level 6 takes three times
    /// as long for a fifth less.
    private static let level: Int32 = 1

    /// The end of every flush, which the receiver adds again.
    private static let tailByteCount = 4

    /// Makes one; `nil` without memory.
    package init?() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        guard unsafe czlib_begin_deflate(stream, MessageDeflater.level) == Z_OK else {
            unsafe stream.deallocate()
            return nil
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Compresses a message into `room`; returns how many bytes it became, or `nil` where it and
    /// the four bytes that are taken off its end do not fit.
    package func deflate(
        _ message: UnsafeRawBufferPointer,
        into room: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard unsafe deflateReset(stream) == Z_OK, let given = UInt32(exactly: message.count),
            let capacity = UInt32(exactly: room.count)
        else { return nil }
        // zlib only reads its input; the structure lacks the const. Both buffers are the caller's
        // and stay until the call has returned.
        unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(
            mutating: message.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        unsafe stream.pointee.avail_in = given
        unsafe stream.pointee.next_out = unsafe room.baseAddress?.assumingMemoryBound(
            to: UInt8.self
        )
        unsafe stream.pointee.avail_out = capacity
        // A flush is complete only where room is left behind it.
        guard unsafe CZlib.deflate(stream, Z_SYNC_FLUSH) == Z_OK,
            unsafe stream.pointee.avail_in == 0, unsafe stream.pointee.avail_out > 0
        else { return nil }
        return unsafe room.count - Int(stream.pointee.avail_out) - MessageDeflater.tailByteCount
    }
}
