#if DEBUG
import CIOUring

/// An operation of the reactor in flight.
final class SimulatedOperation {
    let token: Token
    let fd: Int32
    let socket: SimulatedSocket
    var isCancelled = false
    /// Whether it went on once after it was cancelled.
    var hasLostRace = false
    var isFinished = false
    /// Whether a receive ends with its first bytes, of which it takes a few.
    var isOnce = false
    /// A connect's target, a poll's events.
    var target: SocketAddress?
    var events: UInt32 = 0
    /// What may not change until the completion: the bytes of a send, in their order, and what
    /// describes them.
    var pieces: [SimulatedMemory] = []
    var descriptions: [SimulatedMemory] = []
    /// Bytes of a send that the network has taken.
    var sent = 0

    init(_ token: Token, _ fd: Int32, _ socket: SimulatedSocket) {
        self.token = token
        self.fd = fd
        self.socket = socket
    }

    var byteCount: Int { pieces.reduce(0) { $0 + $1.byteCount } }

    /// The next bytes to move; `nil` at the end.
    var next: (address: UInt, count: Int)? {
        var skipped = 0
        for piece in pieces {
            if sent < skipped + piece.byteCount {
                let offset = sent - skipped
                return (piece.address + UInt(offset), piece.byteCount - offset)
            }
            skipped += piece.byteCount
        }
        return nil
    }

    var isIntact: Bool { pieces.allSatisfy(\.isIntact) && descriptions.allSatisfy(\.isIntact) }

    /// Two operations of one kind of slot and one slot must be of the same generation.
    var place: UInt64 {
        let kind =
            switch token.operation {
            case .receive, .send, .connect: Operation.receive
            default: token.operation
            }
        return UInt64(kind.rawValue) << 32 | UInt64(token.slot)
    }
}
#endif
