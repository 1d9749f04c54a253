import Logging
import PulseFleet
import PulseReactor

/// The other shards as the fleet's one sees them: their threads, and the letters to and from them.
final class FurtherShards: LetterReceiver {
    private let desk: FleetDesk
    private let reactor: Reactor
    private let log: Logger
    /// Where their letters lie.
    var requests: Letterbox<ShardMessage>?
    private var threads: [ShardThread] = []
    /// The links by the shards' numbers, less one, while their threads take letters.
    private var links: [ShardLink?] = []
    /// Shards that were told to stop and still have connections.
    private var draining = ShardSet()
    private var drained: CheckedContinuation<Void, Never>?
    /// Why a thread has ended that should not have.
    private(set) var failure: ShardFailure?

    init(_ desk: FleetDesk, reactor: Reactor, log: Logger) {
        self.desk = desk
        self.reactor = reactor
        self.log = log
    }

    /// Starts so many threads; when it returns all of them listen on the addresses.
    func start(_ count: Int, _ setup: ShardSetup, on addresses: [SocketAddress]) throws {
        if count == 0 { return }
        let requests = reactor.makeLetterbox(of: ShardMessage.self, for: self)
        self.requests = requests
        do {
            for shard in 1...count {
                let thread = try ShardThread(shard: shard, setup, on: addresses, requests: requests)
                threads.append(thread)
                join(thread.link)
            }
        } catch {
            endLinks()
            throw error
        }
    }

    /// Takes in the next shard, and tells it the generations and the time.
    func join(_ link: ShardLink) {
        precondition(link.shard == links.count + 1, "shards join in their order")
        links.append(link)
        post(tickTo: link)
    }

    // MARK: Letters to them

    /// Gives the tick that was just made to every shard.
    func postTick() {
        for case let link? in links { post(tickTo: link) }
    }

    private func post(tickTo link: ShardLink) {
        let deltas = link.isFull ? [] : desk.publisher.deltas(for: link.shard)
        link.post(
            SharedTick(
                timestamp: desk.publisher.timestamp,
                generations: desk.publisher.generations,
                deltas: deltas.map { ($0.stream, reactor.share($0.frame)) },
                parts: desk.publisher.places(for: link.shard),
                byteCount: deltas.reduce(0) { $0 + $1.frame.byteCount }
            )
        )
    }

    /// Ends every connection there at once.
    func closeAll() {
        for case let link? in links { link.post(.closeAll) }
    }

    // MARK: Letters from them

    func lettersWait() {
        for message in requests?.collect() ?? [] {
            guard let link = links[message.shard - 1] else { continue }
            obey(message.request, of: link)
        }
    }

    private func obey(_ request: ShardRequest, of link: ShardLink) {
        let publisher = desk.publisher
        switch request {
        case .watch(let stream):
            switch desk.watch(stream, by: link.shard) {
            case .success(let log):
                let frames = log.frames.map { reactor.share($0) }
                link.post(.log(stream, generation: log.generation, frames: frames))
            case .failure(let refusal): link.post(.refused(stream, refusal))
            }
        case .unwatch(let stream): desk.unwatch(stream, by: link.shard)
        case .snapshot(let stream):
            let whole = publisher.snapshot(of: stream)
            let parts = whole.parts.map { reactor.share($0) }
            link.post(.snapshot(stream, generation: whole.generation, parts: parts))
        case .question(let question, let asker):
            link.post(.answer(desk.answer(question), asker))
        case .drained: noteDrained(link.shard)
        case .failed(let why):
            log.critical("a thread has ended", metadata: ["why": "\(why)"])
            failure = ShardFailure(why: why)
            forget(link)
            noteDrained(link.shard)
        }
    }

    /// Writes to a shard no more.
    func forget(_ link: ShardLink) {
        desk.forget(link.shard)
        links[link.shard - 1] = nil
    }

    // MARK: Their end

    /// Tells all of them to stop in order.
    func stop() {
        for case let link? in links {
            draining.insert(link.shard)
            link.post(.stop)
        }
    }

    /// Whether some were told to stop and have not said that they are done.
    var isDraining: Bool { !draining.isEmpty }

    private func noteDrained(_ shard: Int) {
        draining.remove(shard)
        if !isDraining { drained.take()?.resume() }
    }

    /// Returns when they have stopped and their threads have ended; `stop` was called before.
    func whenEnded() async {
        if isDraining { await withCheckedContinuation { drained = $0 } }
        endLinks()
        for thread in threads { await thread.whenEnded() }
        threads = []
    }

    /// Sends the last letter to every shard.
    private func endLinks() {
        for case let link? in links {
            forget(link)
            link.post(.end)
        }
    }
}

/// A thread that serves has ended for want of something.
package struct ShardFailure: Error, CustomStringConvertible {
    let why: String

    package var description: String { "a thread has ended: \(why)" }
}
