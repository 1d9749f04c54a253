import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseLoad

extension LoadTests {
    @Suite("Delivery")
    struct DeliveryTests {
        @Test("a tick that comes to each client 40 ms later spreads so", arguments: backends)
        func knownSpread(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                let report = try await load(server, on: shard, clients: 4, milliseconds: 900) {
                    try await waitForSubscribers(4, of: server, on: shard)
                    for tick in 0..<2 {
                        try await shard.sleep(until: .now() + 5_000_000)
                        let delta = server.change(0, 10 + tick)
                        for (index, id) in server.subscribers.enumerated() {
                            if index > 0 { try await shard.sleep(until: .now() + 40_000_000) }
                            server.send(id, delta)
                        }
                    }
                }
                #expect(report.deltas == 8)
                #expect(report.messages == 16)
                #expect(report.openAtEnd == 4)
                #expect(report.missed == 0)
                let latency = try #require(report.latency)
                let spread = try #require(report.spread)
                #expect(latency.count == 8)
                #expect(spread.count == 2)
                // The clients got it after 0, 40, 80 and 120 ms, and never earlier than sent.
                #expect(latency.max >= 120_000 && spread.p50 >= 119_000)
                #expect(latency.p50 >= 39_000 && latency.p50 < latency.max)
                #expect(report.replayHolds, "\(report.text)")
                #expect(report.replays.map(\.equal) == [1])
                #expect(report.errors.isEmpty)
                #expect(Set(server.peers).isSubset(of: ["127.0.0.1", "127.0.0.2"]))
            }
        }

        @Test("measuring begins when everybody has a whole state", arguments: backends)
        func firstStates(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                server.halvesSnapshots = true
                let report = try await load(server, on: shard, clients: 3) {
                    try await wait(on: shard) { server.subscribers.count == 3 }
                    for id in server.subscribers.dropFirst() { server.send(id, server.half(2)) }
                    try await shard.sleep(until: .now() + 50_000_000)
                    #expect(!server.isMeasured())
                    server.send(server.subscribers[0], server.half(2))
                    try await waitForSubscribers(3, of: server, on: shard)
                    server.broadcast(server.change(0, 3))
                }
                #expect(report.unsettled == 0 && report.settleNanoseconds >= 50_000_000)
                let first = try #require(report.firstState)
                #expect(first.count == 3 && first.max >= 50_000)
                #expect(report.latency?.count == 3)
                #expect(report.replayHolds, "\(report.text)")
            }
        }

        @Test("what comes while it warms up is not measured", arguments: backends)
        func warmUp(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                let report = try await load(server, on: shard, clients: 3) {
                    $0.warmUpNanoseconds = 100_000_000
                } play: {
                    try await wait(on: shard) { server.subscribers.count == 3 }
                    #expect(!server.isMeasured())
                    server.broadcast(server.change(0, 3))
                    try await waitForSubscribers(3, of: server, on: shard)
                    server.broadcast(server.change(0, 4))
                }
                #expect(report.deltas == 6)
                #expect(report.latency?.count == 3 && report.warmUpNanoseconds == 100_000_000)
                #expect(report.replayHolds, "\(report.text)")
            }
        }

        @Test("ticks that look the same are told apart", arguments: backends)
        func identical(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                let report = try await load(server, on: shard, clients: 3) {
                    try await waitForSubscribers(3, of: server, on: shard)
                    for tick in 0..<3 {
                        if tick > 0 { try await shard.sleep(until: .now() + 100_000_000) }
                        server.broadcast(server.change(0, 7))
                    }
                }
                #expect(report.deltas == 9)
                // Taken for one, they would have one spread.
                #expect(report.spread?.count == 3)
            }
        }

        @Test("messages in fragments, or byte by byte, are the same messages", arguments: backends)
        func pieces(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                for delivery in [PlayedServer.Delivery.fragments(7), .fragments(1), .drip] {
                    let server = try PlayedServer(shard.reactor)
                    server.delivery = delivery
                    let report = try await load(server, on: shard, clients: 3) {
                        try await waitForSubscribers(3, of: server, on: shard)
                        for tick in 0..<5 { server.broadcast(server.change(1, tick)) }
                        // A send for each byte takes a busy machine its time.
                        try await wait(on: shard) {
                            !server.subscribers.contains { server.hasUnsent($0) }
                        }
                    }
                    #expect(report.deltas == 15)
                    #expect(report.messages == 21)
                    #expect(report.latency?.count == 15)
                    #expect(report.errors.isEmpty && report.missed == 0)
                    #expect(report.replayHolds && report.replays.map(\.equal) == [1])
                }
            }
        }

        @Test("generations that are left out are counted", arguments: backends)
        func missed(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                let report = try await load(server, on: shard, clients: 2) {
                    try await waitForSubscribers(2, of: server, on: shard)
                    server.broadcast(server.change(0, 3))
                    server.broadcast(server.change(0, 4, skipping: 5))
                    // A snapshot in place of deltas covers what it skips, and says so.
                    _ = server.change(0, 5)
                    _ = server.change(0, 6)
                    server.broadcast(server.snapshot)
                    let first = server.subscribers[0]
                    server.send(first, server.change(0, 8))
                    server.send(first, server.change(0, 9))
                }
                #expect(report.missed == 2 * (5 + 2))
                #expect(report.snapshotsAgain == 2)
                // What comes in place of ticks is no first state, and may come minutes later.
                #expect(report.firstState?.count == 2)
                #expect(report.behind == 1)
                #expect(!report.replayHolds)
            }
        }

        @Test("deltas that a client was not there for are not measured", arguments: backends)
        func history(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                let report = try await load(server, on: shard, clients: 1) {
                    try await waitForSubscribers(1, of: server, on: shard)
                    server.broadcast(server.change(0, 3, ts: PlayedServer.now - 60_000))
                }
                #expect(report.deltas == 1)
                #expect(report.latency == nil && report.spread == nil)
            }
        }

        @Test("a state that is not what was replayed is found", arguments: backends)
        func falseState(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try PlayedServer(shard.reactor)
                server.falseValues = [0: 3, 1: 99]
                let report = try await load(server, on: shard, clients: 150) {
                    try await waitForSubscribers(150, of: server, on: shard)
                    server.broadcast(server.change(0, 3))
                }
                #expect(!report.holds)
                #expect(
                    report.replays.first?.differences == ["v of row 1 is 2, and the server has 99"]
                )
            }
        }
    }
}
