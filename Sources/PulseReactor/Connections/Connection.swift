/// What the reactor knows about one connection: a plain record in the table's slab.
///
/// 48 bytes, and all that a broadcast touches of a client here.
@safe struct Connection: BitwiseCopyable {
    enum Phase: UInt8, BitwiseCopyable {
        case free
        /// We connect to the peer, and the kernel has not said how that ended.
        case connecting
        case open
        /// Ended by us or by an error; the slot is freed when nothing is in flight any more.
        case closing
    }

    enum Receiving: UInt8, BitwiseCopyable {
        /// No receive is in flight.
        case idle
        case armed
        /// A cancel was asked for; the receive's last completion is still to come.
        case cancelling
    }

    var fd: Int32 = -1
    var generation: UInt32 = 0
    /// The send in flight, or the connect before the first one, `single` or `none`.
    var sendOperation: UInt32 = Connection.none
    /// What it has beside this for TLS, or `none`.
    var tls: UInt32 = Connection.none
    var service: UInt8 = 0
    var phase: Phase = .free
    var receiving: Receiving = .idle
    /// Whether the service wants bytes; `false` while it is over its budget.
    var wantsBytes = false
    /// The peer has sent its last byte.
    var inputEnded = false
    /// TLS takes the peer's bytes, whether the service wants any or not.
    var isHandshaking = false
    /// Whether it has a place of the reactor's budget.
    var isCounted = false

    /// The frame of a `single` send, in which the send has a share.
    var frame: UnsafeMutablePointer<Frame.Header>?
    /// What is left of it; the kernel reads there until the send has completed.
    var next: UnsafeRawPointer?
    var bytesLeft = 0

    static let none = UInt32.max

    /// A send of one frame, which is what a broadcast is made of, needs no operation of its own.
    static let single = UInt32.max - 1

    /// Whether the kernel still works on something for this connection.
    var isBusy: Bool { receiving != .idle || sendOperation != Connection.none }

    /// Moves a `single` send on by the bytes that the kernel took; returns how many are left.
    mutating func advance(by byteCount: Int) -> Int {
        precondition(byteCount <= bytesLeft, "the kernel sent more than it was given")
        unsafe next = unsafe next.map { unsafe $0 + byteCount }
        bytesLeft -= byteCount
        return bytesLeft
    }
}
