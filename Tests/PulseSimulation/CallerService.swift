#if DEBUG
import Glibc
import PulseReactor

/// Connects to others, sends them something and wants it back.
final class CallerService: ConnectionService {
    private struct Call {
        let serial: Int
        var isConnected = false
        var wanted = 0
        var sent = 0
        var received = 0
        var framesInFlight = 0
    }

    private let reactor: Reactor
    private var random: SimulatedRandom
    private var calls: [ConnectionID: Call] = [:]
    private(set) var brokenPromise: String?
    private var serial = 0

    init(_ reactor: Reactor, random: SimulatedRandom) {
        self.reactor = reactor
        self.random = random
    }

    var count: Int { calls.count }

    var framesInFlight: Int { calls.values.reduce(0) { $0 + $1.framesInFlight } }

    /// Begins a call, some of which are given up at once or before they are answered.
    func call(_ address: SocketAddress) {
        guard let id = try? reactor.connect(to: address, service: self) else { return }
        if calls[id] != nil { promise("a name was given twice") }
        serial += 1
        calls[id] = Call(serial: serial, wanted: 1 + random.below(6000))
        if random.happens(50) { reactor.close(id) }
    }

    /// Gives up a call that is not connected yet, or is.
    func giveUpOne() {
        let ids = calls.keys.sorted { $0.slot < $1.slot }
        if !ids.isEmpty { reactor.close(ids[random.below(ids.count)]) }
    }

    func giveUpAll() {
        for id in calls.keys.sorted(by: { $0.slot < $1.slot }) { reactor.close(id) }
    }

    func connected(_ id: ConnectionID) {
        if calls[id]?.isConnected != false { promise("a connection was opened twice") }
        calls[id]?.isConnected = true
        send(id)
    }

    func connectFailed(_ id: ConnectionID, _ error: ConnectError) {
        if calls[id]?.isConnected != false { promise("an open connection was refused") }
        if case .system(let cause) = error, cause.code == ECANCELED {
            promise("a call that was given up was refused")
        }
    }

    func accepted(_ id: ConnectionID, from peer: SocketAddress) {
        promise("a caller accepted somebody")
    }

    func received(_ id: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        guard var call = calls[id] else { return promise("an answer to a call that is gone") }
        if call.received + bytes.count > call.sent {
            return promise("an answer to what was not asked")
        }
        if !StreamBytes.match(unsafe Array(bytes), from: call.received, of: call.serial) {
            promise("an answer to somebody else")
        }
        call.received += bytes.count
        calls[id] = call
        if call.received == call.wanted { reactor.close(id) }
    }

    func inputEnded(_ id: ConnectionID) { reactor.close(id) }

    func sent(_ id: ConnectionID) {
        if calls[id]?.framesInFlight ?? 0 == 0 { promise("a send was done that nobody began") }
        calls[id]?.framesInFlight = 0
        send(id)
    }

    func closed(_ id: ConnectionID) {
        if calls.removeValue(forKey: id) == nil { promise("a call ended twice") }
    }

    private func send(_ id: ConnectionID) {
        guard let call = calls[id], call.sent < call.wanted, reactor.isOpen(id) else { return }
        let count = min(call.wanted - call.sent, 1 + random.below(1000))
        let bytes = Array(StreamBytes.bytes(call.sent..<call.sent + count, of: call.serial))
        calls[id]?.sent += count
        calls[id]?.framesInFlight = 1
        reactor.send(id, bytes: bytes)
    }

    private func promise(_ words: String) {
        if brokenPromise == nil { brokenPromise = words }
    }
}

/// The other side of such calls: sends back what comes, slowly.
struct AnsweringPeer {
    let peer: SimulatedPeer
    private var pending: [UInt8] = []
    private(set) var isGone = false

    init(_ peer: SimulatedPeer) { self.peer = peer }

    mutating func act(_ kernel: SimulatedKernel, _ random: inout SimulatedRandom) {
        if isGone { return }
        if random.happens(5) { return leave(kernel, reset: random.happens(500)) }
        if random.happens(500), pending.count < 2000 {
            switch kernel.receive(peer, atMost: 1 + random.below(1500)) {
            case .nothing: break
            case .bytes(let bytes): pending += bytes
            case .end, .failed: return leave(kernel, reset: false)
            }
        }
        if pending.isEmpty { return }
        let sent = kernel.send(peer, pending[..<min(pending.count, 1 + random.below(1500))])
        if sent > 0 { pending.removeFirst(sent) }
    }

    mutating func leave(_ kernel: SimulatedKernel, reset: Bool) {
        isGone = true
        kernel.close(peer, reset: reset)
    }
}
#endif
