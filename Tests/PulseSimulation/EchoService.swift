#if DEBUG
import PulseReactor

/// Sends back what comes, some of it after a while, and takes no more than it can send.
///
/// It keeps to what `ConnectionService` says, and notes where the reactor does not. It is used on
/// the simulation's one thread only.
final class EchoService: ConnectionService, @unchecked Sendable {
    private struct Client {
        /// What is to be sent back.
        var pending: [UInt8] = []
        /// Frames of the send in flight; 0 = there is none.
        var framesInFlight = 0
        /// An answer is thought about; what comes meanwhile waits.
        var isThinking = false
        var isPaused = false
        var inputEnded = false
        var outputEnded = false
    }

    private let reactor: Reactor
    private let shard: Shard
    private let bug: EchoBug?
    private var random: SimulatedRandom
    private var clients: [ConnectionID: Client] = [:]
    private var isInside = false
    /// Whether it closes nobody out of a mood any more.
    var isCalm = false
    /// The first promise of the reactor's that was broken.
    private(set) var brokenPromise: String?

    /// Above this a client is not read from; what is in flight then comes on top of it.
    private static let pendingMax = 2048
    /// In the turn of the pause, and in one more when the cancellation loses its race, all 8
    /// receive buffers of 512 bytes may be this client's; and an answer that takes time is as large
    /// as what waits behind it.
    private static let pendingBytesMax = 2 * (pendingMax + 2 * 8 * 512)

    init(_ reactor: Reactor, _ shard: Shard, random: SimulatedRandom, bug: EchoBug?) {
        self.reactor = reactor
        self.shard = shard
        self.random = random
        self.bug = bug
    }

    /// Frames that sends in flight hold.
    var framesInFlight: Int { clients.values.reduce(0) { $0 + $1.framesInFlight } }

    var count: Int { clients.count }

    /// The first of its own rules that does not hold.
    var brokenRule: String? {
        if let brokenPromise { return brokenPromise }
        if clients.values.contains(where: { $0.pending.count > Self.pendingBytesMax }) {
            return "a client that was paused was read from on and on"
        }
        return nil
    }

    // MARK: ConnectionService

    func accepted(_ id: ConnectionID, from peer: SocketAddress) {
        enter {
            if clients[id] != nil { promise("a connection was accepted twice") }
            clients[id] = Client()
            if !isCalm, random.happens(20) { reactor.close(id) }
        }
    }

    func received(_ id: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        enter {
            guard clients[id] != nil else { return promise("bytes of a connection that is gone") }
            if !reactor.isOpen(id) { promise("bytes of a connection that was closed") }
            if unsafe bytes.isEmpty { promise("a receive of nothing") }
            unsafe clients[id]?.pending += Array(bytes)
            if clients[id]?.inputEnded == true { promise("bytes after the end of the stream") }
            // The memory is ours until we return.
            for index in bytes.indices { unsafe bytes[index] = 0xEE }
            think(id)
            pump(id)
        }
    }

    func inputEnded(_ id: ConnectionID) {
        enter {
            if clients[id]?.inputEnded != false { promise("the end of a stream came twice") }
            clients[id]?.inputEnded = true
            pump(id)
        }
    }

    func sent(_ id: ConnectionID) {
        enter {
            if clients[id]?.framesInFlight ?? 0 == 0 {
                promise("a send was done that nobody began")
            }
            clients[id]?.framesInFlight = 0
            if reactor.isSending(id) { promise("a send that was done is in flight") }
            pump(id)
        }
    }

    func closed(_ id: ConnectionID) {
        enter {
            if clients.removeValue(forKey: id) == nil { promise("a connection was closed twice") }
            if reactor.isOpen(id) { promise("a connection is open that was closed") }
        }
    }

    private func enter(_ body: () -> Void) {
        if isInside { promise("the reactor called from within a call") }
        isInside = true
        body()
        isInside = false
    }

    private func promise(_ words: String) {
        if brokenPromise == nil { brokenPromise = words }
    }

    // MARK: Answers

