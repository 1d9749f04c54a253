/// Frames in the order in which they came, linked through their headers.
///
/// A plain handle, as a frame is: it allocates nothing, and whoever appends a frame keeps its share
/// until it has taken the frame out. A frame can wait in one queue only.
@safe package struct FrameQueue: BitwiseCopyable, Sequence, IteratorProtocol {
    private var first: UnsafeMutablePointer<Frame.Header>?
    private var last: UnsafeMutablePointer<Frame.Header>?
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package mutating func append(_ frame: Frame) {
        unsafe frame.header.pointee.next = nil
        // The headers of waiting frames are held by whoever appended them.
        if let last = unsafe last {
            unsafe last.pointee.next = unsafe frame.header
        } else {
            unsafe first = unsafe frame.header
        }
        unsafe last = unsafe frame.header
        count += 1
    }

    /// Takes the oldest frame out.
    package mutating func next() -> Frame? {
        guard let header = unsafe first else { return nil }
        unsafe first = unsafe header.pointee.next
        if unsafe first == nil { unsafe last = nil }
        count -= 1
        return unsafe Frame(header: header)
    }
}
