import CZlib

/// Inflates messages of `permessage-deflate`, each for itself (RFC 7692 section 7.2.2), so that the
/// connections of a thread share one.
@safe package final class MessageInflater {
    /// Owned; zlib notes its address, so that it must not move.
    ///
    /// Its window is 32 KiB.
    private let stream: UnsafeMutablePointer<z_stream>

    /// What the last message became.
    private var room: UnsafeMutableRawBufferPointer

    /// How many bytes the last message came to.
    private var lastCount = 0

    /// The first room: most messages are commands.
    private static let roomBytesMin = 4096

    /// What was inflated before, where the same comes again and again.
    private var memory: InflatedMessages?

    /// What is kept of it between two messages.
    private static let roomBytesKept = 64 * 1024

    /// What the sender has taken off the end of each message.
    private static let tail: InlineArray<4, UInt8> = [0x00, 0x00, 0xFF, 0xFF]

    /// Makes one; `nil` without memory.
    ///
    /// One that `remembers` does not inflate again what it has inflated a moment ago.
    package init?(remembers: Bool = false) {
        memory = remembers ? InflatedMessages() : nil
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe room = .allocate(byteCount: MessageInflater.roomBytesMin, alignment: 8)
        guard unsafe czlib_begin_inflate(stream) == Z_OK else {
            unsafe stream.deallocate()
            unsafe room.deallocate()
            return nil
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
        unsafe room.deallocate()
    }

    /// The most bytes that a message of `byteCount` bytes may take when it does not compress.
    ///
    /// Each stored block takes five bytes more. It has 16 KiB in what zlib writes; senders may cut
    /// it as fine as 2.5 KiB.
    package static func compressedBytesMax(for byteCount: Int) -> Int {
        byteCount + byteCount >> 9 + 64
    }

    /// Returns what a message inflates to, valid until the next call.
    ///
    /// A bomb costs no more than the limit: inflating stops one byte behind it.
    package func inflate(
        _ message: UnsafeRawBufferPointer,
        bytesMax: Int
    ) throws(WebSocketError) -> UnsafeRawBufferPointer {
        precondition(bytesMax >= 0 && bytesMax < Int(UInt32.max), "a message's limit is too large")
        // Large messages come in rows; the first small one behind them gives the memory back.
        let isLarge = unsafe room.count > MessageInflater.roomBytesKept
        if isLarge, lastCount <= MessageInflater.roomBytesKept {
            resize(to: MessageInflater.roomBytesKept)
        }
        lastCount = 0
        // Some senders make nothing at all of an empty message, where one zero is due.
        if unsafe message.isEmpty { return unsafe UnsafeRawBufferPointer(rebasing: room[..<0]) }
        if let known = unsafe memory?.find(message), known.count <= bytesMax {
            return unsafe copy(known)
        }
        guard unsafe inflateReset(stream) == Z_OK else { throw .badCompression }
        var count = 0
        try unsafe take(message, &count, bytesMax)
        // A constant: what has its address taken must not move.
        let tail = MessageInflater.tail
        try unsafe tail.span.withUnsafeBytes { bytes throws(WebSocketError) in
            try unsafe take(bytes, &count, bytesMax)
        }
        // zlib says with bit 7 that the last block has ended: less would be a message cut off.
        guard unsafe stream.pointee.data_type & 128 != 0 else { throw .badCompression }
        lastCount = count
        let inflated = unsafe UnsafeRawBufferPointer(rebasing: room[..<count])
        unsafe memory?.keep(message, inflated)
        return unsafe inflated
    }

    /// Has in its room what a message became before.
    private func copy(_ inflated: [UInt8]) -> UnsafeRawBufferPointer {
        while unsafe room.count < inflated.count { resize(to: unsafe room.count * 2) }
        unsafe room.copyBytes(from: inflated)
        lastCount = inflated.count
        return unsafe UnsafeRawBufferPointer(rebasing: room[..<inflated.count])
    }

    /// Inflates all of `input` behind what is there.
    private func take(
        _ input: UnsafeRawBufferPointer,
        _ count: inout Int,
        _ bytesMax: Int
    ) throws(WebSocketError) {
        // zlib only reads its input; the structure lacks the const.
        unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        unsafe stream.pointee.avail_in = UInt32(input.count)
        while true {
            if unsafe count == room.count { resize(to: unsafe room.count * 2) }
            // One byte behind the limit shows that a message is too large.
            let free = unsafe min(room.count, bytesMax + 1) - count
            unsafe stream.pointee.next_out = unsafe room.baseAddress.map {
                unsafe ($0 + count).assumingMemoryBound(to: UInt8.self)
            }
            unsafe stream.pointee.avail_out = UInt32(free)
            let code = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
            count += unsafe free - Int(stream.pointee.avail_out)
            if count > bytesMax { throw .messageTooBig }
            switch code {
            // A sender may end its blocks for good and begin anew (section 7.2.3.4).
            case Z_STREAM_END:
                guard unsafe inflateReset(stream) == Z_OK else { throw .badCompression }
                if unsafe stream.pointee.avail_in == 0 { return }
            case Z_OK, Z_BUF_ERROR:
                // Where the room is full, more may wait inside.
                if unsafe stream.pointee.avail_in == 0 && count < room.count { return }
            default: throw .badCompression
            }
        }
    }

    private func resize(to byteCount: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 8)
        unsafe larger.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: room[..<min(room.count, byteCount)])
        )
        unsafe room.deallocate()
        unsafe room = unsafe larger
    }
}
