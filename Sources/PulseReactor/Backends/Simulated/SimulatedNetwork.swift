#if DEBUG
import CIOUring
import Glibc

/// The sockets of a simulated kernel and what they do to each other, as TCP would.
///
/// The reactor names its own by descriptors, lowest first, which are reused at once; the peers that
/// it talks to name theirs by `id`, so that they use up no descriptors.
struct SimulatedNetwork {
    private(set) var sockets: [Int: SimulatedSocket] = [:]
    private var nextID = 1
    private var listeners: [UInt16: Int] = [:]
    /// Socket ids by descriptor, 0 where it is free.
    private var descriptors: [Int] = []
    private(set) var descriptorCount = 0
    private let pipeBytes: Int
    private var nextPort: UInt16
    private var nextEphemeralPort: UInt16 = 32_768

    /// Beyond any descriptor of the real kernel: a call that goes astray hits nothing.
    static let firstDescriptor: Int32 = 2_000_000

    init(pipeBytes: Int, firstPort: UInt16) {
        self.pipeBytes = pipeBytes
        nextPort = firstPort
    }

    // MARK: Names

    mutating func make(
        _ kind: SimulatedSocket.Kind,
        local: SocketAddress = SimulatedNetwork.nowhere
    ) -> SimulatedSocket {
        let socket = SimulatedSocket(id: nextID, kind: kind, local: local)
        nextID += 1
        sockets[socket.id] = socket
        return socket
    }

    /// Stands in for a socket where a descriptor names none.
    func makeMissing() -> SimulatedSocket {
        SimulatedSocket(id: 0, kind: .missing, local: Self.nowhere)
    }

    static let nowhere = SocketAddress(host: .v4([0, 0, 0, 0]), port: 0)

    mutating func openDescriptor(for socket: SimulatedSocket) -> Int32 {
        descriptorCount += 1
        if let free = descriptors.firstIndex(of: 0) {
            descriptors[free] = socket.id
            return SimulatedNetwork.firstDescriptor + Int32(free)
        }
        descriptors.append(socket.id)
        return SimulatedNetwork.firstDescriptor + Int32(descriptors.count - 1)
    }

    func socket(at fd: Int32) -> SimulatedSocket? {
        let index = Int(fd) - Int(SimulatedNetwork.firstDescriptor)
        guard descriptors.indices.contains(index) else { return nil }
        return sockets[descriptors[index]]
    }

    /// Frees a descriptor and ends its socket; `false` when there is none.
    mutating func closeDescriptor(_ fd: Int32) -> Bool {
        guard let socket = socket(at: fd) else { return false }
        descriptors[Int(fd - SimulatedNetwork.firstDescriptor)] = 0
        descriptorCount -= 1
        close(socket, reset: socket.dropsAtClose)
        return true
    }

    // MARK: Listening and connecting

    /// Makes a listener; port 0 means any, and a port that is taken is an error.
    mutating func listen(
        on address: SocketAddress,
        backlogMax: Int
    ) throws(SystemError) -> SimulatedSocket {
        var port = address.port
        if port == 0 {
            port = nextPort
            nextPort += 1
        }
        if listeners[port] != nil {
            throw SystemError(call: "bind", code: EADDRINUSE)
        }
        let listener = make(.listener, local: SocketAddress(host: address.host, port: port))
        listener.backlogMax = backlogMax
        listeners[port] = listener.id
        return listener
    }

    /// Connects: 0, -ECONNREFUSED, or -EINPROGRESS while the listener has no room.
    mutating func connect(_ socket: SimulatedSocket, to target: SocketAddress) -> Int32 {
        guard let id = listeners[target.port], let listener = sockets[id], !listener.isShut else {
            return -ECONNREFUSED
        }
        guard listener.backlog.count < listener.backlogMax else { return -EINPROGRESS }
        if socket.local.port == 0 {
            let host = socket.local == Self.nowhere ? target.host : socket.local.host
            socket.local = SocketAddress(host: host, port: nextEphemeralPort)
            nextEphemeralPort = nextEphemeralPort == .max ? 32_768 : nextEphemeralPort + 1
        }
        let server = make(.stream, local: listener.local)
        server.peer = socket.local
        server.other = socket.id
        server.inbox = SimulatedPipe(capacity: pipeBytes)
        socket.peer = listener.local
        socket.other = server.id
        socket.inbox = socket.inbox ?? SimulatedPipe(capacity: pipeBytes)
        listener.backlog.append(server.id)
        return 0
    }

