import Logging
import PulseLogging
import PulseReactor
import Synchronization

/// The thread of one further shard: it makes a reactor, listens, and serves until its last letter.
final class ShardThread: Sendable {
    let link: ShardLink
    private let ending: Ending

    /// Whether the thread has let go of everything, and who waits for that.
    private final class Ending: Sendable {
        private struct State {
            var hasEnded = false
            var waiting: CheckedContinuation<Void, Never>?
        }

        private let state = Mutex(State())

        func finish() {
            let waiting = state.withOrderedLock(of: self) { state in
                state.hasEnded = true
                return state.waiting.take()
            }
            waiting?.resume()
        }

        func wait() async {
            await withCheckedContinuation { continuation in
                let hasEnded = state.withOrderedLock(of: self) { state in
                    if !state.hasEnded { state.waiting = continuation }
                    return state.hasEnded
                }
                if hasEnded { continuation.resume() }
            }
        }
    }

    /// Starts the thread, and returns when it listens on all `addresses`.
    init(
        shard: Int,
        _ setup: ShardSetup,
        on addresses: [SocketAddress],
        requests: Letterbox<ShardMessage>
    ) throws {
        let (ending, beginning) = (Ending(), try ThreadStart<ShardLink>())
        self.ending = ending
        try KernelThread.start(name: "pulse-\(shard)") {
            do {
                try ShardThread.run(shard, setup, addresses, requests, beginning)
            } catch {
                // Once it serves, it is the fleet's shard that has to know.
                if !beginning.tell(.failure(error)) {
                    requests.post(ShardMessage(shard: shard, request: .failed("\(error)")))
                }
            }
            ending.finish()
        }
        link = try beginning.wait()
    }

    /// Waits until the thread has let go of everything; it was sent its last letter.
    func whenEnded() async { await ending.wait() }

    private static func run(
        _ index: Int,
        _ setup: ShardSetup,
        _ addresses: [SocketAddress],
        _ requests: Letterbox<ShardMessage>,
        _ beginning: ThreadStart<ShardLink>
    ) throws {
        let reactor = try Reactor(
            io: setup.configuration.io,
            connectionsMax: setup.configuration.connectionsMax
        )
        var slowTurns = SlowTurnLog(setup.log)
        reactor.onSlowTurn = { slowTurns.note($0, at: .now()) }
        if reactor.backendName != setup.backendName {
            setup.log.notice(
                "a thread runs on \(reactor.backendName)",
                metadata: ["why": "\(reactor.fallbackCause ?? "")"]
            )
        }
        // What the server holds has ended with the loop.
        defer { reactor.returnFrames() }
        try Shard(reactor).assumeIsolated { shard in
            let origin = LetterOrigin(shard: index, reactor: reactor, requests: requests)
            let link = try ShardThread.serve(setup, origin, addresses, on: shard)
            _ = beginning.tell(.success(link))
        }
        try reactor.run()
    }

    private static func serve(
        _ setup: ShardSetup,
        _ origin: LetterOrigin,
        _ addresses: [SocketAddress],
        on shard: isolated Shard
    ) throws -> ShardLink {
        let reactor = shard.reactor
        let server = ShardServer(
            setup,
            number: origin.shard,
            reactor: reactor,
            origin: origin,
            timestamp: setup.wallMilliseconds
        )
        let context = try setup.tls?.makeContext()
        for address in addresses {
            do throws(SystemError) {
                _ = try server.listen(on: address, tls: context, sharing: .further)
            } catch {
                throw ListenError(address: address, cause: error)
            }
        }
        let receiver = ShardReceiver(server, origin)
        let letters = reactor.makeLetterbox(of: ShardLetter.self, for: receiver)
        let link = ShardLink(to: origin.shard, letters)
        receiver.link = link
        receiver.run(on: shard)
        return link
    }
}
