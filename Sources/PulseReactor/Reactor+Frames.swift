extension Reactor {
    /// A frame of at least `capacity` bytes, held by the caller.
    package func makeFrame(capacity: Int) -> Frame { core.frames.make(capacity: capacity) }

    package func retain(_ frame: Frame) { core.frames.retain(frame) }

    package func release(_ frame: Frame) { core.frames.release(frame) }

    /// Gives the shares in foreign frames back that have ended; each turn does so.
    package func returnFrames() { core.frames.sendReturns() }

    func adoptForeign(_ shared: SharedFrame) -> Frame { core.frames.adopt(shared) }

    /// Frames that somebody holds; 0 when all is at rest.
    package var liveFrameCount: Int { core.frames.liveCount }

    /// A share of a frame of this reactor's for another one, which the caller hands over.
    package func share(_ frame: Frame) -> SharedFrame {
        precondition(unsafe frame.header.pointee.origin == nil, "a foreign frame is not passed on")
        retain(frame)
        return SharedFrame(
            address: unsafe FrameAddress(frame.header),
            owner: mailbox,
            twin: frame.twin.map { unsafe FrameAddress($0.header) }
        )
    }

    /// The frame that a share stands for, held by the caller.
    package func adopt(_ shared: SharedFrame) -> Frame {
        // Handed over within the thread: the share itself is the caller's.
        if shared.owner === mailbox { return unsafe Frame(header: shared.address.header) }
        return adoptForeign(shared)
    }
}