    /// Takes the oldest client that waits.
    func accept(_ listener: SimulatedSocket) -> SimulatedSocket? {
        while !listener.backlog.isEmpty {
            if let socket = sockets[listener.backlog.removeFirst()] { return socket }
        }
        return nil
    }

    // MARK: Bytes

    /// Moves bytes to the other end: how many, or -errno; -EAGAIN when there is no room.
    func send(_ socket: SimulatedSocket, from address: UInt, count: Int) -> Int32 {
        if socket.isReset {
            if socket.resetWasTold { return -EPIPE }
            socket.resetWasTold = true
            return -ECONNRESET
        }
        if socket.outputShut || !socket.isConnected { return -EPIPE }
        if socket.otherIsGone {
            // What is sent into the void is answered with a reset.
            socket.isReset = true
            return Int32(count)
        }
        guard let other = sockets[socket.other], let inbox = other.inbox else { return -EPIPE }
        if count == 0 { return 0 }
        if other.inputShut {
            socket.acknowledged += UInt64(count)
            return Int32(count)
        }
        let moved = min(count, inbox.room)
        if moved == 0 { return -EAGAIN }
        inbox.write(from: address, count: moved)
        socket.acknowledged += UInt64(moved)
        return Int32(moved)
    }

    /// What a receive would say without looking at bytes: how many there are, or 0 at the end, or
    /// -errno; -EAGAIN when there is nothing yet.
    func readable(_ socket: SimulatedSocket) -> Int32 {
        if let inbox = socket.inbox, inbox.count > 0 { return Int32(inbox.count) }
        if socket.isReset, !socket.resetWasTold { return -ECONNRESET }
        if socket.isReset || socket.inputEnded || socket.inputShut { return 0 }
        return socket.isConnected ? -EAGAIN : -ENOTCONN
    }

    /// Takes what has come, without waiting for more.
    func receive(_ socket: SimulatedSocket, into address: UInt, count: Int) {
        guard let inbox = socket.inbox else { return }
        inbox.read(into: address, count: min(inbox.count, count))
    }

    /// Bytes that were sent and that the peer has not received.
    func queuedBytes(_ socket: SimulatedSocket) -> Int { sockets[socket.other]?.inbox?.count ?? 0 }

    // MARK: Ends

    mutating func shutdown(_ socket: SimulatedSocket, both: Bool) {
        if socket.kind == .listener {
            socket.isShut = true
            // Its port can be bound again at once.
            listeners[socket.local.port] = nil
            for id in socket.backlog {
                if let waiting = sockets[id] { reset(waiting) }
            }
            return
        }
        if both { socket.inputShut = true }
        if socket.outputShut { return }
        socket.outputShut = true
        sockets[socket.other]?.inputEnded = true
    }

    /// Breaks a connection for both ends.
    func reset(_ socket: SimulatedSocket) {
        socket.isReset = true
        if let other = sockets[socket.other] { other.isReset = true }
    }

    mutating func close(_ socket: SimulatedSocket, reset isReset: Bool) {
        sockets[socket.id] = nil
        switch socket.kind {
        case .listener:
            if listeners[socket.local.port] == socket.id { listeners[socket.local.port] = nil }
            for id in socket.backlog {
                if let waiting = sockets.removeValue(forKey: id) { reset(waiting) }
            }
        case .stream:
            guard let other = sockets[socket.other] else { return }
            other.otherIsGone = true
            // Whoever closes with bytes unread says so by a reset.
            let isUnread = socket.inbox.map { $0.count > 0 } ?? false
            if isReset || isUnread { other.isReset = true } else { other.inputEnded = true }
        case .event, .file, .missing: break
        }
    }
}
#endif
