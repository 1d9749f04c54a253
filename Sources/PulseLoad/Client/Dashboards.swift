import PulseReactor
import PulseWire

/// Thousands of dashboards on one reactor: they connect, subscribe, read, and measure.
final class Dashboards: ConnectionService {
    let reactor: Reactor
    let options: LoadOptions
    let replays: Replays
    private let tls: TLSClientContext?
    let clients: [DashboardClient]
    /// What inflates the messages of all, where they are asked for compressed.
    private let inflater: MessageInflater?
    var figures = LoadFigures()
    /// The first hello; all clients take the streams from it.
    var hello: Hello?
    var streams: [String] = []
    var watches: [TickWatch] = []
    /// The newest generation of each stream that anybody was given.
    var newest: [UInt64] = []
    /// Which ticks are measured, by their intended time in milliseconds since 1970.
    private(set) var window: ClosedRange<UInt64>?
    /// Whether the run is over, so that what the server does is no error any more.
    var isEnding = false
    /// What makes the whole run senseless.
    var failure: LoadFailure?
    private(set) var openCount = 0
    private var bySlot: [Int] = []
    /// The first client that was never begun.
    private var nextIndex = 0
    private var random = SystemRandomNumberGenerator()

    init(
        _ options: LoadOptions,
        _ reactor: Reactor,
        _ tls: TLSClientContext?,
        replays: Replays,
        begin: MonotonicTime
    ) {
        self.options = options
        self.reactor = reactor
        self.tls = tls
        self.replays = replays
        inflater = options.deflates ? MessageInflater(remembers: true) : nil
        let gap = options.rampNanoseconds / UInt64(max(1, options.clients))
        clients = (0..<options.clients).map { index in
            // Stalled and reconnecting clients are spread among the others.
            let place = LoadPlan.place(of: index, among: options.clients)
            let habit: DashboardClient.Habit =
                place < options.stalled
                ? .stalled
                : place < options.stalled + options.reconnecting ? .reconnecting : .reading
            return DashboardClient(
                index: index,
                habit: habit,
                replay: habit == .reading ? replays.admit(index) : nil,
                due: begin + UInt64(index) * gap
            )
        }
    }

    // MARK: What is due

    /// Begins clients whose time has come, and ends those that waited too long.
    func step(at now: MonotonicTime) {
        var budget = LoadLimits.openingsPerStepMax
        while nextIndex < clients.count, budget > 0, clients[nextIndex].due <= now {
            open(clients[nextIndex])
            nextIndex += 1
            budget -= 1
        }
    }

    /// Looks at every client that was begun: who waits too long, goes, or comes back.
    func sweep(at now: MonotonicTime) {
        for client in clients[..<nextIndex] where client.due <= now {
            switch client.phase {
            case .waiting: open(client)
            case .opening, .greeting: end(client, .timeout)
            case .open where client.habit == .reconnecting: leave(client)
            case .open, .ended: break
            }
        }
    }

    private func open(_ client: DashboardClient) {
        var key = InlineArray<16, UInt8>(repeating: 0)
        for index in key.indices { key[index] = UInt8.random(in: 0...255, using: &random) }
        client.due = reactor.now + LoadLimits.openingNanoseconds
        do throws(SystemError) {
            let id = try reactor.connect(
                to: options.address,
                from: LoadPlan.source(of: client.index, for: options.address),
                service: self,
                tls: tls,
                // A browser that comes back has a ticket; one that comes first has none.
                resumes: client.hasBeenOpen
            )
            while bySlot.count <= Int(id.slot) { bySlot.append(-1) }
            bySlot[Int(id.slot)] = client.index
            let handshake = WebSocketClientHandshake(key: key, offersDeflate: options.deflates)
            client.begin(id, handshake, inflater)
        } catch {
            figures.count(.connect(.system(error)))
            client.phase = .ended
        }
    }

    /// Goes like a browser tab that is closed, to come back with what it has.
    private func leave(_ client: DashboardClient) {
        guard let id = client.id else { return }
        client.phase = .waiting
        client.due = reactor.now + LoadLimits.stayNanoseconds / 10
        openCount -= 1
        reactor.close(id)
    }

