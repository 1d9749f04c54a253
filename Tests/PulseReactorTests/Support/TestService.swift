import Glibc
import PulseReactor
import PulseTestSupport

/// A service that records what the reactor tells it, and reacts as the test says.
final class TestService: ConnectionService {
    enum Event: Equatable {
        case accepted(ConnectionID)
        case connected(ConnectionID)
        case connectFailed(ConnectionID, ConnectError)
        case received(ConnectionID, Int)
        case inputEnded(ConnectionID)
        case sent(ConnectionID)
        case closed(ConnectionID)
    }

    let reactor: Reactor
    private(set) var events: [Event] = []
    /// Whether `bytes` is filled.
    var keepsBytes = false
    /// The bytes of each connection, in the order of arrival.
    private(set) var bytes: [ConnectionID: [UInt8]] = [:]
    private(set) var opened: [ConnectionID] = []
    private(set) var closedCount: [ConnectionID: Int] = [:]
    private(set) var sentCount = 0
    private(set) var receivedByteCount = 0
    private(set) var isNested = false
    private var depth = 0
    private var waiters: [(condition: (TestService) -> Bool, id: Int)] = []
    private var continuations: [Int: CheckedContinuation<Void, any Error>] = [:]
    private var nextWaiter = 0

    var onAccepted: (TestService, ConnectionID) -> Void = { _, _ in }
    var onConnected: (TestService, ConnectionID) -> Void = { _, _ in }
    var onReceived: (TestService, ConnectionID, [UInt8]) -> Void = { _, _, _ in }
    var onInputEnded: (TestService, ConnectionID) -> Void = { _, _ in }
    var onSent: (TestService, ConnectionID) -> Void = { _, _ in }

    init(_ reactor: Reactor) { self.reactor = reactor }

    var closedTotal: Int { closedCount.values.reduce(0, +) }

    func accepted(_ connection: ConnectionID, from peer: SocketAddress) {
        note(.accepted(connection)) {
            opened.append(connection)
            onAccepted(self, connection)
        }
    }

    func connected(_ connection: ConnectionID) {
        note(.connected(connection)) { onConnected(self, connection) }
    }

    func connectFailed(_ connection: ConnectionID, _ error: ConnectError) {
        note(.connectFailed(connection, error)) { reactor.send(connection, [1]) }
    }

    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        note(.received(connection, bytes.count)) {
            receivedByteCount += bytes.count
            let piece = unsafe Array(bytes)
            if keepsBytes { self.bytes[connection, default: []] += piece }
            onReceived(self, connection, piece)
        }
    }

    func inputEnded(_ connection: ConnectionID) {
        note(.inputEnded(connection)) { onInputEnded(self, connection) }
    }

    func sent(_ connection: ConnectionID) {
        note(.sent(connection)) {
            sentCount += 1
            onSent(self, connection)
        }
    }

    func closed(_ connection: ConnectionID) {
        note(.closed(connection)) { closedCount[connection, default: 0] += 1 }
    }

    private func note(_ event: Event, _ body: () -> Void) {
        if depth > 0 { isNested = true }
        depth += 1
        events.append(event)
        body()
        depth -= 1
        wakeWaiters()
    }

    private func wakeWaiters() {
        for waiter in waiters where waiter.condition(self) {
            continuations.removeValue(forKey: waiter.id)?.resume()
        }
        waiters.removeAll { continuations[$0.id] == nil }
    }

    /// Waits until `condition` holds; it is looked at after each event.
    func wait(
        on shard: isolated Shard,
        until condition: @escaping (TestService) -> Bool
    )
        async throws
    {
        if condition(self) { return }
        let id = nextWaiter
        nextWaiter += 1
        let guardian = Task {
            _ = shard
            try await shard.sleep(until: .now() + patienceNanoseconds)
            continuations.removeValue(forKey: id)?.resume(
                throwing: TimedOut("a call of the service")
            )
        }
        defer { guardian.cancel() }
        try await withCheckedThrowingContinuation { continuation in
            continuations[id] = continuation
            waiters.append((condition, id))
        }
    }
}

/// Sends back every byte, one send after the other, and ends its side when the peer has.
final class EchoService: ConnectionService {
    let reactor: Reactor
    private var pending: [ConnectionID: [UInt8]] = [:]
    private var ended: Set<ConnectionID> = []
    private(set) var closedCount = 0
    private(set) var openCount = 0

    init(_ reactor: Reactor) { self.reactor = reactor }

    func accepted(_ connection: ConnectionID, from peer: SocketAddress) { openCount += 1 }

    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        unsafe pending[connection, default: []].append(contentsOf: bytes)
        pump(connection)
    }

    func inputEnded(_ connection: ConnectionID) {
        ended.insert(connection)
        pump(connection)
    }

    func sent(_ connection: ConnectionID) { pump(connection) }

    func closed(_ connection: ConnectionID) {
        pending[connection] = nil
        ended.remove(connection)
        openCount -= 1
        closedCount += 1
    }

    private func pump(_ connection: ConnectionID) {
        if !reactor.isOpen(connection) || reactor.isSending(connection) { return }
        if let bytes = pending.removeValue(forKey: connection), !bytes.isEmpty {
            reactor.send(connection, bytes)
        } else if ended.contains(connection) {
            reactor.close(connection)
        }
    }
}

extension Reactor {
    /// A frame with these bytes, held by the caller.
    func frame(_ bytes: [UInt8]) -> Frame { makeFrame(bytes) }

    /// Sends a copy of the bytes in one frame that only the send holds.
    func send(_ connection: ConnectionID, _ bytes: [UInt8]) { send(connection, bytes: bytes) }
}

/// Something that tasks of one shard note, in order.
final class Notes<Value> {
    var values: [Value] = []
}

/// Lets the reactor take some turns.
func turns(_ count: Int, on shard: isolated Shard) async {
    for _ in 0..<count { await Task.yield() }
}

/// The bytes that tests send: no period of theirs fits a buffer.
func pattern(_ count: Int, seed: Int = 0) -> [UInt8] {
    var bytes = Array(patternPeriod[(seed % patternPeriod.count)...])
    while bytes.count < count { bytes += patternPeriod }
    bytes.removeLast(bytes.count - count)
    return bytes
}

/// A prime number of bytes, made once: a debug build counts slowly.
private let patternPeriod: [UInt8] = (0..<65_521).map {
    UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8)
}

/// Whether the bytes are the same, by memcmp: a debug build compares arrays slowly.
func same(_ left: [UInt8]?, _ right: [UInt8]) -> Bool {
    guard let left, left.count == right.count else { return false }
    return unsafe left.withUnsafeBytes { left in
        unsafe right.withUnsafeBytes { right in
            guard let first = left.baseAddress, let second = right.baseAddress else { return true }
            return unsafe memcmp(first, second, left.count) == 0
        }
    }
}
