import PulseReactor
import PulseWire
import Synchronization

/// How many clients of all shards take compressed messages.
final class DeflatingClients: Sendable {
    private let count = Atomic(0)

    var isEmpty: Bool { count.load(ordering: .relaxed) == 0 }

    func enter() { count.add(1, ordering: .relaxed) }

    func leave() { count.subtract(1, ordering: .relaxed) }
}

/// What making twins came to.
struct DeflateFigures: Sendable {
    /// Messages that were compressed, or tried to be.
    var runs: UInt64 = 0
    /// Their bytes.
    var bytesIn: UInt64 = 0
    /// The bytes of the twins that they were given.
    var bytesOut: UInt64 = 0
}

/// Makes the compressed twins of frames: once for each encoding, whatever the number of clients,
/// and only while there is one that wants it.
///
/// Who is the first gets as they are the frames that were encoded before it came.
final class TwinMaker {
    private let reactor: Reactor
    private let clients: DeflatingClients
    private lazy var deflater = MessageDeflater()
    private(set) var figures = DeflateFigures()

    init(_ reactor: Reactor, _ clients: DeflatingClients) {
        self.reactor = reactor
        self.clients = clients
    }

    /// Gives a fresh frame its twin, if it is long enough and becomes shorter.
    func add(to frame: Frame) {
        // The head of such a message has 4 bytes, or 10 beyond 64 KiB.
        let message = unsafe frame.bytes
        guard !clients.isEmpty, message.count > WebSocketDeflate.payloadBytesMin + 4,
            let deflater
        else { return }
        let isLong = unsafe message[1] & 0x7F == 127
        let payload = unsafe UnsafeRawBufferPointer(rebasing: message[(isLong ? 10 : 4)...])
        figures.runs += 1
        figures.bytesIn += UInt64(payload.count)
        let room = WebSocketHeader.byteCountMax
        // Where it does not fit it is no shorter.
        let twin = reactor.makeFrame(capacity: room + payload.count)
        // The twin is ours until it is given away, so its storage may be written to.
        let storage = unsafe twin.storage
        let rest = unsafe UnsafeMutableRawBufferPointer(
            rebasing: storage[room..<room + payload.count]
        )
        guard let byteCount = unsafe deflater.deflate(payload, into: rest) else {
            reactor.release(twin)
            return
        }
        figures.bytesOut += UInt64(byteCount)
        let start = unsafe WebSocketHeader.write(
            .text,
            payloadByteCount: byteCount,
            isCompressed: true,
            endingAt: room,
            in: storage
        )
        twin.setContent(start..<room + byteCount)
        frame.setTwin(reactor.trimmed(twin))
    }
}
