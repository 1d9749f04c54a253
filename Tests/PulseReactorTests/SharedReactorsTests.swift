import Glibc
import PulseTestSupport
import Testing

@testable import PulseReactor

extension RunningReactorTests {
    /// What two reactors of one process share: frames, letters, a port, places for connections.
    @Suite("Several reactors")
    struct SharedReactorsTests {
        /// Runs `body` on one reactor while another one runs.
        private func withTwo(
            _ io: IOChoice,
            _ body: @Sendable (isolated Shard, RunningReactor) async throws -> Void
        ) async throws {
            try await withReactor(io) { shard in
                let other = try await RunningReactor.start(io, connectionsMax: 100) {}
                do {
                    try await body(shard, other)
                } catch {
                    try await other.stop()
                    throw error
                }
                try await other.stop()
            }
        }

        /// Runs `body` on the shard's thread.
        private func run<R: Sendable>(
            on shard: isolated Shard,
            _ body: @Sendable (Reactor) throws -> R
        ) async rethrows -> R {
            try body(shard.reactor)
        }

        @Test(
            "a frame is sent by another reactor, and comes back when the last send is done",
            arguments: backends
        )
        func foreignFrames(io: IOChoice) async throws {
            try await withTwo(io) { shard, other in
                let content = pattern(200_000)
                let frame = shard.reactor.frame(content)
                let shared = shard.reactor.share(frame)
                shard.reactor.release(frame)
                #expect(shard.reactor.liveFrameCount == 1)
                let lane = try BlockingLane(name: "client")
                let address = try await run(on: other.shard) { reactor in
                    try reactor.listen(on: anyPort, service: FrameService(reactor, shared))
                }
                let received = try await lane.attempt {
                    try (0..<3).map { _ in try Client(address).receiveToEnd() }
                }
                for bytes in received { #expect(same(bytes, content)) }
                #expect(shard.reactor.liveFrameCount == 1, "its service still has it")
                await run(on: other.shard) { $0.stopListening() }
                try await other.stop()
                try await wait(on: shard) { shard.reactor.liveFrameCount == 0 }
            }
        }

        @Test("shares come and go at random, and every frame is freed once", arguments: backends)
        func randomShares(io: IOChoice) async throws {
            let seed = testSeed()
            try await withTwo(io) { shard, other in
                var random = SeededGenerator(seed: seed)
                for _ in 0..<200 {
                    let frames = (0..<Int.random(in: 1...20, using: &random)).map {
                        shard.reactor.frame(
                            pattern(Int.random(in: 0...5000, using: &random), seed: $0)
                        )
                    }
                    let shared = frames.map { shard.reactor.share($0) }
                    let (early, fold) = (Bool.random(using: &random), random.next())
                    if early { for frame in frames { shard.reactor.release(frame) } }
                    let sums = await run(on: other.shard) { reactor in
                        var random = SeededGenerator(seed: fold)
                        return shared.shuffled(using: &random).map { share -> Int in
                            let frame = reactor.adopt(share)
                            reactor.retain(frame)
                            reactor.release(frame)
                            defer { reactor.release(frame) }
                            return unsafe frame.bytes.reduce(0) { $0 + Int($1) }
                        }
                    }
                    if !early {
                        let own = frames.map { unsafe $0.bytes.reduce(0) { $0 + Int($1) } }
                        #expect(own.sorted() == sums.sorted())
                        for frame in frames { shard.reactor.release(frame) }
                    }
                }
                let held = await run(on: other.shard) { $0.liveFrameCount }
                #expect(held == 0)
                try await wait(on: shard) { shard.reactor.liveFrameCount == 0 }
            }
        }

        @Test("a share that stays on its reactor is the frame itself", arguments: backends)
        func ownShare(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let frame = shard.reactor.frame([1, 2, 3])
                let same = shard.reactor.adopt(shard.reactor.share(frame))
                #expect(unsafe same.header == frame.header)
                shard.reactor.release(same)
                #expect(shard.reactor.liveFrameCount == 1)
                shard.reactor.release(frame)
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        @Test("letters arrive whole and in order, whoever is busy", arguments: backends)
        func letters(io: IOChoice) async throws {
            try await withTwo(io) { shard, other in
                let receiver = NumberReceiver()
                let box = shard.reactor.makeLetterbox(of: Int.self, for: receiver)
                receiver.box = box
                for start in stride(from: 0, to: 10_000, by: 100) {
                    await run(on: other.shard) { _ in
                        for number in start..<start + 100 { box.post(number) }
                    }
                    if start % 700 == 0 { await Task.yield() }
                }
                let deadline = MonotonicTime.now() + patienceNanoseconds
                while receiver.numbers.count < 10_000, .now() < deadline {
                    try await shard.sleep(until: .now() + 1_000_000)
                }
                #expect(receiver.numbers == Array(0..<10_000))
            }
        }

        @Test("two reactors listen on one port, and both are reached", arguments: backends)
        func sharedPort(io: IOChoice) async throws {
            try await withTwo(io) { shard, other in
                let here = TestService(shard.reactor)
                let address = try shard.reactor.listen(on: anyPort, service: here, sharing: .first)
                let further = try await run(on: other.shard) { reactor in
                    try reactor.listen(
                        on: address,
                        service: EchoService(reactor),
                        sharing: .further
                    )
                }
                #expect(further == address)
                // 2^-63 is the chance that all of them come to one.
                let clients = try (0..<64).map { _ in try Client(address) }
                try await here.wait(on: shard) { !$0.opened.isEmpty }
                let deadline = MonotonicTime.now() + patienceNanoseconds
                while await run(on: other.shard, { $0.connectionCount }) + here.opened.count < 64 {
                    guard .now() < deadline else { throw TimedOut("64 connections") }
                    try await shard.sleep(until: .now() + 1_000_000)
                }
                #expect(here.opened.count < 64)
                _ = clients
            }
        }

        @Test(
            "a port that another program would share is in use all the same",
            arguments: backends
        )
        func strangersPort(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let stranger = EchoService(shard.reactor)
                let address = try shard.reactor.listen(
                    on: anyPort,
                    service: stranger,
                    sharing: .first
                )
                for sharing in [PortSharing.alone, .first] {
                    #expect(throws: SystemError(call: "bind", code: EADDRINUSE)) {
                        try shard.reactor.listen(on: address, service: stranger, sharing: sharing)
                    }
                }
            }
        }

