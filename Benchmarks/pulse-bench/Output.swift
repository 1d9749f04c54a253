import Glibc
import PulseJSON
import PulseReactor

/// The memory of one message, as the hub has it: a frame of the pool, written to again and again.
final class Output {
    private var pool = FramePool()
    private let frame: Frame
    private(set) var byteCount = 0

    init(capacity: Int) {
        frame = pool.make(capacity: capacity)
    }

    deinit {
        pool.release(frame)
    }

    /// Replaces the content by what `body` writes, which must fit; returns the last byte and the
    /// length, mixed.
    func write(_ body: (inout JSONWriter) -> Void) -> UInt64 {
        // The frame is ours alone, so its storage may be written to.
        var writer = unsafe JSONWriter(frame.storage)
        body(&writer)
        precondition(!writer.overflowed, "an encoder announced too small a size")
        byteCount = writer.count
        return trace
    }

    /// Replaces the content by a copy of another one's.
    func copy(_ other: Output) -> UInt64 {
        // Two frames never overlap, and the caller made this one as large as the other one.
        precondition(unsafe other.byteCount <= frame.storage.count, "the copy does not fit")
        if let target = unsafe frame.storage.baseAddress,
            let source = unsafe other.frame.storage.baseAddress
        {
            unsafe memcpy(target, source, other.byteCount)
        }
        byteCount = other.byteCount
        return trace
    }

    var bytes: [UInt8] { unsafe Array(frame.storage[..<byteCount]) }

    private var trace: UInt64 {
        byteCount == 0 ? 0 : unsafe UInt64(byteCount) &+ UInt64(frame.storage[byteCount - 1])
    }
}
