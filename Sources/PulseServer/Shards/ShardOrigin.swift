import DequeModule
import PulseFleet
import PulseReactor

/// The fleet as one shard's server sees it: its hub's streams, and answers for its routes.
protocol ShardOrigin: StreamOrigin {
    /// Asks; returns the answer, or `nil` when `ShardServer.take(_:for:)` brings it later.
    func ask(_ question: Question, for asker: Asker) -> Answer?
}

/// The origin of the shard that has the fleet: it asks and is answered in the same call.
final class OwnOrigin: ShardOrigin {
    private let reactor: Reactor
    private let desk: FleetDesk

    init(_ desk: FleetDesk, reactor: Reactor) {
        self.desk = desk
        self.reactor = reactor
    }

    /// The number of the fleet's own shard.
    static let shard = 0

    func watch(_ stream: StreamKey) -> Result<WatchedLog, CommandRefusal>? {
        desk.watch(stream, by: OwnOrigin.shard).map {
            WatchedLog(generation: $0.generation, frames: held($0.frames))
        }
    }

    func unwatch(_ stream: StreamKey) { desk.unwatch(stream, by: OwnOrigin.shard) }

    func snapshot(of stream: StreamKey) -> WholeStream? {
        let whole = desk.publisher.snapshot(of: stream)
        return WholeStream(generation: whole.generation, parts: held(whole.parts))
    }

    func ask(_ question: Question, for asker: Asker) -> Answer? { desk.answer(question) }

    private func held(_ frames: [Frame]) -> [Frame] {
        for frame in frames { reactor.retain(frame) }
        return frames
    }
}

/// The origin of any other shard: it writes to the fleet's one, and is answered by letters.
final class LetterOrigin: ShardOrigin {
    let shard: Int
    private let reactor: Reactor
    private let requests: Letterbox<ShardMessage>
    /// Questions whose answers are on their way.
    private var awayCount = 0
    /// Questions that wait for their turn; their connections may be gone.
    private var waiting = Deque<(question: Question, asker: Asker)>()
    /// When the waiting ones are next looked through for those that are gone.
    private var sweepCount = LetterOrigin.sweepCountMin

    private static let sweepCountMin = 1024

    init(shard: Int, reactor: Reactor, requests: Letterbox<ShardMessage>) {
        self.shard = shard
        self.reactor = reactor
        self.requests = requests
    }

    /// Writes to the fleet's shard.
    func post(_ request: ShardRequest) {
        requests.post(ShardMessage(shard: shard, request: request))
    }

    func watch(_ stream: StreamKey) -> Result<WatchedLog, CommandRefusal>? {
        post(.watch(stream))
        return nil
    }

    func unwatch(_ stream: StreamKey) { post(.unwatch(stream)) }

    func snapshot(of stream: StreamKey) -> WholeStream? {
        post(.snapshot(stream))
        return nil
    }

    /// Asks, or lets the question wait while as many as may be are away: a connection has one at a
    /// time, so no more wait here than there are connections, and as many that have just gone.
    func ask(_ question: Question, for asker: Asker) -> Answer? {
        if awayCount < ServerLimits.questionsAwayMax {
            awayCount += 1
            post(.question(question, asker))
        } else {
            waiting.append((question, asker))
            if waiting.count >= sweepCount { forgetGone() }
        }
        return nil
    }

    private func forgetGone() {
        waiting.removeAll { !reactor.isOpen($0.asker.connection) }
        sweepCount = max(LetterOrigin.sweepCountMin, 2 * waiting.count)
    }

    /// Notes that an answer has come, and asks what waited for that.
    func noteAnswer() {
        precondition(awayCount > 0, "an answer came that nobody had asked for")
        awayCount -= 1
        while let next = waiting.popFirst() {
            guard reactor.isOpen(next.asker.connection) else { continue }
            awayCount += 1
            post(.question(next.question, next.asker))
            return
        }
    }
}