        @Test("connections of two reactors count against one budget", arguments: backends)
        func budget(io: IOChoice) async throws {
            try await withTwo(io) { shard, other in
                let budget = ConnectionBudget(connectionsMax: 3)
                let service = TestService(shard.reactor)
                service.onInputEnded = { $0.reactor.close($1) }
                let here = try shard.reactor.listen(on: anyPort, service: service, budget: budget)
                let there = try await run(on: other.shard) { reactor in
                    try reactor.listen(on: anyPort, service: EchoService(reactor), budget: budget)
                }
                let lane = try BlockingLane(name: "client")
                let first = try (0..<2).map { _ in try Client(here) }
                try await service.wait(on: shard) { $0.opened.count == 2 }
                let third = try await lane.attempt {
                    let client = try Client(there)
                    try client.send([7])
                    #expect(try client.receive(exactly: 1) == [7])
                    return client
                }
                for address in [here, there] {
                    let isRefused = try await lane.attempt { try Client(address).seesEnd() }
                    #expect(isRefused)
                }
                #expect(budget.count == 3)
                #expect(budget.refusedCount == 2)
                first[0].endOutput()
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                try await lane.attempt {
                    let client = try Client(there)
                    try client.send([8])
                    #expect(try client.receive(exactly: 1) == [8])
                }
                _ = (first, third)
            }
        }

        @Test(
            "a budget that is as large as the reactor's own limit counts whom it refuses",
            arguments: backends
        )
        func equalLimits(io: IOChoice) async throws {
            try await withReactor(io, connectionsMax: 2) { shard in
                let budget = ConnectionBudget(connectionsMax: 2)
                let service = TestService(shard.reactor)
                let address = try shard.reactor.listen(
                    on: anyPort,
                    service: service,
                    budget: budget
                )
                let kept = try (0..<2).map { _ in try Client(address) }
                try await service.wait(on: shard) { $0.opened.count == 2 }
                let lane = try BlockingLane(name: "client")
                let isRefused = try await lane.attempt { try Client(address).seesEnd() }
                #expect(isRefused)
                #expect(budget.refusedCount == 1)
                #expect(budget.count == 2)
                _ = kept
            }
        }

