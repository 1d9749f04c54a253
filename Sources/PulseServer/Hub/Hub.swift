import PulseFleet
import PulseJSON
import PulseReactor
import PulseWire

/// The subscribers of every stream, and what each of them gets next.
///
/// One frame serves everybody. A client has at most one send in flight; while it is busy it owns
/// only a number, the generation that it has. The hub starts sends and nothing else: it closes no
/// connection, and the reactor calls back only after it has returned.
struct Hub: ~Copyable {
    private let reactor: Reactor
    private let fleet: FleetOwner
    private var streams: [StreamBox]
    private var clients: [HubClient?] = []
    private var subscriptions = UnsafeSlab(blank: Subscription(stream: 0, generation: nil))
    private var snapshots: [Snapshot?] = []
    private var heartbeat: Frame?
    private(set) var clientCount = 0

    /// The intended time of the last tick; what is sent between two ticks carries it.
    private(set) var timestamp: Int64

    /// A stream in an array: the language has none of noncopyable values yet.
    private final class StreamBox {
        var stream = HubStream()
    }

    init(reactor: Reactor, fleet: FleetOwner, timestamp: Int64) {
        self.reactor = reactor
        self.fleet = fleet
        self.timestamp = timestamp
        streams = StreamName.allCases.map { _ in StreamBox() }
    }

    // MARK: Ticks

    /// Makes a tick: encodes each changed stream that somebody watches, once, and sends it to all.
    mutating func tick(at timestamp: Int64) {
        self.timestamp = timestamp
        let changed = fleet.beginTick()
        for stream in StreamName.allCases where changed.contains(stream) { publish(stream) }
        fleet.endTick()
        for index in clients.indices { serveTick(index) }
        if let frame = heartbeat {
            reactor.release(frame)
            heartbeat = nil
        }
    }

    private mutating func publish(_ name: StreamName) {
        let box = streams[name.index]
        let generation = fleet.generation(of: name)
        box.stream.generation = generation
        let dropped: [Frame]
        if box.stream.subscriberCount > 0 {
            box.stream.encodes += 1
            let frame = message(capacity: fleet.deltaByteCountMax(of: name)) { writer in
                fleet.encodeDelta(of: name, ts: timestamp, into: &writer)
            }
            dropped = box.stream.log.append(frame, generation: generation)
        } else {
            dropped = box.stream.log.skip(to: generation)
        }
        for frame in dropped { reactor.release(frame) }
        if box.stream.snapshot != Subscription.none {
            releaseSnapshot(box.stream.snapshot)
            box.stream.snapshot = Subscription.none
        }
    }

    private mutating func serveTick(_ index: Int) {
        guard clients[index] != nil else { return }
        clients[index]?.silentTicks += 1
        pump(index)
        guard let client = clients[index], !client.isSending, !client.isClosing,
            client.silentTicks >= ServerLimits.heartbeatTicks
        else { return }
        var list = SendList()
        list.append(heartbeatFrame())
        start(list, for: index, carriesData: true)
    }

    /// The tick's heartbeat, the same for everybody.
    private mutating func heartbeatFrame() -> Frame {
        if let heartbeat { return heartbeat }
        let frame = message(capacity: 4096) { writer in
            fleet.encodeHeartbeat(ts: timestamp, into: &writer)
        }
        heartbeat = frame
        return frame
    }

    // MARK: Clients

