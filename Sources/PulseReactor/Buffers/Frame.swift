/// A block of encoded bytes, written once and then shared by every send that carries it.
///
/// A frame is a plain handle: copying it counts nothing. Who keeps one says so with
/// `FramePool.retain` and gives it back with `release`; the sends in flight keep their own share.
/// Counting by hand is what makes a hand-over to a client cost two nanoseconds and not ninety
/// (docs/decisions/0004).
///
/// A frame belongs to the reactor whose pool made it. On another reactor a header of that one's
/// stands for it, with a plain count of its own (`SharedFrame`).
@safe package struct Frame {
    @safe struct Header {
        /// Holders: the maker, whoever retained it, and each send in flight.
        var references: Int32
        /// log2 of the whole block's size, or 0 for a block outside the classes.
        var sizeClass: UInt8
        /// Whose the bytes of a foreign frame are: an index of the pool's.
        var owner: UInt8 = 0
        var capacity: Int
        /// The part that is sent, within the capacity.
        var start: Int
        var end: Int
        /// The block's bytes: behind this header, or behind `origin`.
        let base: UnsafeMutableRawPointer
        /// The header of the frame on another reactor whose bytes these are, in which this one has
        /// a share; `nil` for a frame of the reactor's own.
        var origin: UnsafeMutablePointer<Header>?
        /// The frame behind this one in a `FrameQueue`.
        var next: UnsafeMutablePointer<Header>?
        /// The frame's twin, or `nil`; of a frame of the reactor's own, it holds it.
        var twin: UnsafeMutablePointer<Header>?
    }

    let header: UnsafeMutablePointer<Header>

    /// Bytes in front of the content: the header, rounded so that the content is aligned.
    static let headerBytes = 64

    /// All bytes of the block, for its maker to write to before the first send.
    package var storage: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(
            start: header.pointee.base,
            count: header.pointee.capacity
        )
    }

    /// The bytes to send; valid while somebody holds the frame.
    package var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(
            start: header.pointee.base + header.pointee.start,
            count: header.pointee.end - header.pointee.start
        )
    }

    package var byteCount: Int { unsafe header.pointee.end - header.pointee.start }

    /// The same message in another form, as those clients get it that have asked for it; it lives
    /// as long as this frame.
    package var twin: Frame? {
        guard let twin = unsafe header.pointee.twin else { return nil }
        return unsafe Frame(header: twin)
    }

    /// Gives the frame a twin, with the caller's share in it, before it is shared or sent.
    package func setTwin(_ twin: Frame) {
        precondition(unsafe header.pointee.twin == nil, "a frame was given two twins")
        unsafe header.pointee.twin = unsafe twin.header
    }

    /// Says which part of the storage is to be sent.
    package func setContent(_ range: Range<Int>) {
        precondition(
            unsafe range.lowerBound >= 0 && range.upperBound <= header.pointee.capacity,
            "a frame's content lies outside its storage"
        )
        unsafe header.pointee.start = range.lowerBound
        unsafe header.pointee.end = range.upperBound
    }
}
