import Glibc

/// Makes frames and takes their memory back; one per reactor, used on its thread only.
package struct FramePool: ~Copyable {
    /// Blocks kept for reuse, by log2 of their size.
    private var free: [[Frame]]
    private var freeBytes = 0

    /// Frames that somebody holds.
    package private(set) var liveCount = 0
    /// Bytes of the blocks in use.
    package private(set) var liveBytes = 0

    private static let smallestClass = 9
    private static let largestClass = 20
    /// Idle memory that the pool keeps: a snapshot's parts and a few hundred answers.
    private static let freeBytesMax = 8 * 1024 * 1024

    package init() {
        free = Array(repeating: [], count: FramePool.largestClass + 1)
    }

    deinit {
        for frame in free.joined() { deallocate(frame) }
    }

    /// A frame of at least `capacity` bytes with one holder: the caller.
    package mutating func make(capacity: Int) -> Frame {
        let needed = capacity + Frame.headerBytes
        let sizeClass = max(
            FramePool.smallestClass,
            Int.bitWidth - (needed - 1).leadingZeroBitCount
        )
        let pooled = sizeClass <= FramePool.largestClass
        let blockBytes = pooled ? 1 << sizeClass : needed
        liveCount += 1
        liveBytes += blockBytes
        if pooled, let frame = free[sizeClass].popLast() {
            freeBytes -= blockBytes
            unsafe frame.header.pointee.references = 1
            frame.setContent(0..<0)
            return frame
        }
        let block = UnsafeMutableRawPointer.allocate(byteCount: blockBytes, alignment: 64)
        let header = unsafe block.bindMemory(to: Frame.Header.self, capacity: 1)
        unsafe header.initialize(
            to: Frame.Header(
                references: 1,
                sizeClass: pooled ? UInt8(sizeClass) : 0,
                capacity: blockBytes - Frame.headerBytes,
                start: 0,
                end: 0
            )
        )
        return unsafe Frame(header: header)
    }

    /// Adds a holder.
    package func retain(_ frame: Frame) {
        precondition(unsafe frame.header.pointee.references > 0, "a freed frame was retained")
        unsafe frame.header.pointee.references += 1
    }

    /// Ends one holder's share; the last one frees the block.
    package mutating func release(_ frame: Frame) {
        precondition(unsafe frame.header.pointee.references > 0, "a frame was released too often")
        unsafe frame.header.pointee.references -= 1
        guard unsafe frame.header.pointee.references == 0 else { return }
        let blockBytes = unsafe frame.header.pointee.capacity + Frame.headerBytes
        liveCount -= 1
        liveBytes -= blockBytes
        let sizeClass = unsafe Int(frame.header.pointee.sizeClass)
        if sizeClass > 0, freeBytes + blockBytes <= FramePool.freeBytesMax {
            freeBytes += blockBytes
            free[sizeClass].append(frame)
        } else {
            deallocate(frame)
        }
    }
}

/// Gives a block's memory back; nobody may hold the frame.
private func deallocate(_ frame: Frame) {
    unsafe UnsafeMutableRawPointer(frame.header).deallocate()
}
