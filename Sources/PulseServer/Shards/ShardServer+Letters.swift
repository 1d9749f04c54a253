import PulseReactor

/// The end of the letters to a shard: takes them on its thread, in their order.
final class ShardReceiver: LetterReceiver {
    private let server: ShardServer
    private let origin: LetterOrigin
    /// Where the letters lie; set before the first one can come.
    var link: ShardLink?
    /// What the last letters asked for; `nil` before them.
    private var order: Order?
    private var awaitsOrder: CheckedContinuation<Void, Never>?
    private var watcher: Task<Void, Never>?

    private enum Order {
        case stop
        case end
    }

    init(_ server: ShardServer, _ origin: LetterOrigin) {
        self.server = server
        self.origin = origin
    }

    /// Watches over the connections until a letter says that it is over.
    func run(on shard: isolated Shard) {
        let reactor = server.reactor
        watcher = Task {
            await withTaskExecutorPreference(reactor) {
                await self.server.watchConnections(on: shard)
            }
        }
        Task {
            await withTaskExecutorPreference(reactor) {
                await self.whenOrdered()
                guard self.order == .stop else { return }
                await self.server.stop(on: shard)
                self.origin.post(.drained)
            }
        }
    }

    private func whenOrdered() async {
        if order == nil { await withCheckedContinuation { awaitsOrder = $0 } }
    }

    func lettersWait() {
        for letter in link?.collect() ?? [] { obey(letter) }
    }

    private func obey(_ letter: ShardLetter) {
        switch letter {
        case .tick(let tick):
            link?.noteTaken(tick)
            server.take(tick)
        case .log(let stream, let generation, let frames):
            let log = WatchedLog(generation: generation, frames: server.adopt(frames))
            server.tend(server.hub.take(log: log, of: stream))
        case .refused(let stream, let refusal):
            server.tend(server.hub.take(refusal: refusal, of: stream))
        case .snapshot(let stream, let generation, let parts):
            let whole = WholeStream(generation: generation, parts: server.adopt(parts))
            server.hub.take(snapshot: whole, of: stream)
        case .answer(let answer, let asker):
            origin.noteAnswer()
            server.take(answer, for: asker)
        case .stop: follow(.stop)
        case .closeAll: server.closeAll()
        case .end: end()
        }
    }

    private func follow(_ order: Order) {
        self.order = order
        awaitsOrder.take()?.resume()
    }

    private func end() {
        follow(.end)
        watcher?.cancel()
        server.endWaiting()
        server.reactor.stop()
    }
}

extension ShardServer {
    /// Takes in a tick that another shard has made.
    func take(_ tick: SharedTick) {
        reactor.nameWork("a tick")
        noteMetrics()
        hub.take(
            StreamTick(
                timestamp: tick.timestamp,
                generations: tick.generations,
                deltas: tick.deltas.map { ($0.stream, reactor.adopt($0.frame)) },
                parts: tick.parts
            )
        )
    }

    func adopt(_ frames: [SharedFrame]) -> [Frame] { frames.map { reactor.adopt($0) } }
}