    /// Takes in a WebSocket that was just opened, and greets it.
    mutating func add(_ id: ConnectionID, hello: (inout JSONWriter) -> Void) {
        let index = Int(id.slot)
        while clients.count <= index { clients.append(nil) }
        precondition(clients[index] == nil, "a client was added twice")
        clients[index] = HubClient(id: id)
        clientCount += 1
        let frame = message(capacity: 16 * 1024, hello)
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
            let subscription = subscriptions[next]
            drop(subscription)
            subscriptions.give(next)
            next = subscription.next
        }
        clients[index] = nil
        clientCount -= 1
    }

    /// Goes on with a client whose send has completed.
    mutating func sent(_ id: ConnectionID) {
        let index = Int(id.slot)
        guard clients[index]?.id == id else { return }
        clients[index]?.isSending = false
        var next = clients[index]?.subscriptions ?? Subscription.none
        while next != Subscription.none {
            subscriptions[next].endSend()
            next = subscriptions[next].next
        }
        pump(index)
    }

    /// Whether one more answer fits; where it does not, the client's input has to rest.
    func hasControlRoom(_ id: ConnectionID) -> Bool {
        clients[Int(id.slot)]?.hasControlRoom ?? false
    }

    /// Sends a client a JSON message of its own, such as an error.
    mutating func reply(_ id: ConnectionID, _ body: (inout JSONWriter) -> Void) {
        guard clients[Int(id.slot)]?.isClosing == false else { return }
        let frame = message(capacity: 4096, body)
        clients[Int(id.slot)]?.add(control: frame)
        pump(Int(id.slot))
    }

    /// Sends a client a whole control frame of WebSocket.
    mutating func send(_ id: ConnectionID, control bytes: [UInt8], closing: Bool = false) {
        guard clients[Int(id.slot)]?.isClosing == false else { return }
        let frame = reactor.makeFrame(capacity: bytes.count)
        // The frame is ours until the first send, so its storage may be written to.
        unsafe frame.storage.copyBytes(from: bytes)
        frame.setContent(0..<bytes.count)
        clients[Int(id.slot)]?.add(control: frame)
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
    mutating func noteProgress(_ id: ConnectionID, acknowledged: UInt64, at now: MonotonicTime) {
        clients[Int(id.slot)]?.acknowledged = acknowledged
        clients[Int(id.slot)]?.progressAt = now
    }

    // MARK: Subscriptions

    /// Subscribes a client; with a generation of this epoch it resumes behind that one.
    ///
    /// Returns `false` when the client has too many subscriptions. Subscribing again starts anew.
    mutating func subscribe(
        _ id: ConnectionID,
        to name: StreamName,
        after generation: UInt64?
    ) -> Bool {
        unsubscribe(id, from: name)
        guard var client = clients[Int(id.slot)],
            client.subscriptionCount < ServerLimits.subscriptionsPerClientMax
        else { return false }
        let box = streams[name.index]
        let resumes = generation.map {
            $0 <= box.stream.generation && box.stream.log.reaches(back: $0)
        }
        let index = subscriptions.take()
        subscriptions[index] = Subscription(
            stream: name.index,
            generation: resumes == true ? generation : nil
        )
        subscriptions[index].next = client.subscriptions
        client.subscriptions = index
        client.subscriptionCount += 1
        clients[Int(id.slot)] = client
        box.stream.subscriberCount += 1
        pump(Int(id.slot))
        return true
    }

    /// Ends a subscription, if there is one.
    mutating func unsubscribe(_ id: ConnectionID, from name: StreamName) {
        guard var client = clients[Int(id.slot)] else { return }
        var previous = Subscription.none
        var index = client.subscriptions
        while index != Subscription.none {
            let subscription = subscriptions[index]
            if subscription.stream == name.index {
                drop(subscription)
                subscriptions.give(index)
                client.subscriptionCount -= 1
                if previous == Subscription.none {
                    client.subscriptions = subscription.next
                } else {
                    subscriptions[previous].next = subscription.next
                }
                clients[Int(id.slot)] = client
                return
            }
            previous = index
            index = subscription.next
        }
    }

    private mutating func drop(_ subscription: Subscription) {
        streams[subscription.stream].stream.subscriberCount -= 1
        if subscription.snapshot != Subscription.none { releaseSnapshot(subscription.snapshot) }
    }

    // MARK: Sending

    /// Starts the client's next send, if it is idle and something waits for it.
    private mutating func pump(_ index: Int) {
        guard let client = clients[index], !client.isSending else { return }
        var list = SendList()
        let control = clients[index]?.takeControl() ?? []
        for frame in control { list.append(frame) }
        let own = list.count
        if !client.isClosing {
            var next = client.subscriptions
            while next != Subscription.none {
                gather(next, into: &list)
                next = subscriptions[next].next
            }
        }
        if !list.isEmpty { start(list, for: index, carriesData: list.count > own) }
        // The send in flight has a share of its own in each.
        for frame in control { reactor.release(frame) }
    }

    private mutating func start(_ list: SendList, for index: Int, carriesData: Bool) {
        guard let client = clients[index] else { return }
        clients[index]?.isSending = true
        clients[index]?.progressAt = reactor.now
        if carriesData { clients[index]?.silentTicks = 0 }
        reactor.send(client.id, list)
    }

    /// Adds what a subscription is owed, as far as the list has room.
    private mutating func gather(_ index: UInt32, into list: inout SendList) {
        let box = streams[subscriptions[index].stream]
        if subscriptions[index].snapshot == Subscription.none {
            let isBehind = subscriptions[index].given.map { !box.stream.log.reaches(back: $0) }
            if isBehind ?? true {
                let snapshot = currentSnapshot(of: subscriptions[index].stream)
                subscriptions[index].beginSnapshot(snapshot)
            }
        }
        if subscriptions[index].snapshot != Subscription.none {
            guard gatherSnapshot(index, into: &list) else { return }
        }
        while !list.isFull, let given = subscriptions[index].given, given < box.stream.generation,
            box.stream.log.reaches(back: given)
        {
            list.append(box.stream.log[given + 1])
            subscriptions[index].give(given + 1)
        }
    }

    /// Adds parts of a snapshot; returns whether the last one is among them.
    private mutating func gatherSnapshot(_ index: UInt32, into list: inout SendList) -> Bool {
        let held = subscriptions[index].snapshot
        guard let snapshot = snapshots[Int(held)] else {
            preconditionFailure("a subscription holds a snapshot that is gone")
        }
        while subscriptions[index].partsGiven < snapshot.parts.count {
            if list.isFull { return false }
            list.append(snapshot.parts[subscriptions[index].partsGiven])
            subscriptions[index].givePart()
        }
        subscriptions[index].endSnapshot(at: snapshot.generation)
        releaseSnapshot(held)
        return true
    }

    // MARK: Snapshots

    /// The stream's snapshot of this generation with one more holder; encoded for the first.
    private mutating func currentSnapshot(of stream: Int) -> UInt32 {
        let box = streams[stream]
        if box.stream.snapshot == Subscription.none {
            box.stream.encodes += 1
            box.stream.snapshot = encodeSnapshot(StreamName.allCases[stream])
        }
        snapshots[Int(box.stream.snapshot)]?.holders += 1
        return box.stream.snapshot
    }

    private mutating func encodeSnapshot(_ name: StreamName) -> UInt32 {
        let layout = fleet.snapshotParts(
            of: name,
            byteCountMax: FleetLimits.snapshotPartBytesMax
        )
        let parts = layout.parts.indices.map { part in
            message(capacity: layout.parts[part].byteCountMax) { writer in
                fleet.encodeSnapshotPart(part, of: layout, ts: timestamp, into: &writer)
            }
        }
        let snapshot = Snapshot(
            generation: fleet.generation(of: name),
            parts: parts,
            holders: 1
        )
        if let free = snapshots.firstIndex(where: { $0 == nil }) {
            snapshots[free] = snapshot
            return UInt32(free)
        }
        snapshots.append(snapshot)
        return UInt32(snapshots.count - 1)
    }

    private mutating func releaseSnapshot(_ index: UInt32) {
        guard var snapshot = snapshots[Int(index)] else {
            preconditionFailure("a snapshot was released too often")
        }
        snapshot.holders -= 1
        if snapshot.holders == 0 {
            for frame in snapshot.parts { reactor.release(frame) }
            snapshots[Int(index)] = nil
        } else {
            snapshots[Int(index)] = snapshot
        }
    }

    // MARK: Frames

    /// Encodes a text message straight behind the room for its WebSocket header.
    private func message(capacity: Int, _ body: (inout JSONWriter) -> Void) -> Frame {
        let room = WebSocketHeader.byteCountMax
        let frame = reactor.makeFrame(capacity: room + capacity)
        // The frame is ours until the first send, so its storage may be written to.
        let storage = unsafe frame.storage
        var writer = unsafe JSONWriter(UnsafeMutableRawBufferPointer(rebasing: storage[room...]))
        body(&writer)
        precondition(!writer.overflowed, "a message is longer than its encoder announced")
        let start = unsafe WebSocketHeader.write(
            .text,
            payloadByteCount: writer.count,
            endingAt: room,
            in: storage
        )
        frame.setContent(start..<room + writer.count)
        return frame
    }
}
