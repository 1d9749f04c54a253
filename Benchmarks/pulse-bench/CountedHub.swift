import PulseReactor

/// The hand-over as pulse does it: a client is a number while it is busy, and the send holds the
/// frame, whose shares are counted by hand (docs/decisions/0004).
///
/// The reactor's own records are private to it, so these stand for them: they lie in arrays that
/// this module can see through, as the reactor's do for the reactor.
final class CountedHub<Records: ClientRecords & ~Copyable> {
    private var core: Core

    /// `records` has a client for each index below `clientCount`.
    init(_ records: consuming Records, clientCount: Int, byteCount: Int) {
        core = Core(clients: records, clientCount: UInt32(clientCount), byteCount: byteCount)
    }

    /// Sends one frame to all and completes all sends; what all clients have got then, summed up.
    func tick() -> UInt64 { core.tick() }

    /// As `SendOperation` in the reactor: whose bytes the kernel reads.
    private struct Send {
        var frame: Frame
        var byteCount: Int
    }

    private struct Core: ~Copyable {
        private var clients: Records
        private let clientCount: UInt32
        private let byteCount: Int
        private var frames = FramePool()
        private var sends: [Send] = []
        private var freeSends: [UInt32] = []
        private var generation: UInt64 = 0

        init(clients: consuming Records, clientCount: UInt32, byteCount: Int) {
            self.clients = clients
            self.clientCount = clientCount
            self.byteCount = byteCount
        }

        mutating func tick() -> UInt64 {
            let frame = frames.make(capacity: byteCount)
            frame.setContent(0..<byteCount)
            generation += 1
            for client in 0..<clientCount { start(client, frame) }
            var sum: UInt64 = 0
            for client in 0..<clientCount { sum &+= complete(client) }
            frames.release(frame)
            return sum
        }

        private mutating func start(_ client: UInt32, _ frame: Frame) {
            let send = Send(frame: frame, byteCount: frame.byteCount)
            frames.retain(frame)
            clients[client].sending = generation
            if let free = freeSends.popLast() {
                sends[Int(free)] = send
                clients[client].send = free
            } else {
                clients[client].send = UInt32(sends.count)
                sends.append(send)
            }
        }

        private mutating func complete(_ client: UInt32) -> UInt64 {
            let index = clients[client].send
            let send = sends[Int(index)]
            frames.release(send.frame)
            freeSends.append(index)
            clients[client].generation = clients[client].sending
            clients[client].send = UInt32.max
            return clients[client].generation &+ UInt64(send.byteCount)
        }
    }
}

/// What is kept for a client: the hub's `Subscription`, and the connection's place for its send.
struct CountedClient: BitwiseCopyable {
    var generation: UInt64 = 0
    var sending: UInt64 = 0
    var send = UInt32.max
}

/// Where the records of all clients lie, by index.
protocol ClientRecords: ~Copyable {
    subscript(client: UInt32) -> CountedClient { get set }
}

/// Records in an array.
struct ArrayRecords: ClientRecords {
    private var clients: [CountedClient]

    init(count: Int) {
        clients = [CountedClient](repeating: CountedClient(), count: count)
    }

    subscript(client: UInt32) -> CountedClient {
        get { clients[Int(client)] }
        set { clients[Int(client)] = newValue }
    }
}

/// Records in the slab in which the hub keeps its subscriptions: seen from here as from there, as
/// the type of another module.
struct SlabRecords: ClientRecords, ~Copyable {
    private var clients = UnsafeSlab(blank: CountedClient())

    init(count: Int) {
        for _ in 0..<count { _ = clients.take() }
    }

    subscript(client: UInt32) -> CountedClient {
        get { clients[client] }
        _modify { yield &clients[client] }
    }
}
