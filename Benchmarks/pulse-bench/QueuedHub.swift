/// The hand-over as one writes it when the language is to do the counting: the frame is an object,
/// and each client is one that has a queue of frames.
final class QueuedHub {
    private final class SharedFrame {
        let bytes: [UInt8]
        let generation: UInt64

        init(bytes: [UInt8], generation: UInt64) {
            self.bytes = bytes
            self.generation = generation
        }
    }

    private final class Client {
        private var queue: [SharedFrame] = []
        private(set) var generation: UInt64 = 0

        func push(_ frame: SharedFrame) { queue.append(frame) }

        func pop() -> SharedFrame? {
            guard let frame = queue.first else { return nil }
            queue.removeFirst()
            generation = frame.generation
            return frame
        }
    }

    private let clients: [Client]
    private let content: [UInt8]
    private var generation: UInt64 = 0

    init(clientCount: Int, byteCount: Int) {
        clients = (0..<clientCount).map { _ in Client() }
        content = [UInt8](repeating: 0x20, count: byteCount)
    }

    /// Sends one frame to all and completes all sends; what all clients have got then, summed up.
    func tick() -> UInt64 {
        generation += 1
        let frame = SharedFrame(bytes: content, generation: generation)
        for client in clients { client.push(frame) }
        var sum: UInt64 = 0
        for client in clients {
            if let sent = client.pop() { sum &+= client.generation &+ UInt64(sent.bytes.count) }
        }
        return sum
    }
}