    /// Takes time for some answers, as a service does that asks somebody else.
    private func think(_ id: ConnectionID) {
        guard random.happens(150), let client = clients[id], !client.isThinking,
            !client.pending.isEmpty
        else { return }
        clients[id]?.isThinking = true
        let bytes = client.pending
        clients[id]?.pending = []
        let nanoseconds = UInt64(random.below(200_000_000))
        Task(executorPreference: reactor) { [shard] in
            await self.answer(id, bytes, after: nanoseconds, on: shard)
        }
    }

    private func answer(
        _ id: ConnectionID,
        _ bytes: [UInt8],
        after nanoseconds: UInt64,
        on shard: isolated Shard
    ) async {
        guard (try? await shard.sleep(until: .now() + nanoseconds)) != nil else { return }
        let target = bug == .ignoresGenerations ? current(id.slot) ?? id : id
        // Who asked may have gone meanwhile, and somebody else may have come.
        guard let client = clients[target], reactor.isOpen(target) else { return }
        clients[target]?.isThinking = false
        clients[target]?.pending = bytes + client.pending
        pump(target)
    }

    private func current(_ slot: UInt32) -> ConnectionID? {
        clients.keys.first { $0.slot == slot }
    }

    // MARK: Sending

    private func pump(_ id: ConnectionID) {
        guard let client = clients[id], reactor.isOpen(id) else { return }
        holdBack(id, client)
        if client.isThinking || client.framesInFlight > 0 { return }
        if client.pending.isEmpty {
            if client.inputEnded { finish(id) }
            return
        }
        // Some now, the rest when that is done.
        let count = min(client.pending.count, 1 + random.below(1500))
        let bytes = Array(client.pending[..<count])
        clients[id]?.pending.removeFirst(count)
        send(id, bytes)
        if let client = clients[id] { holdBack(id, client) }
    }

    private func holdBack(_ id: ConnectionID, _ client: Client) {
        let isFull = client.pending.count > Self.pendingMax
        if isFull == client.isPaused { return }
        clients[id]?.isPaused = isFull
        if !isFull, bug == .forgetsToResume { return }
        isFull ? reactor.pauseReceiving(id) : reactor.resumeReceiving(id)
    }

    private func finish(_ id: ConnectionID) {
        if clients[id]?.outputEnded == true { return }
        clients[id]?.outputEnded = true
        // With or without a word, the end is the same.
        if random.happens(500) { reactor.endOutput(id) }
        reactor.close(id)
    }

    /// Sends the bytes in one frame or gathered from several.
    private func send(_ id: ConnectionID, _ bytes: [UInt8]) {
        if bug == .freesEarly, random.happens(100) { return sendAndFree(id, bytes) }
        let count = min(bytes.count, 1 + random.below(4))
        let size = (bytes.count + count - 1) / count
        var list = SendList()
        var frames: [Frame] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let frame = reactor.makeFrame(Array(bytes[start..<min(start + size, bytes.count)]))
            frames.append(frame)
            list.append(frame)
        }
        clients[id]?.framesInFlight = frames.count
        reactor.send(id, list)
        if bug == .rewritesFrames, random.happens(50) { unsafe frames[0].storage[0] ^= 0xFF }
        for frame in frames { reactor.release(frame) }
    }

    /// The bug: the send's memory is gone, and somebody else's, when this returns.
    private func sendAndFree(_ id: ConnectionID, _ bytes: [UInt8]) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        unsafe memory.copyBytes(from: bytes)
        var list = SendList()
        unsafe list.append(static: UnsafeRawBufferPointer(memory))
        clients[id]?.framesInFlight = 1
        reactor.send(id, list)
        // Its next owner writes to it; that it stays allocated keeps the test itself in order.
        for index in memory.indices { unsafe memory[index] = 0xFD }
        freed.append(UInt(bitPattern: memory.baseAddress))
    }

    /// Blocks that the bug has "freed".
    private var freed: [UInt] = []

    deinit {
        for address in freed { unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
    }
}
#endif
