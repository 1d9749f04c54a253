#if DEBUG
import CIOUring
import Glibc

/// Everything that a simulated kernel knows; behind the kernel's lock.
struct SimulatedState {
    var conditions: SimulatedConditions
    var network: SimulatedNetwork
    var trace = SimulatedTrace()
    private(set) var violation: String?
    var random: SimulatedRandom
    /// Operations in flight, in the order in which they began.
    var operations: [SimulatedOperation] = []
    private var byToken: [UInt64: SimulatedOperation] = [:]
    private var byPlace: [UInt64: (generation: UInt32, count: Int)] = [:]
    var turn: UInt64 = 0
    /// Whether something could have completed and was put off.
    var hasLate = false
    /// Whether bytes went to a peer since the waiting threads were woken.
    var hasMoved = false
    /// Threads that wait for anything to happen.
    var waiting: [Bell] = []

    let buffers: ReceiveBuffers.Place
    var freeBuffers: [UInt16]
    private var isLent: [Bool]
    private let clock: VirtualClock?

    init(_ conditions: SimulatedConditions, firstPort: UInt16, clock: VirtualClock?) {
        self.conditions = conditions
        self.clock = clock
        network = SimulatedNetwork(pipeBytes: conditions.pipeBytes, firstPort: firstPort)
        random = SimulatedRandom(seed: conditions.seed)
        buffers = ReceiveBuffers.Place(
            count: conditions.receiveBufferCount,
            byteCount: conditions.receiveBufferBytes
        )
        freeBuffers = (0..<UInt16(conditions.receiveBufferCount)).reversed()
        isLent = Array(repeating: false, count: conditions.receiveBufferCount)
        for id in freeBuffers {
            AddressedMemory.poison(buffers.byteCount, at: buffers.address(of: id))
        }
    }

    // MARK: Time, trace and rules

    var now: UInt64 { clock?.nanoseconds ?? MonotonicTime.now().nanoseconds }

    var isVirtual: Bool { clock != nil }

    func advance(to time: UInt64) { clock?.nanoseconds = max(now, time) }

    mutating func note(
        _ what: StaticString,
        _ token: Token? = nil,
        subject: Int = 0,
        value: Int = 0
    ) {
        let time = isVirtual ? now : 0
        trace.note(
            what,
            turn: turn,
            time: time,
            token: token?.rawValue ?? 0,
            subject: subject,
            value: value
        )
    }

    mutating func fail(_ words: String) {
        if violation == nil { violation = words }
    }

    /// Wakes every thread that waits.
    mutating func changed() {
        for bell in waiting { bell.ring() }
        waiting.removeAll(keepingCapacity: true)
    }

    // MARK: Operations

    /// Takes an operation; whatever is wrong with it is a violation or its completion's business.
    mutating func start(_ operation: SimulatedOperation) {
        let token = operation.token
        note("start", token, subject: Int(operation.fd), value: operation.byteCount)
        if byToken[token.rawValue] != nil {
            fail("two operations in flight have one name: \(describe(token))")
        }
        if let place = byPlace[operation.place], place.count > 0,
            place.generation != token.generation
        {
            fail("a slot was used again under an operation: \(describe(token))")
        }
        byToken[token.rawValue] = operation
        byPlace[operation.place, default: (0, 0)].generation = token.generation
        byPlace[operation.place, default: (0, 0)].count += 1
        operation.socket.operationCount += 1
        operations.append(operation)
        changed()
    }

    mutating func cancel(_ token: Token) {
        note("cancel", token)
        byToken[token.rawValue]?.isCancelled = true
    }

    /// Takes note of an operation's last completion.
    mutating func finish(_ operation: SimulatedOperation) {
        operation.isFinished = true
        operation.socket.operationCount -= 1
        byToken[operation.token.rawValue] = nil
        byPlace[operation.place, default: (0, 1)].count -= 1
        if byPlace[operation.place]?.count == 0 { byPlace[operation.place] = nil }
        if !operation.isIntact { failMemory(operation) }
    }

    /// Looks at what every operation in flight holds.
    mutating func checkMemory() {
        for operation in operations where !operation.isIntact { failMemory(operation) }
    }

    private mutating func failMemory(_ operation: SimulatedOperation) {
        fail("memory of an operation in flight was changed or freed: \(describe(operation.token))")
    }

    func describe(_ token: Token) -> String {
        "\(token.operation) of slot \(token.slot), generation \(token.generation)"
    }

    // MARK: Descriptors

    mutating func close(_ fd: Int32) {
        note("close", subject: Int(fd))
        if let socket = network.socket(at: fd), socket.operationCount > 0 {
            fail("a descriptor was closed under an operation: \(fd)")
        }
        if !network.closeDescriptor(fd) {
            fail("a descriptor was closed that is not open: \(fd)")
        }
        changed()
    }

    /// A descriptor for a socket, or -EMFILE when the process has no more.
    mutating func openDescriptor(for socket: SimulatedSocket) -> Int32 {
        guard network.descriptorCount < conditions.descriptorsMax else { return -EMFILE }
        return network.openDescriptor(for: socket)
    }

    // MARK: Receive buffers

    var lentCount: Int { conditions.receiveBufferCount - freeBuffers.count }

    /// Takes a free buffer, which must be as the kernel left it.
    mutating func lendBuffer() -> UInt16? {
        if freeBuffers.isEmpty { return nil }
        // Any of them: the order is the kernel's business.
        let id = freeBuffers.remove(at: random.below(freeBuffers.count))
        if !AddressedMemory.isPoisoned(buffers.byteCount, at: buffers.address(of: id)) {
            fail("receive buffer \(id) was written to while it was the kernel's")
        }
        isLent[Int(id)] = true
        return id
    }

    /// Takes a buffer back; the kernel may fill it at once, and does.
    mutating func recycle(_ id: UInt16) {
        guard isLent[Int(id)] else {
            // The planted bug gives it back twice by its nature.
            if conditions.planted != .recyclesEarly { fail("buffer \(id) was given back twice") }
            return
        }
        isLent[Int(id)] = false
        AddressedMemory.poison(buffers.byteCount, at: buffers.address(of: id))
        freeBuffers.append(id)
    }
}

extension ReceiveBuffers {
    /// The memory of receive buffers as a number, for who keeps it behind a lock.
    final class Place {
        private let buffers: ReceiveBuffers

        init(count: Int, byteCount: Int) {
            buffers = ReceiveBuffers(count: count, byteCount: byteCount)
        }

        var byteCount: Int { buffers.byteCount }

        func address(of id: UInt16) -> UInt { unsafe UInt(bitPattern: buffers.address(of: id)) }
    }
}
#endif