        @Test("an address has no more than its share of the places", arguments: backends)
        func shares(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let budget = ConnectionBudget(
                    connectionsMax: 4,
                    perNetworkMax: 2,
                    spares: { _ in false }
                )
                let service = TestService(shard.reactor)
                service.onInputEnded = { $0.reactor.close($1) }
                let address = try shard.reactor.listen(
                    on: anyPort,
                    service: service,
                    budget: budget
                )
                let lane = try BlockingLane(name: "client")
                let kept = try (0..<2).map { _ in try Client(address, from: [127, 0, 0, 2]) }
                try await service.wait(on: shard) { $0.opened.count == 2 }
                let isRefused = try await lane.attempt {
                    try Client(address, from: [127, 0, 0, 2]).seesEnd()
                }
                #expect(isRefused)
                #expect(budget.refusedOfNetworksCount == 1 && budget.refusedCount == 0)
                #expect(shard.reactor.metrics.refusedForNetwork == 1)
                let other = try Client(address, from: [127, 0, 0, 3])
                try await service.wait(on: shard) { $0.opened.count == 3 }
                // Whose connection ends may come again.
                kept[0].endOutput()
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                let again = try Client(address, from: [127, 0, 0, 2])
                try await service.wait(on: shard) { $0.opened.count == 4 }
                #expect(budget.count == 3)
                _ = (kept, other, again)
            }
        }

        @Test(
            "who comes by a proxy has a share beside those who come directly",
            arguments: backends
        )
        func sharesBehindProxy(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let budget = ConnectionBudget(connectionsMax: 9, perNetworkMax: 2)
                let client = try #require(SocketAddress("192.0.2.1:0"))
                let neighbour = try #require(SocketAddress("192.0.2.2:0"))
                let local = try #require(SocketAddress("127.0.0.1:0"))
                #expect(budget.takeShare(of: client))
                #expect(budget.takeShare(of: client))
                #expect(!budget.takeShare(of: client))
                #expect(budget.takeShare(of: neighbour))
                for _ in 0..<3 { #expect(budget.takeShare(of: local)) }
                #expect(budget.refusedOfNetworksCount == 1 && budget.count == 0)
                budget.giveShare(of: client)
                #expect(budget.takeShare(of: client))
            }
        }

        @Test("contexts that share their keys take each other's tickets", arguments: backends)
        func sharedTickets(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let made = try TestCertificate().made
                let keys = TicketKeys()
                let addresses = try (0..<2).map { _ in
                    try shard.reactor.listen(
                        on: anyPort,
                        service: EchoService(shard.reactor),
                        tls: try TLSContext(
                            certificatePEM: made.certificatePEM,
                            privateKeyPEM: made.privateKeyPEM,
                            ticketKeys: keys
                        )
                    )
                }
                let lane = try BlockingLane(name: "client")
                try await lane.attempt {
                    let first = try TLSClient(addresses[0])
                    try first.send([1])
                    _ = try first.receive(exactly: 1)
                    let second = try TLSClient(addresses[1], resuming: first)
                    #expect(second.isResumed)
                }
            }
        }
    }
}

/// Sends a frame of another reactor to everybody, and keeps it for the next one.
private final class FrameService: ConnectionService {
    private let reactor: Reactor
    private let frame: Frame

    init(_ reactor: Reactor, _ shared: SharedFrame) {
        self.reactor = reactor
        frame = reactor.adopt(shared)
    }

    deinit { reactor.release(frame) }

    func accepted(_ connection: ConnectionID, from peer: SocketAddress) {
        var list = SendList()
        list.append(frame)
        reactor.send(connection, list)
    }

    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {}
    func inputEnded(_ connection: ConnectionID) { reactor.close(connection) }
    func sent(_ connection: ConnectionID) { reactor.close(connection) }
    func closed(_ connection: ConnectionID) {}
}

private final class NumberReceiver: LetterReceiver {
    var box: Letterbox<Int>?
    private(set) var numbers: [Int] = []

    func lettersWait() { numbers += box?.collect() ?? [] }
}
