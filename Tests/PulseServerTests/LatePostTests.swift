import PulseFleet
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseServer

/// Hubs whose letters come as late as a seed wants: no interleaving makes a gap or a repeat.
@Suite("Shards whose letters are late", .endsWhenItHangs)
struct LatePostTests {
    /// The servers of further shards on the one reactor of the test, which delivers their letters.
    private final class Post {
        private let server: Server
        private var random: SeededGenerator
        private(set) var receivers: [ShardReceiver] = []
        private(set) var shards: [ShardServer] = []
        /// Ticks for which a shard takes no letter.
        private var sleeps: [Int] = []
        private var tickCount = 0
        /// Ticks that found a shard so late that they brought it nothing.
        private(set) var fullCount = 0
        private(set) var addresses: [SocketAddress] = []

        init(_ server: Server, seed: UInt64, shardCount: Int) throws {
            self.server = server
            random = SeededGenerator(seed: seed)
            let requests = Letterbox<ShardMessage>(ring: {})
            server.shards.requests = requests
            for number in 1...shardCount {
                let origin = LetterOrigin(
                    shard: number,
                    reactor: server.reactor,
                    requests: requests
                )
                let shard = ShardServer(
                    server.setup,
                    number: number,
                    reactor: server.reactor,
                    origin: origin,
                    timestamp: 0
                )
                let receiver = ShardReceiver(shard, origin)
                let link = ShardLink(to: number, Letterbox(ring: {}))
                receiver.link = link
                server.shards.join(link)
                addresses.append(try shard.listen(on: anyPort, tls: nil, sharing: .alone))
                shards.append(shard)
                receivers.append(receiver)
                sleeps.append(0)
            }
        }

        /// Delivers what the seed lets through, in an order of its choice.
        func deliverSome() {
            for index in receivers.indices.shuffled(using: &random) {
                if Bool.random(using: &random) { server.shards.lettersWait() }
                if sleeps[index] > 0 { continue }
                receivers[index].lettersWait()
                switch Int.random(in: 0..<40, using: &random) {
                case 0..<12: sleeps[index] = Int.random(in: 1...6, using: &random)
                default: break
                }
            }
        }

        /// Notes a tick that was posted; now and then a shard falls asleep for longer than its link
        /// keeps ticks.
        func noteTick() {
            tickCount += 1
            if tickCount % 60 == 40 { sleeps[tickCount / 60 % sleeps.count] = 100 }
            for index in receivers.indices {
                if receivers[index].link?.isFull == true { fullCount += 1 }
                sleeps[index] = max(0, sleeps[index] - 1)
            }
        }

        func deliverAll() {
            for _ in 0..<3 {
                server.shards.lettersWait()
                for receiver in receivers { receiver.lettersWait() }
            }
        }

        /// Ends the connections of the further shards, and returns when they are gone.
        func end() async {
            deliverAll()
            for receiver in receivers {
                if let link = receiver.link { server.shards.forget(link) }
            }
            for shard in shards {
                shard.closeAll()
                await shard.http?.whenEmpty()
            }
        }
    }

    /// Runs `body` with further shards, which outlive their connections however it ends.
    ///
    /// The reactor holds the services of a shard and not the shard, which they tell of each end.
    private func withPost<R>(
        _ server: Server,
        seed: UInt64,
        on shard: isolated Shard,
        _ body: (Post) async throws -> R
    ) async throws -> R {
        let post = try Post(server, seed: seed, shardCount: 2)
        let result: Result<R, any Error>
        do {
            result = .success(try await body(post))
        } catch {
            result = .failure(error)
        }
        await post.end()
        return try result.get()
    }

    @Test(
        "every client that has caught up holds the state, however late its shard is told",
        arguments: backends,
        [2, 150]
    )
    func clientsHoldTheState(io: IOChoice, disksMax: Int) async throws {
        let seed = testSeed()
        try await withServer(io) { harness, shard in
            let server = harness.server
            var world = RandomHosts(seed: seed, hostCount: 40, disksMax: disksMax)
            world.fill(server.fleet)
            try await withPost(server, seed: seed, on: shard) { post in
                server.tick(at: 0)
                let addresses = [harness.address] + post.addresses
                let crowd = try await make(seed, addresses, post, harness, on: shard)
                for tick in 1...240 {
                    world.act(on: server.fleet)
                    server.tick(at: Int64(tick) * 2000)
                    post.noteTick()
                    post.deliverSome()
                    try await harness.lane.attempt { try crowd.act() }
                    post.deliverSome()
                }
                #expect(post.fullCount > 0, "no shard was as late as that")
                try await compare(crowd, post, harness, on: shard)
            }
        }
    }

    private struct Early: Error {}

    @Test("a test that ends early ends by its error", arguments: backends)
    func endsEarly(io: IOChoice) async throws {
        let seed = testSeed()
        await #expect(throws: Early.self) {
            try await withServer(io) { harness, shard in
                try await withPost(harness.server, seed: seed, on: shard) { post in
                    harness.server.tick(at: 0)
                    let addresses = [harness.address] + post.addresses
                    _ = try await make(seed, addresses, post, harness, on: shard)
                    throw Early()
                }
            }
        }
    }

    /// Connects while letters are delivered: who is greeted on a further shard needs none.
    private func make(
        _ seed: UInt64,
        _ addresses: [SocketAddress],
        _ post: Post,
        _ harness: ServerUnderTest,
        on shard: isolated Shard
    ) async throws -> RandomClients {
        post.deliverAll()
        return try await harness.lane.attempt { try RandomClients(seed, addresses) }
    }

    private func compare(
        _ crowd: RandomClients,
        _ post: Post,
        _ harness: ServerUnderTest,
        on shard: isolated Shard
    ) async throws {
        let (server, lane) = (harness.server, harness.lane)
        _ = try await delivering(post, on: shard) {
            try await lane.attempt { try crowd.settle() }
        }
        post.deliverAll()
        let states = try server.states()
        let generations = states.mapValues(\.generation)
        let models = try await delivering(post, on: shard) {
            try await lane.attempt { try crowd.catchUp(to: generations) }
        }
        for (index, model) in models.enumerated() {
            for model in model.streams where model.isWanted {
                #expect(
                    model.rows == states[model.stream]?.rows,
                    "client \(index), \(model.stream)"
                )
            }
        }
        let halves = models.count / 3
        #expect(models.dropFirst(halves).map(\.deltaCount).reduce(0, +) > 100)
        await lane.run { crowd.leave() }
        try await wait(for: "\(server.reactor.liveFrameCount) frames", on: shard) {
            post.deliverAll()
            return server.reactor.liveFrameCount == server.publisher.keptFrameCount
        }
    }

    /// Brings the letters while something is done that waits for them.
    private func delivering<Value: Sendable>(
        _ post: Post,
        on shard: isolated Shard,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let done = Notes()
        let work = Task {
            _ = shard
            defer { done.isDone = true }
            return try await body()
        }
        while !done.isDone {
            post.deliverAll()
            try await shard.sleep(until: .now() + 1_000_000)
        }
        return try await work.value
    }

    private final class Notes {
        var isDone = false
    }
}
