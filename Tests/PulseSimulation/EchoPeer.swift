#if DEBUG
import Glibc
import PulseReactor

/// A client of the echo, from the outside.
///
/// Its bytes are its own.
struct EchoPeer {
    enum Habit: CaseIterable {
        /// Reads what is there.
        case eager
        /// Reads a few bytes now and then.
        case slow
        /// Never reads.
        case stalled
        /// Goes by a reset when it feels like it.
        case resetter
        /// Goes without a word when it feels like it.
        case leaver
    }

    let peer: SimulatedPeer
    let serial: Int
    let habit: Habit
    /// Whether it came when nothing went wrong any more, and so must be served.
    let isHealthy: Bool
    private let wanted: Int
    private var sent = 0
    private var received = 0
    private var hasEnded = false
    private(set) var isGone = false

    init(
        _ peer: SimulatedPeer,
        serial: Int,
        habit: Habit,
        isHealthy: Bool,
        random: inout SimulatedRandom
    ) {
        self.peer = peer
        self.serial = serial
        self.habit = habit
        self.isHealthy = isHealthy
        wanted =
            1 + random.below(!isHealthy && random.happens(200) ? StreamBytes.byteCountMax : 2000)
    }

    /// What it does between two turns; returns the rule that it saw broken.
    mutating func act(_ kernel: SimulatedKernel, _ random: inout SimulatedRandom) -> String? {
        if isGone { return nil }
        if habit == .resetter || habit == .leaver, random.happens(30) {
            leave(kernel, reset: habit == .resetter)
            return nil
        }
        send(kernel, &random)
        return receive(kernel, &random)
    }

    private mutating func send(_ kernel: SimulatedKernel, _ random: inout SimulatedRandom) {
        if sent < wanted, random.happens(600) {
            let count = min(wanted - sent, 1 + random.below(1500))
            let bytes = StreamBytes.bytes(sent..<sent + count, of: serial)
            let result = kernel.send(peer, bytes)
            if result >= 0 { sent += result } else if result != -Int(EAGAIN) { hasEnded = true }
        }
        if sent == wanted, !hasEnded {
            hasEnded = true
            kernel.endOutput(peer)
        }
    }

    private mutating func receive(
        _ kernel: SimulatedKernel,
        _ random: inout SimulatedRandom
    ) -> String? {
        let count: Int
        switch habit {
        case .stalled: return nil
        case .slow: count = random.happens(200) ? 1 + random.below(100) : 0
        default: count = 4096
        }
        if count == 0 { return nil }
        switch kernel.receive(peer, atMost: count) {
        case .nothing: return nil
        case .bytes(let bytes): return take(bytes)
        case .end:
            let isShort = received < wanted
            leave(kernel, reset: false)
            return isHealthy && isShort ? "peer \(serial) was not served to the end" : nil
        case .failed:
            leave(kernel, reset: false)
            return isHealthy ? "healthy peer \(serial) was reset" : nil
        }
    }

    private mutating func take(_ bytes: [UInt8]) -> String? {
        if received + bytes.count > sent { return "peer \(serial) got more than it sent" }
        guard StreamBytes.match(bytes, from: received, of: serial) else {
            return "peer \(serial) got bytes that are not its own"
        }
        received += bytes.count
        return nil
    }

    mutating func leave(_ kernel: SimulatedKernel, reset: Bool) {
        isGone = true
        kernel.close(peer, reset: reset)
    }
}
#endif
