#if DEBUG
import PulseReactor
import PulseTestSupport

/// An echo with clients of every habit, and calls to others, on one reactor.
final class EchoWorld: SimulatedWorld {
    private let reactor: Reactor
    private let kernel: SimulatedKernel
    private var random: SimulatedRandom
    private let echo: EchoService
    private let caller: CallerService
    private let answering: SimulatedPeer
    private let answeringAddress: SocketAddress
    private var address: SocketAddress
    private var isListening = true
    private var isCalm = false
    private var peers: [EchoPeer] = []
    private var answers: [AnsweringPeer] = []
    private var serial = 0
    /// Healthy peers that are still to come.
    private var healthyLeft = 4

    private static let peersMax = 12

    init(_ parts: Simulation.Parts, bug: EchoBug? = nil) throws {
        reactor = parts.reactor
        kernel = parts.kernel
        random = parts.random
        echo = EchoService(
            parts.reactor,
            parts.shard,
            random: SimulatedRandom(seed: random.next()),
            bug: bug
        )
        caller = CallerService(parts.reactor, random: SimulatedRandom(seed: random.next()))
        (answering, answeringAddress) = parts.kernel.listenAsPeer(backlogMax: 2)
        let any = SocketAddress(host: .v4([127, 0, 0, 1]), port: 0)
        address = try parts.reactor.listen(on: any, service: echo)
    }

    // MARK: SimulatedWorld

    func act() {
        if isCalm {
            while healthyLeft > 0, connect(isHealthy: true) { healthyLeft -= 1 }
        } else {
            beWild()
        }
        for index in peers.indices {
            if let rule = peers[index].act(kernel, &random) { kernel.report(rule) }
        }
        peers.removeAll(where: \.isGone)
        if random.happens(300), let peer = kernel.acceptPeer(answering) {
            answers.append(AnsweringPeer(peer))
        }
        for index in answers.indices { answers[index].act(kernel, &random) }
        answers.removeAll(where: \.isGone)
    }

    private func beWild() {
        if random.happens(200) { _ = connect(isHealthy: false) }
        // A storm.
        if random.happens(10) { for _ in 0..<20 { _ = connect(isHealthy: false) } }
        if random.happens(60) { caller.call(answeringAddress) }
        if random.happens(20) { caller.giveUpOne() }
        if random.happens(10) { toggleListening() }
        if random.happens(20), !peers.isEmpty {
            peers[random.below(peers.count)].leave(kernel, reset: random.happens(500))
        }
    }

    private func toggleListening() {
        if isListening {
            reactor.stopListening(on: address)
            isListening = false
        } else if (try? reactor.listen(on: address, service: echo)) != nil {
            isListening = true
        }
    }

    private func connect(isHealthy: Bool) -> Bool {
        guard peers.count < Self.peersMax || isHealthy,
            let peer = try? kernel.connectPeer(to: address)
        else { return false }
        serial += 1
        let habits: [EchoPeer.Habit] = isHealthy ? [.eager, .slow] : EchoPeer.Habit.allCases
        peers.append(
            EchoPeer(
                peer,
                serial: serial,
                habit: habits[random.below(habits.count)],
                isHealthy: isHealthy,
                random: &random
            )
        )
        return true
    }

    func brokenRule() -> String? {
        if let rule = echo.brokenRule ?? caller.brokenPromise { return rule }
        if reactor.connectionCount > kernel.descriptorCount {
            return "there are more connections than descriptors"
        }
        // A listener that ends and one that begins, the mailbox's, and the one to spare.
        if kernel.descriptorCount > reactor.connectionCount + 4 {
            return "descriptors are open that belong to nobody"
        }
        // Frames of connections that are closing are the reactor's until the kernel lets go.
        if reactor.liveFrameCount > echo.framesInFlight + caller.framesInFlight {
            return "frames are held that no send carries"
        }
        return nil
    }

    func calmDown() {
        isCalm = true
        echo.isCalm = true
        caller.giveUpAll()
        for index in answers.indices { answers[index].leave(kernel, reset: false) }
        kernel.close(answering)
        for index in peers.indices where ![.eager, .slow].contains(peers[index].habit) {
            peers[index].leave(kernel, reset: false)
        }
    }

    var isAtRest: Bool {
        if !isListening { toggleListening() }
        return healthyLeft == 0 && peers.isEmpty && echo.count == 0 && caller.count == 0
            && reactor.liveFrameCount == 0
    }

    var isDeserted: Bool { echo.count == 0 && caller.count == 0 }

    func leave() {
        for index in peers.indices { peers[index].leave(kernel, reset: true) }
    }
}
#endif
