#if DEBUG
import Glibc

/// A socket of the simulated kernel, or another thing that a descriptor names.
final class SimulatedSocket {
    enum Kind {
        case listener
        case stream
        /// What an eventfd is: readable while the count is not 0.
        case event
        /// A file or device, which is always ready.
        case file
        /// Nothing: a descriptor that is not open.
        case missing
    }

    let id: Int
    let kind: Kind
    var local: SocketAddress
    /// The address of the other end, once there is one.
    var peer: SocketAddress?
    /// Operations of the reactor that name it.
    var operationCount = 0

    // A listener's.
    /// Server ends of connections that nobody has accepted.
    var backlog: [Int] = []
    var backlogMax = 0
    var isShut = false

    // A stream's.
    /// The other end, or 0 when there is none (any more).
    var other = 0
    /// What the other end sent; made with the connection.
    var inbox: SimulatedPipe?
    /// Nothing follows what is in the inbox.
    var inputEnded = false
    /// The connection was reset, and what is in the inbox is all that comes.
    var isReset = false
    /// The reset was reported once.
    var resetWasTold = false
    var outputShut = false
    /// Its close resets the connection.
    var dropsAtClose = false
    var inputShut = false
    var isConnected: Bool { peer != nil }
    /// Bytes that the other end's host has taken.
    var acknowledged: UInt64 = 0
    /// The other end is gone without a reset; the next bytes to it bring one.
    var otherIsGone = false

    // An event's.
    var count: UInt64 = 0

    init(id: Int, kind: Kind, local: SocketAddress) {
        self.id = id
        self.kind = kind
        self.local = local
    }
}
#endif
