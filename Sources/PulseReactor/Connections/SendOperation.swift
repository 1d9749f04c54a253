import CIOUring

/// What one gathered send is made of, in the order of the bytes.
///
/// A list is a value on the caller's stack. Frames in it stay the caller's; the send takes a share
/// of its own in each.
@safe package struct SendList {
    @safe struct Piece: BitwiseCopyable {
        var base: UnsafeRawPointer?
        var byteCount = 0
        var frame: UnsafeMutablePointer<Frame.Header>?
    }

    private(set) var pieces = InlineArray<8, Piece>(repeating: Piece())
    package private(set) var count = 0
    package private(set) var byteCount = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }
    /// The most pieces that one send carries.
    package static var capacity: Int { Limits.piecesPerSendMax }
    /// Whether another piece would not fit.
    package var isFull: Bool { count == Limits.piecesPerSendMax }

    package mutating func append(_ frame: Frame) {
        let bytes = unsafe frame.bytes
        append(unsafe Piece(base: bytes.baseAddress, byteCount: bytes.count, frame: frame.header))
    }

    /// Adds the twin of a frame, or the frame itself where it has none; the share in the frame
    /// keeps both.
    package mutating func append(twinOf frame: Frame) {
        let bytes = unsafe (frame.twin ?? frame).bytes
        append(unsafe Piece(base: bytes.baseAddress, byteCount: bytes.count, frame: frame.header))
    }

    /// Adds bytes that live as long as the process, such as an embedded asset.
    package mutating func append(static bytes: UnsafeRawBufferPointer) {
        if unsafe bytes.isEmpty { return }
        append(unsafe Piece(base: bytes.baseAddress, byteCount: bytes.count, frame: nil))
    }

    private mutating func append(_ piece: Piece) {
        precondition(!isFull, "a send of more pieces than one operation carries")
        pieces[count] = piece
        count += 1
        byteCount += piece.byteCount
    }
}

/// A send in flight: what the kernel reads until it has completed, at an address that stays.
@safe struct SendOperation: BitwiseCopyable {
    var message = unsafe msghdr()
    var vectors = unsafe InlineArray<8, iovec>(repeating: iovec())
    var frames = unsafe InlineArray<8, UnsafeMutablePointer<Frame.Header>?>(repeating: nil)
    var count = 0
    /// The first vector that still has bytes to send.
    var next = 0
    var bytesLeft = 0

    /// Takes over what a list gathers; `message` is set up by `aim`.
    init(_ list: SendList) {
        for index in 0..<list.count {
            let piece = list.pieces[index]
            // sendmsg only reads the bytes: msghdr lacks the const.
            unsafe vectors[index] = iovec(
                iov_base: UnsafeMutableRawPointer(mutating: piece.base),
                iov_len: piece.byteCount
            )
            unsafe frames[index] = unsafe piece.frame
        }
        count = list.count
        bytesLeft = list.byteCount
    }

    init() {}

    /// The next bytes of one piece, or `nil` at the end; they stay the frame's or the caller's.
    var nextPiece: UnsafeRawBufferPointer? {
        for index in next..<count where unsafe vectors[index].iov_len > 0 {
            return unsafe UnsafeRawBufferPointer(
                start: vectors[index].iov_base,
                count: vectors[index].iov_len
            )
        }
        return nil
    }

    /// Moves on by the bytes that the kernel took.
    mutating func advance(by byteCount: Int) {
        precondition(byteCount <= bytesLeft, "the kernel sent more than it was given")
        bytesLeft -= byteCount
        var rest = byteCount
        while rest > 0, next < count {
            let length = unsafe vectors[next].iov_len
            if rest >= length {
                rest -= length
                next += 1
            } else {
                unsafe vectors[next].iov_base = unsafe vectors[next].iov_base.map {
                    unsafe $0 + rest
                }
                unsafe vectors[next].iov_len -= rest
                rest = 0
            }
        }
    }
}
