import PulseFleet
import PulseJSON
import PulseReactor

/// The subscribers of every stream on one reactor, and what each of them gets next.
///
/// One frame serves everybody. A client has at most one send in flight; while it is busy it owns
/// only a number, the generation that it has. The hub starts sends and nothing else: it closes no
/// connection, and the reactor calls back only after it has returned.
///
/// Deltas come with each tick. Logs and snapshots it asks its origin for, which hands them over at
/// once or later; meanwhile who needs one waits.
struct Hub: ~Copyable {
    let reactor: Reactor
    let origin: any StreamOrigin
    /// Those that are there for good, by their index, and behind them the others.
    var streams: [StreamBox]
    /// Where each of the others is.
    var parts: [StreamKey: Int] = [:]
    var freeParts: [Int] = []
    /// What was given of the streams of each family.
    var counts = [DeliveryCounts](repeating: DeliveryCounts(), count: StreamKey.familyCount)
    var clients: [HubClient?] = []
    var subscriptions = UnsafeSlab(blank: Subscription(stream: 0, generation: nil))
    var snapshots: [Snapshot?] = []
    /// Snapshots that came in since the start.
    var snapshotCount: UInt64 = 0
    /// Clients that had not taken everything when the last tick came.
    private(set) var laggingCount = 0
    /// Bytes that the snapshots of past generations may take.
    var pastSnapshotBytesMax: Int
    private var heartbeat: Frame?

    /// The intended time of the last tick; what is sent between two ticks carries it.
    private(set) var timestamp: Int64
    private var generations = StreamGenerations()

    /// A stream in an array: the language has none of noncopyable values yet.
    ///
    /// A plain handle, which a broadcast copies for each client; the hub frees it.
    @safe struct StreamBox: BitwiseCopyable {
        private let address: UnsafeMutablePointer<HubStream>

        init(_ key: StreamKey) {
            unsafe address = .allocate(capacity: 1)
            unsafe address.initialize(to: HubStream(key))
        }

        var stream: HubStream {
            _read { yield unsafe address.pointee }
            nonmutating _modify { yield unsafe &address.pointee }
        }

        func free() {
            // The hub ends, and nobody else has seen the handle.
            unsafe address.deinitialize(count: 1)
            unsafe address.deallocate()
        }
    }

    init(
        reactor: Reactor,
        origin: any StreamOrigin,
        timestamp: Int64,
        pastSnapshotBytesMax: Int
    ) {
        self.reactor = reactor
        self.origin = origin
        self.timestamp = timestamp
        self.pastSnapshotBytesMax = pastSnapshotBytesMax
        streams = StreamName.allCases.map { StreamBox(.whole($0)) }
    }

    deinit {
        for box in streams {
            for frame in box.stream.log.skip(to: box.stream.generation) { reactor.release(frame) }
            box.free()
        }
        for case let snapshot? in snapshots {
            for frame in snapshot.parts { reactor.release(frame) }
        }
        for case let client? in clients {
            for frame in client.control { reactor.release(frame) }
        }
    }

    // MARK: Ticks

    /// Takes in a tick, whose frames the hub now holds, and sends them to all who watch.
    mutating func take(_ tick: StreamTick) {
        timestamp = tick.timestamp
        generations = tick.generations
        var deltas = [StreamKey: Frame](
            tick.deltas.map { ($0.stream, $0.frame) },
            uniquingKeysWith: { first, _ in first }
        )
        for stream in StreamName.allCases {
            let delta = deltas.removeValue(forKey: .whole(stream))
            advance(streams[stream.index], to: generations[stream], by: delta)
        }
        for part in tick.parts {
            guard let box = box(of: part.stream) else { continue }
            advance(box, to: part.generation, by: deltas.removeValue(forKey: part.stream))
        }
        // Of streams that this hub has just left.
        for frame in deltas.values { reactor.release(frame) }
        leaveIdleStreams()
        laggingCount = 0
        for index in clients.indices { serveTick(index) }
        if let frame = heartbeat {
            reactor.release(frame)
            heartbeat = nil
        }
    }

    /// Moves a stream on to the tick's generation: by its delta, or over what was not encoded.
    mutating func advance(_ box: StreamBox, to generation: UInt64, by delta: Frame?) {
        guard generation != box.stream.generation else { return }
        box.stream.generation = generation
        let dropped =
            delta.map { box.stream.log.append($0, generation: generation) }
            ?? box.stream.log.skip(to: generation)
        for frame in dropped { reactor.release(frame) }
        retireSnapshot(of: box)
    }

    private mutating func serveTick(_ index: Int) {
        guard let client = clients[index] else { return }
        if client.isSending { laggingCount += 1 }
        clients[index]?.silentTicks += 1
        clients[index]?.begunPartCount = 0
        pump(index)
        guard let client = clients[index], !client.isSending, !client.isClosing,
            client.silentTicks >= ServerLimits.heartbeatTicks, !isOwed(index)
        else { return }
        var list = SendList()
        list.append(heartbeatFrame())
        start(list, for: index, carriesData: true)
    }

