import PulseFleet
import PulseJSON
import PulseReactor
import PulseTestSupport
import Synchronization
import Testing

@testable import PulseServer

/// The property on which the product stands, over real sockets: who has caught up has the state.
@Suite("The hub and its clients", .endsWhenItHangs)
struct HubPropertyTests {
    @Test(
        "every client that has caught up holds the state, however it reads",
        arguments: backends,
        [1, 3]
    )
    func clientsHoldTheState(io: IOChoice, threads: Int) async throws {
        let seed = testSeed()
        try await withServer(io, threads: threads) { harness, shard in
            try await run(harness, seed, disksMax: 600, ticks: 120 / threads, on: shard)
        }
    }

    @Test(
        "the same with a small fleet, whose log reaches back all 64 deltas",
        arguments: backends,
        [1, 3]
    )
    func smallFleet(io: IOChoice, threads: Int) async throws {
        let seed = testSeed()
        try await withServer(io, threads: threads) { harness, shard in
            try await run(harness, seed, disksMax: 2, ticks: 300 / threads, on: shard)
        }
    }

    private func run(
        _ harness: ServerUnderTest,
        _ seed: UInt64,
        disksMax: Int,
        ticks: Int,
        on shard: isolated Shard
    ) async throws {
        let server = harness.server
        var world = RandomHosts(seed: seed, hostCount: 40, disksMax: disksMax)
        world.fill(server.fleet)
        // Less than two of the large fleet: who is slower than that begins anew.
        server.first.hub.pastSnapshotBytesMax = 3 << 20
        server.tick(at: 0)
        let address = harness.address
        let crowd = try await harness.lane.attempt { try RandomClients(seed, [address]) }
        for tick in 1...ticks {
            world.act(on: server.fleet)
            server.tick(at: Int64(tick) * 2000)
            // As those are asked whom a slow machine lets say nothing for half a minute.
            if tick == ticks / 2 {
                let later = server.reactor.now + ServerLimits.pingNanoseconds
                #expect(server.first.hub.askSilent(at: later).isEmpty)
            }
            #expect(server.first.hub.pastSnapshotBytes <= server.first.hub.pastSnapshotBytesMax)
            try await harness.lane.attempt { try crowd.act() }
        }
        try await harness.lane.attempt { try crowd.settle() }
        server.shards.lettersWait()
        let states = try server.states()
        let generations = states.mapValues(\.generation)
        let clients = try await harness.lane.attempt { try crowd.catchUp(to: generations) }
        let hosts = try StreamMessage(
            try await harness.lane.attempt { try get("/api/state/hosts", from: address) }
        )
        #expect(hosts.generation == generations["hosts"])
        #expect(hosts.rows == states["hosts"]?.rows)
        #expect(hosts.rows.count > 10)
        for (index, client) in clients.enumerated() {
            for model in client.streams where model.isWanted {
                #expect(
                    model.rows == states[model.stream]?.rows,
                    "client \(index), \(model.stream)"
                )
            }
        }
        #expect(clients.map(\.snapshotCount).reduce(0, +) > clients.count, "nobody fell behind")
        #expect(clients.map(\.deltaCount).reduce(0, +) > ticks)
        // Who has caught up may still be owed a snapshot that it asked for meanwhile. When all have
        // left, what is live is the logs, the newest snapshots, and nothing for anybody: all shards
        // share these frames.
        await harness.lane.run { crowd.leave() }
        try await wait(for: "\(server.reactor.liveFrameCount) frames", on: shard) {
            server.reactor.liveFrameCount == server.publisher.keptFrameCount
        }
    }
}

extension Server {
    /// The streams that the clients of tests have, as far as they are there now, by their names.
    private var views: [String: StreamView] {
        let names = ["hosts"] + DashboardModel.others
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { name in
                StreamKey(name).flatMap { fleet.view(of: $0) }.map { (name, $0) }
            }
        )
    }

    /// Where each of them is.
    func generations() -> [String: UInt64] { views.mapValues { fleet.generation(of: $0) } }

    /// The state of each of them.
    func states() throws -> [String: StreamMessage] {
        try views.mapValues { view in
            try StreamMessage(jsonBytes { fleet.encodeState(of: view, ts: 0, into: &$0) })
        }
    }
}

extension Publisher {
    /// The frames of the logs and of the newest snapshots, with their twins.
    var keptFrameCount: Int {
        let frames = (streams + parts.values).flatMap { $0.log.all + ($0.snapshot?.parts ?? []) }
        return frames.reduce(0) { $0 + ($1.twin == nil ? 1 : 2) }
    }
}

/// Clients of every habit, used on one lane.
final class RandomClients: Sendable {
    private let state: Mutex<(random: SeededGenerator, clients: [RandomClient])>

