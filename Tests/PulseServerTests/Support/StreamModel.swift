/// What a client of stream `hosts` knows that believes nothing but docs/protocol.md, and breaks off
/// at whatever does not follow from what it has.
struct StreamModel {
    private(set) var epoch = ""
    /// The generation of `rows`; `nil` before the first whole snapshot.
    private(set) var generation: UInt64?
    private(set) var rows: [UInt64: [String: [UInt8]]] = [:]
    /// The snapshot that is coming in, and how many of its parts have come.
    private var incoming: (message: StreamMessage, parts: UInt64)?
    /// Whether the server has answered the newest command.
    private var isSettled: Bool { answered == asked }
    private var asked: UInt64 = 0
    private var answered: UInt64 = 0
    private var wantsStream = false

    private(set) var snapshotCount = 0
    private(set) var deltaCount = 0
    private(set) var heartbeatCount = 0
    /// Snapshots of which some parts came before another began.
    private(set) var brokenOffCount = 0

    /// Whether it has what the stream was at `generation`, and nothing is on its way.
    func isCaughtUp(to generation: UInt64) -> Bool {
        isSettled && incoming == nil && self.generation == generation
    }

    // MARK: Commands

    /// Asks for the stream, `resuming` from what it has if it has something.
    mutating func subscribe(resuming: Bool) -> String {
        wantsStream = true
        guard resuming, let generation, incoming == nil else {
            return "{\"type\":\"subscribe\",\"stream\":\"hosts\"}"
        }
        return "{\"type\":\"subscribe\",\"stream\":\"hosts\",\"epoch\":\"\(epoch)\","
            + "\"generation\":\(generation)}"
    }

    mutating func unsubscribe() -> String {
        wantsStream = false
        return "{\"type\":\"unsubscribe\",\"stream\":\"hosts\"}"
    }

    /// A ping whose answer tells that everything before it was obeyed.
    mutating func ping() -> String {
        asked += 1
        return "{\"type\":\"ping\",\"id\":\(asked)}"
    }

    /// The connection is another one: nothing is on its way any more.
    mutating func reconnect() {
        incoming = nil
        answered = asked
        wantsStream = false
    }

    // MARK: Messages

    mutating func take(_ bytes: [UInt8]) throws {
        let message = try StreamMessage(bytes)
        switch message.type {
        case "hello": break
        case "pong":
            guard let id = message.id, id > answered, id <= asked else {
                throw ContractError("a pong that nobody waits for")
            }
            answered = id
        case "heartbeat": try compare(message)
        case "snapshot": try collect(message)
        case "delta": try apply(message)
        default: throw ContractError("a message of type \(message.type)")
        }
    }

    /// A heartbeat comes to who has everything, so it names the generation that we have.
    private mutating func compare(_ message: StreamMessage) throws {
        heartbeatCount += 1
        guard isSettled, wantsStream else { return }
        guard incoming == nil, generation == message.generation else {
            throw ContractError("a heartbeat at \(message.generation), we have \(generation ?? 0)")
        }
    }

    private mutating func checkWanted() throws {
        if isSettled, !wantsStream { throw ContractError("data of a stream that was left") }
    }

    private mutating func collect(_ part: StreamMessage) throws {
        try checkWanted()
        if part.part == 1 {
            if incoming != nil { brokenOffCount += 1 }
            incoming = (part, 0)
        }
        guard var whole = incoming, part.part == whole.parts + 1,
            part.generation == whole.message.generation, part.parts == whole.message.parts
        else { throw ContractError("part \(part.part) of another snapshot") }
        whole.parts += 1
        if part.part > 1 {
            whole.message.rows.merge(part.rows) { $1 }
        }
        incoming = whole
        guard whole.parts == part.parts else { return }
        snapshotCount += 1
        incoming = nil
        epoch = part.epoch
        generation = part.generation
        rows = whole.message.rows
    }

    private mutating func apply(_ delta: StreamMessage) throws {
        try checkWanted()
        deltaCount += 1
        guard incoming == nil else { throw ContractError("a delta inside a snapshot") }
        guard delta.since == generation, delta.generation == (generation ?? 0) + 1 else {
            throw ContractError("a delta since \(delta.since ?? 0), we have \(generation ?? 0)")
        }
        generation = delta.generation
        for (handle, members) in delta.set { rows[handle, default: [:]].merge(members) { $1 } }
        for (handle, members) in delta.rows {
            guard rows[handle] != nil else { throw ContractError("a row of an unknown handle") }
            rows[handle]?.merge(members) { $1 }
        }
        for handle in delta.gone {
            guard rows.removeValue(forKey: handle) != nil else {
                throw ContractError("gone, but never there")
            }
        }
    }
}
