import PulseReactor

/// The hand-over as pulse does it, with its pool and its records: a client is a number while it is
/// busy, and the send holds the frame (docs/decisions/0004).
final class CountedHub {
    private var core: Core

    init(clientCount: Int, byteCount: Int) {
        core = Core(clientCount: clientCount, byteCount: byteCount)
    }

    /// Sends one frame to all and completes all sends; what all clients have got then, summed up.
    func tick() -> UInt64 { core.tick() }

    /// As `Subscription` in the hub, and the connection's place for its send in the reactor.
    private struct Client: BitwiseCopyable {
        var generation: UInt64 = 0
        var sending: UInt64 = 0
        var send = UInt32.max
    }

    /// As `SendOperation` in the reactor: whose bytes the kernel reads.
    private struct Send {
        var frame: Frame
        var byteCount: Int
    }

    private struct Core: ~Copyable {
        private var frames = FramePool()
        private var clients = UnsafeSlab(blank: Client())
        private var sends: [Send] = []
        private var freeSends: [UInt32] = []
        private let byteCount: Int
        private let clientCount: UInt32
        private var generation: UInt64 = 0

        init(clientCount: Int, byteCount: Int) {
            self.byteCount = byteCount
            self.clientCount = UInt32(clientCount)
            for _ in 0..<clientCount { _ = clients.take() }
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
