/// What a client knows of one stream that believes nothing but docs/protocol.md, and breaks off at
/// whatever does not follow from what it has.
struct StreamModel {
    let stream: String
    private(set) var epoch = ""
    /// The generation of `rows`; `nil` before the first whole snapshot.
    private(set) var generation: UInt64?
    private(set) var rows: [UInt64: [String: [UInt8]]] = [:]
    /// The snapshot that is coming in, and how many of its parts have come.
    private var incoming: (message: StreamMessage, parts: UInt64)?
    private(set) var isWanted = false

    private(set) var snapshotCount = 0
    private(set) var deltaCount = 0
    /// Snapshots of which some parts came before another began.
    private(set) var brokenOffCount = 0

    init(_ stream: String) { self.stream = stream }

    /// Whether it is of one resource, of which a client has one at a time and never resumes.
    var isOfResource: Bool { stream.hasPrefix("resource/") }

    /// Whether it has what the stream was at `generation`, and nothing of it is on its way.
    func isCaughtUp(to generation: UInt64) -> Bool {
        incoming == nil && self.generation == generation
    }

    // MARK: Commands

    /// Asks for the stream, `resuming` from what it has if it has something.
    mutating func subscribe(resuming: Bool) -> String {
        isWanted = true
        guard resuming, let generation, incoming == nil else {
            return "{\"type\":\"subscribe\",\"stream\":\"\(stream)\"}"
        }
        return "{\"type\":\"subscribe\",\"stream\":\"\(stream)\",\"epoch\":\"\(epoch)\","
            + "\"generation\":\(generation)}"
    }

    mutating func unsubscribe() -> String {
        isWanted = false
        return "{\"type\":\"unsubscribe\",\"stream\":\"\(stream)\"}"
    }

    /// The client looks at another resource.
    mutating func leave() { isWanted = false }

    /// The connection is another one: nothing is on its way any more.
    mutating func reconnect() {
        incoming = nil
        isWanted = false
    }

    // MARK: Messages

    /// Takes a message of the stream; `isSettled` says that every command was obeyed.
    mutating func take(_ message: StreamMessage, isSettled: Bool) throws {
        if isSettled, !isWanted { throw ContractError("data of a stream that was left") }
        switch message.type {
        case "snapshot": try collect(message)
        case "delta": try apply(message)
        default: throw ContractError("a message of type \(message.type)")
        }
    }

    /// A heartbeat comes to who has everything, so it names the generation that we have.
    func compare(_ generations: [String: UInt64]) throws {
        guard isWanted, let other = generations[stream] else { return }
        guard incoming == nil, generation == other else {
            throw ContractError("a heartbeat at \(other), we have \(generation ?? 0)")
        }
    }

    private mutating func collect(_ part: StreamMessage) throws {
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