    /// The tick's heartbeat, the same for everybody.
    private mutating func heartbeatFrame() -> Frame {
        if let heartbeat { return heartbeat }
        let frame = reactor.makeMessage(capacity: 4096) { writer in
            generations.encodeHeartbeat(ts: timestamp, into: &writer)
        }
        heartbeat = frame
        return frame
    }

    // MARK: Clients

    /// Takes in a WebSocket that was just opened, and greets it.
    mutating func add(_ id: ConnectionID, deflates: Bool, hello: (inout JSONWriter) -> Void) {
        let index = Int(id.slot)
        while clients.count <= index { clients.append(nil) }
        precondition(clients[index] == nil, "a client was added twice")
        clients[index] = HubClient(id: id, deflates: deflates, now: reactor.now)
        let frame = reactor.makeMessage(capacity: 16 * 1024, hello)
        clients[index]?.add(control: frame)
        pump(index)
    }

    /// Forgets a client whose connection is gone.
    mutating func remove(_ id: ConnectionID) {
        let index = Int(id.slot)
        guard index < clients.count, let client = clients[index], client.id == id else { return }
        for frame in client.control { reactor.release(frame) }
        var next = client.subscriptions
        while next != Subscription.none {
            leave(next)
            let following = subscriptions[next].next
            streams[subscriptions[next].stream].stream.holderCount -= 1
            subscriptions.give(next)
            next = following
        }
        clients[index] = nil
    }

    /// Goes on with the clients whose sends have completed.
    ///
    /// Returns the connections that need more: those that are no clients, that close, or that may
    /// send commands again.
    @inline(never)
    mutating func sent(_ connections: Span<ConnectionID>) -> [ConnectionID] {
        var others: [ConnectionID] = []
        for index in connections.indices where !goOn(connections[index]) {
            others.append(connections[index])
        }
        return others
    }

    /// Goes on with a client whose send has completed; returns whether that is all.
    @inline(never)
    private mutating func goOn(_ id: ConnectionID) -> Bool {
        let index = Int(id.slot)
        guard index < clients.count, let client = clients[index], client.id == id else {
            return false
        }
        clients[index]?.isSending = false
        var next = client.subscriptions
        while next != Subscription.none {
            subscriptions[next].endSend()
            next = subscriptions[next].next
        }
        if client.hasEndedPart { forgetEndedParts(of: index) }
        pump(index)
        return !client.isClosing && client.hasControlRoom
    }

    /// Notes that a question of the client's was asked of another shard.
    mutating func noteQuestion(_ id: ConnectionID) { clients[Int(id.slot)]?.awaitedCount += 1 }

    /// Notes that its answer has come; the client may be gone.
    mutating func noteAnswer(_ id: ConnectionID) {
        let index = Int(id.slot)
        if index < clients.count, clients[index]?.id == id { clients[index]?.awaitedCount -= 1 }
    }

    /// Whether one more answer fits; where it does not, the client's input has to rest.
    func hasControlRoom(_ id: ConnectionID) -> Bool {
        clients[Int(id.slot)]?.hasControlRoom ?? false
    }

    /// Sends a client a JSON message of its own, such as an error.
    mutating func reply(
        _ id: ConnectionID,
        capacity: Int = 4096,
        _ body: (inout JSONWriter) -> Void
    ) {
        // An answer that came from another shard may find somebody else in the slot.
        guard Int(id.slot) < clients.count, let client = clients[Int(id.slot)], client.id == id,
            !client.isClosing
        else { return }
        let frame = reactor.makeMessage(capacity: capacity, body)
        clients[Int(id.slot)]?.add(control: frame)
        pump(Int(id.slot))
    }

    /// Sends a client a whole control frame of WebSocket.
    mutating func send(_ id: ConnectionID, control bytes: [UInt8], closing: Bool = false) {
        guard clients[Int(id.slot)]?.isClosing == false else { return }
        clients[Int(id.slot)]?.add(control: reactor.makeFrame(bytes))
        if closing { clients[Int(id.slot)]?.isClosing = true }
        pump(Int(id.slot))
    }

    /// Whether the client's close frame was sent or waits to be.
    func isClosing(_ id: ConnectionID) -> Bool { clients[Int(id.slot)]?.isClosing ?? true }

    /// Whether everything for the client, its close frame included, has been taken by the kernel.
    func isAtRest(_ id: ConnectionID) -> Bool {
        guard let client = clients[Int(id.slot)] else { return true }
        return !client.isSending && client.control.isEmpty
    }

    /// The clients, for sweeps.
    func forEachClient(_ body: (HubClient) -> Void) {
        for client in clients { if let client { body(client) } }
    }

    /// Notes that a busy client took bytes since the last look.
    mutating func noteProgress(_ id: ConnectionID, mark: UInt64, at now: MonotonicTime) {
        clients[Int(id.slot)]?.progressMark = mark
        clients[Int(id.slot)]?.progressAt = now
    }
}
