/// The connections of one reactor, by slot and generation.
struct ConnectionTable: ~Copyable {
    private var slab = UnsafeSlab(blank: Connection())

    /// Open and closing connections.
    var count: Int { slab.count }

    var slotEnd: UInt32 { slab.indexEnd }

    mutating func open(
        _ fd: Int32,
        service: UInt8,
        phase: Connection.Phase = .open
    ) -> ConnectionID {
        let slot = slab.take()
        let generation = slab[slot].generation
        var connection = Connection()
        connection.fd = fd
        connection.generation = generation
        connection.service = service
        connection.phase = phase
        slab[slot] = connection
        return ConnectionID(slot: slot, generation: generation)
    }

    /// Frees a slot; from here on its old name, and every completion that carries it, is stale.
    mutating func free(_ slot: UInt32) {
        precondition(slab[slot].phase != .free, "a connection was freed twice")
        precondition(!slab[slot].isBusy, "a connection was freed under an operation")
        slab[slot].phase = .free
        slab[slot].generation = (slab[slot].generation &+ 1) & Token.generationMask
        slab.give(slot)
    }

    /// Whether the name still names its connection, open or closing.
    func isCurrent(_ id: ConnectionID) -> Bool {
        id.slot < slab.indexEnd && slab[id.slot].generation == id.generation
            && slab[id.slot].phase != .free
    }

    /// Whether the connection can still be used.
    func isOpen(_ id: ConnectionID) -> Bool {
        isCurrent(id) && slab[id.slot].phase == .open
    }

    /// Whether the connection is open or on its way to be.
    func isLive(_ id: ConnectionID) -> Bool {
        isCurrent(id) && slab[id.slot].phase != .closing
    }

    /// The connections that are open or on their way to be.
    var liveIDs: [ConnectionID] {
        (0..<slab.indexEnd).map { id(of: $0) }.filter { isLive($0) }
    }

    func id(of slot: UInt32) -> ConnectionID {
        ConnectionID(slot: slot, generation: slab[slot].generation)
    }

    subscript(slot: UInt32) -> Connection {
        get { slab[slot] }
        nonmutating _modify { yield &slab[slot] }
    }
}
