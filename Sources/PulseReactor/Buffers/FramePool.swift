import Glibc

/// Makes frames and takes their memory back; one per reactor, used on its thread only.
package struct FramePool: ~Copyable {
    /// Blocks kept for reuse, by log2 of their size.
    private var free: [[Frame]]
    private var freeBytes = 0

    /// Headers of foreign frames kept for reuse.
    private var freeHeaders: [Frame] = []
    /// Reactors whose frames were adopted here, by `Header.owner`, and the shares that go back.
    private var owners: [(mailbox: Mailbox, returned: [FrameAddress])] = []
    /// Whether shares wait to go back.
    private(set) var hasReturns = false

    /// Frames that somebody holds, foreign ones among them.
    package private(set) var liveCount = 0
    /// Bytes of the blocks in use; of a foreign frame its header only.
    package private(set) var liveBytes = 0

    private static let smallestClass = 9
    private static let largestClass = 20
    /// Idle memory that the pool keeps: a snapshot's parts and a few hundred answers.
    private static let freeBytesMax = 8 * 1024 * 1024

    /// Idle headers that the pool keeps: 64 KiB.
    private static let freeHeadersMax = 1024

    package init() {
        free = Array(repeating: [], count: FramePool.largestClass + 1)
    }

    deinit {
        for frame in free.joined() { deallocate(frame) }
        for frame in freeHeaders { deallocate(frame) }
    }

    /// A frame of at least `capacity` bytes with one holder: the caller.
    @inline(never)
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
                end: 0,
                base: block + Frame.headerBytes
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
        if unsafe frame.header.pointee.references == 0 { free(frame) }
    }

    /// Takes back the memory of a frame that nobody holds any more.
    @inline(never)
    private mutating func free(_ frame: Frame) {
        if let origin = unsafe frame.header.pointee.origin {
            unsafe giveBack(frame, origin)
            return
        }
        if let twin = unsafe frame.header.pointee.twin {
            unsafe frame.header.pointee.twin = nil
            release(unsafe Frame(header: twin))
        }
        let blockBytes = unsafe frame.header.pointee.capacity + Frame.headerBytes
        #if DEBUG
        // Whoever still reads the bytes must not find them as they were.
        AddressedMemory.poison(
            frame.byteCount,
            at: unsafe UInt(bitPattern: frame.bytes.baseAddress)
        )
        #endif
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

// MARK: Between reactors

extension FramePool {
    /// A frame of this reactor that stands for one of another's, with one holder: the caller.
    ///
    /// It takes over the share that the hand-over carries, and gives it back with its own end.
    package mutating func adopt(_ shared: SharedFrame) -> Frame {
        // The share keeps the origin's header and bytes alive, and its maker changes neither the
        // bytes nor their place after a frame was shared.
        let origin = unsafe shared.address.header
        let foreign = unsafe Frame.Header(
            references: 1,
            sizeClass: 0,
            owner: index(of: shared.owner),
            capacity: origin.pointee.capacity,
            start: origin.pointee.start,
            end: origin.pointee.end,
            base: origin.pointee.base,
            origin: origin,
            twin: shared.twin?.header
        )
        liveCount += 1
        liveBytes += Frame.headerBytes
        if let frame = freeHeaders.popLast() {
            unsafe frame.header.initialize(to: foreign)
            return frame
        }
        let block = UnsafeMutableRawPointer.allocate(byteCount: Frame.headerBytes, alignment: 64)
        let header = unsafe block.bindMemory(to: Frame.Header.self, capacity: 1)
        unsafe header.initialize(to: foreign)
        return unsafe Frame(header: header)
    }

    private mutating func index(of owner: Mailbox) -> UInt8 {
        if let index = owners.firstIndex(where: { $0.mailbox === owner }) { return UInt8(index) }
        owners.append((owner, []))
        return UInt8(owners.count - 1)
    }

    /// Puts the share of a foreign frame among those that go back.
    @inline(never)
    private mutating func giveBack(_ frame: Frame, _ origin: UnsafeMutablePointer<Frame.Header>) {
        liveCount -= 1
        liveBytes -= Frame.headerBytes
        let owner = unsafe Int(frame.header.pointee.owner)
        owners[owner].returned.append(unsafe FrameAddress(origin))
        hasReturns = true
        if freeHeaders.count < FramePool.freeHeadersMax {
            freeHeaders.append(frame)
        } else {
            deallocate(frame)
        }
    }

    /// Sends the shares back that have ended here, in one letter to each owner.
    mutating func sendReturns() {
        for index in owners.indices where !owners[index].returned.isEmpty {
            owners[index].mailbox.post(.framesReturned(owners[index].returned))
            owners[index].returned = []
        }
        hasReturns = false
    }
}

/// Gives a block's memory back; nobody may hold the frame.
private func deallocate(_ frame: Frame) {
    unsafe UnsafeMutableRawPointer(frame.header).deallocate()
}
