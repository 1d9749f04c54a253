#if DEBUG
import Glibc
import PulseReactor

/// A dashboard over a simulated connection, which believes nothing but docs/protocol.md.
struct Dashboard {
    enum Habit: CaseIterable {
        case fast
        case slow
        /// Reads nothing for many turns.
        case sleeper
    }

    private(set) var model: DashboardModel
    let habit: Habit
    private var peer: SimulatedPeer?
    private var outgoing: [UInt8] = []
    private var head: [UInt8] = []
    private var isUpgraded = false
    private var frames = FrameReader()
    private var sleepsFor = 0

    init(_ habit: Habit, _ model: DashboardModel) {
        self.habit = habit
        self.model = model
    }

    /// What it does between two turns; returns the rule that it saw broken.
    mutating func act(
        _ kernel: SimulatedKernel,
        _ address: SocketAddress,
        _ random: inout SimulatedRandom,
        isCalm: Bool
    ) -> String? {
        guard let peer else {
            if isCalm || random.happens(100) { connect(kernel, address) }
            return nil
        }
        if !isCalm { change(kernel, &random) }
        if self.peer == nil { return nil }
        let sent = outgoing.isEmpty ? 0 : kernel.send(peer, outgoing[...])
        if sent > 0 { outgoing.removeFirst(sent) }
        let count = isCalm ? 4096 : appetite(&random)
        return count == 0 ? nil : receive(kernel, peer, count)
    }

    private mutating func connect(_ kernel: SimulatedKernel, _ address: SocketAddress) {
        peer = try? kernel.connectPeer(to: address)
        guard peer != nil else { return }
        model.reconnect()
        isUpgraded = false
        head = []
        frames = FrameReader()
        outgoing = WebSocketClient.upgrade
        say(model.subscribeAll())
    }

    private mutating func say(_ commands: [String]) {
        for command in commands { outgoing += WebSocketClient.frame(command) }
    }

    private mutating func change(_ kernel: SimulatedKernel, _ random: inout SimulatedRandom) {
        guard isUpgraded, random.happens(40) else { return }
        let stream = random.below(model.streams.count)
        switch random.below(6) {
        case 0: say(model.unsubscribe(stream))
        case 1, 2: say(model.subscribe(stream, resuming: true))
        case 3: say(model.subscribe(stream, resuming: false))
        case 4: leave(kernel, reset: random.happens(500))
        default:
            say(model.unsubscribe(stream))
            say(model.subscribe(stream, resuming: random.happens(500)))
        }
    }

    private mutating func appetite(_ random: inout SimulatedRandom) -> Int {
        switch habit {
        case .fast: return 4096
        case .slow: return random.happens(300) ? 1 + random.below(300) : 0
        case .sleeper:
            sleepsFor -= 1
            if sleepsFor < 0, random.happens(100) { sleepsFor = random.below(60) }
            return sleepsFor < 0 ? 4096 : 0
        }
    }

    private mutating func receive(
        _ kernel: SimulatedKernel,
        _ peer: SimulatedPeer,
        _ count: Int
    ) -> String? {
        switch kernel.receive(peer, atMost: count) {
        case .nothing: return nil
        case .bytes(let bytes): return take(bytes)
        case .end, .failed:
            leave(kernel, reset: false)
            return nil
        }
    }

    private mutating func take(_ bytes: [UInt8]) -> String? {
        if isUpgraded {
            frames.append(bytes)
        } else {
            head += bytes
            guard let end = head.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            // No descriptor was left, or a clock that jumps has let it be late: the end of the
            // stream follows, and it comes again.
            if ["503", "408"].contains(where: { head.starts(with: "HTTP/1.1 \($0) ".utf8) }) {
                return nil
            }
            if !head.starts(with: "HTTP/1.1 101 ".utf8) {
                return "an upgrade was answered with \(String(decoding: head, as: UTF8.self))"
            }
            isUpgraded = true
            frames.append(Array(head[end.upperBound...]))
        }
        while let frame = try? frames.next() {
            // No dashboard does anything that it could be told to go for.
            if frame.opcode == 9 {
                outgoing += WebSocketClient.frame(10, frame.payload)
                continue
            }
            if frame.opcode == 8 { return "a dashboard was told to go: \(frame.closeCode ?? 0)" }
            do {
                try model.take(frame.payload)
            } catch {
                return "the stream broke its contract: \(error)"
            }
        }
        return nil
    }

    /// Subscribes again, so that it ends with the stream.
    mutating func subscribeForGood() {
        if peer != nil, isUpgraded { say(model.subscribeAll()) }
    }

    mutating func leave(_ kernel: SimulatedKernel, reset: Bool) {
        if let peer { kernel.close(peer, reset: reset) }
        peer = nil
    }
}
#endif