    /// Ends a client for good, and counts why.
    func end(_ client: DashboardClient, _ error: LoadError) {
        if client.phase == .ended { return }
        if !isEnding { figures.count(error) }
        if client.phase == .open { openCount -= 1 }
        client.phase = .ended
        if let id = client.id { reactor.close(id) }
    }

    /// Notes that a client has subscribed.
    func noteOpen(_ client: DashboardClient) {
        client.phase = .open
        openCount += 1
        figures.opened += 1
        client.due =
            client.habit == .reconnecting
            ? reactor.now + LoadLimits.stayNanoseconds : MonotonicTime(nanoseconds: .max)
    }

    /// Measures the ticks from now on.
    func beginMeasuring() { window = WallClock.nanosecondsNow() / 1_000_000...UInt64.max }

    /// Measures no ticks that are intended for later than now; those before may still arrive.
    func endMeasuring() {
        guard let begin = window?.lowerBound else { return }
        window = begin...max(begin, WallClock.nanosecondsNow() / 1_000_000)
    }

    /// Records the ticks that are still open.
    func finishTicks() {
        for index in watches.indices { watches[index].finish(&figures.spreads) }
    }

    /// Reading clients that are still without a state of something they subscribed to.
    ///
    /// Whoever reads nothing gets none, and who goes and comes back is now and then without.
    var unsettledCount: Int {
        clients.count { $0.habit == .reading && $0.phase != .ended && !$0.hasStates }
    }

    /// Reading clients that lack more than the newest tick of some stream.
    var behindCount: Int {
        clients.count { client in
            client.phase == .open && client.habit == .reading
                && zip(client.subscriptions, newest).contains { has, newest in
                    (has.generation ?? 0) + 1 < newest
                }
        }
    }

    // MARK: ConnectionService

    func accepted(_ connection: ConnectionID, from peer: SocketAddress) {
        preconditionFailure("a dashboard listens nowhere")
    }

    func connected(_ connection: ConnectionID) {
        guard let client = client(connection), let handshake = client.handshake else { return }
        let fields = options.token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        client.outbox += handshake.request(
            host: options.host,
            target: options.target,
            fields: fields
        )
        flush(client)
    }

    func connectFailed(_ connection: ConnectionID, _ error: ConnectError) {
        guard let client = client(connection) else { return }
        end(client, .connect(error))
    }

    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        guard let client = client(connection) else { return }
        let arrival = WallClock.nanosecondsNow() / 1000
        figures.bytes += UInt64(bytes.count)
        if client.phase == .opening || !client.pending.isEmpty {
            unsafe client.pending.append(contentsOf: bytes)
            takePending(client, at: arrival)
        } else {
            let consumed = unsafe takeFrames(client, bytes, at: arrival)
            if consumed < bytes.count {
                unsafe client.pending.append(contentsOf: bytes[consumed...])
            }
        }
    }

    func inputEnded(_ connection: ConnectionID) {
        if let client = client(connection) { end(client, .ended) }
    }

    func sent(_ connection: ConnectionID) {
        if let client = client(connection) { flush(client) }
    }

    func closed(_ connection: ConnectionID) {
        guard let client = client(connection) else { return }
        client.id = nil
        bySlot[Int(connection.slot)] = -1
        if client.phase != .waiting { end(client, .ended) }
    }

    private func client(_ connection: ConnectionID) -> DashboardClient? {
        let slot = Int(connection.slot)
        guard slot < bySlot.count, bySlot[slot] >= 0 else { return nil }
        let client = clients[bySlot[slot]]
        return client.id == connection ? client : nil
    }

    // MARK: Sending

    /// Sends a frame as soon as the one before is on its way.
    func send(_ client: DashboardClient, _ opcode: WebSocketOpcode, _ payload: [UInt8]) {
        client.outbox += WebSocketClientFrame.make(
            opcode,
            payload: payload,
            mask: UInt32.random(in: 0...UInt32.max, using: &random)
        )
        flush(client)
    }

    private func flush(_ client: DashboardClient) {
        guard let id = client.id, reactor.isOpen(id), !reactor.isSending(id) else { return }
        guard !client.outbox.isEmpty else {
            if client.habit == .stalled, client.phase == .open { reactor.pauseReceiving(id) }
            return
        }
        reactor.send(id, bytes: client.outbox)
        client.outbox = []
    }
}
