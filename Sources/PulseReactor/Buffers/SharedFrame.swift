/// A share in a frame on its way from the reactor that made it to another one.
///
/// `Reactor.share` makes it and `Reactor.adopt` takes it, once: it carries the share, so one that
/// is dropped keeps its frame alive for ever. The bytes do not change any more; the lock of the
/// letterbox that it goes through makes them visible to the other thread.
package struct SharedFrame: Sendable {
    let address: FrameAddress
    /// The mailbox of the reactor that made the frame, to which the share comes back.
    let owner: Mailbox
    /// The frame's twin, which the share keeps alive too.
    let twin: FrameAddress?
}

/// The header of a frame as another reactor knows it, which counts nothing there.
@safe struct FrameAddress: Sendable {
    private let bits: UInt

    init(_ header: UnsafeMutablePointer<Frame.Header>) {
        bits = UInt(bitPattern: header)
    }

    /// Valid as long as somebody holds a share.
    var header: UnsafeMutablePointer<Frame.Header> {
        guard let header = unsafe UnsafeMutablePointer<Frame.Header>(bitPattern: bits) else {
            preconditionFailure("a share of a frame that nobody made")
        }
        return unsafe header
    }
}