    /// Six clients on each address, of each habit one that takes compressed messages.
    init(_ seed: UInt64, _ addresses: [SocketAddress]) throws {
        var clients: [RandomClient] = []
        var random = SeededGenerator(seed: ~seed)
        for address in addresses {
            for habit in [RandomClient.Habit.fast, .slow, .sleeper] {
                for deflates in [false, true] {
                    let model = DashboardModel(random: Int(random.next() >> 32))
                    clients.append(try RandomClient(habit, address, deflates: deflates, model))
                }
            }
        }
        state = Mutex((random, clients))
    }

    func act() throws {
        try state.withLock { state in
            for index in state.clients.indices { try state.clients[index].act(&state.random) }
        }
    }

    /// Subscribes to all that each client has, and waits until that was obeyed.
    func settle() throws {
        try state.withLock { state in
            for index in state.clients.indices { try state.clients[index].settle() }
        }
    }

    /// Ends every connection.
    func leave() {
        state.withLock { $0.clients = [] }
    }

    func catchUp(to generations: [String: UInt64]) throws -> [DashboardModel] {
        try state.withLock { state in
            for index in state.clients.indices {
                try state.clients[index].catchUp(to: generations)
            }
            return state.clients.map(\.model)
        }
    }
}

struct RandomClient {
    enum Habit {
        /// Reads all that is there.
        case fast
        /// Reads some kilobytes a tick.
        case slow
        /// Reads nothing for many ticks, and then all that is there.
        case sleeper
    }

    private(set) var model: DashboardModel
    private let habit: Habit
    private let address: SocketAddress
    private let deflates: Bool
    private var socket: WebSocketClient
    private var sleepsFor = 0

    init(
        _ habit: Habit,
        _ address: SocketAddress,
        deflates: Bool,
        _ model: DashboardModel
    ) throws {
        self.model = model
        self.habit = habit
        self.address = address
        self.deflates = deflates
        socket = try RandomClient.connect(habit, address, deflates)
        try subscribeAll()
    }

    private static func connect(
        _ habit: Habit,
        _ address: SocketAddress,
        _ deflates: Bool
    ) throws -> WebSocketClient {
        try WebSocketClient(
            address,
            receiveBufferBytes: habit == .fast ? nil : 4096,
            deflates: deflates
        )
    }

    /// What the client does in one tick.
    mutating func act(_ random: inout SeededGenerator) throws {
        try read(&random)
        let stream = Int.random(in: 0..<model.streams.count, using: &random)
        switch Int.random(in: 0..<30, using: &random) {
        case 0: try say(model.unsubscribe(stream))
        case 1, 2: try say(model.subscribe(stream, resuming: true))
        case 3: try say(model.subscribe(stream, resuming: false))
        case 4:
            try say(model.unsubscribe(stream))
            try say(model.subscribe(stream, resuming: Bool.random(using: &random)))
        case 5: try reconnect()
        default: break
        }
    }

    private mutating func read(_ random: inout SeededGenerator) throws {
        switch habit {
        case .fast: try take(.max >> 8)
        case .slow: try take(Int.random(in: 1...250_000, using: &random))
        case .sleeper:
            sleepsFor -= 1
            if sleepsFor < 0 {
                try take(1 << 20)
                if Int.random(in: 0..<8, using: &random) == 0 {
                    sleepsFor = Int.random(in: 1...80, using: &random)
                }
            }
        }
    }

    private mutating func take(_ byteCount: Int) throws {
        for frame in try socket.receiveAvailable(atMost: byteCount) { try take(frame) }
    }

    /// Takes a message; answers a ping, as a browser does.
    private mutating func take(_ frame: ReceivedFrame) throws {
        if frame.opcode == 9 {
            try socket.socket.send(WebSocketClient.frame(10, frame.payload))
        } else {
            try model.take(frame.payload)
        }
    }

    /// A new connection that goes on from what the old one brought.
    private mutating func reconnect() throws {
        socket = try RandomClient.connect(habit, address, deflates)
        model.reconnect()
        try subscribeAll()
    }

    /// Asks for all that it has, going on from there.
    mutating func subscribeAll() throws { try say(model.subscribeAll()) }

    private func say(_ commands: [String]) throws {
        for command in commands { try socket.send(command) }
    }

    /// Asks for everything, and reads until that was obeyed.
    mutating func settle() throws {
        try subscribeAll()
        while !model.isSettled { try take(try socket.receive()) }
    }

    /// Reads until it has everything.
    mutating func catchUp(to generations: [String: UInt64]) throws {
        while !model.isCaughtUp(to: generations) { try take(try socket.receive()) }
    }
}

/// The body of an answer to a plain request.
func get(_ path: String, from address: SocketAddress) throws -> [UInt8] {
    let client = try Client(address)
    try client.send(
        Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
    )
    let answer = try client.receiveToEnd()
    guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { throw StreamEnded() }
    return Array(answer[end.upperBound...])
}
