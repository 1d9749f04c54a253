import PulseFleet
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseServer

/// WebSockets over sockets: who closes how, who waits for whom.
@Suite("WebSockets", .endsWhenItHangs)
struct WebSocketTests {
    private static let subscribe = "{\"type\":\"subscribe\",\"stream\":\"hosts\"}"

    /// Sends bytes and returns every frame until the server ends the stream.
    private func frames(
        after bytes: [UInt8],
        endsOutput: Bool = false,
        _ harness: ServerUnderTest
    ) async throws -> [ReceivedFrame] {
        let address = harness.address
        return try await harness.lane.attempt {
            var client = try WebSocketClient(address)
            try client.socket.send(bytes)
            if endsOutput { client.socket.endOutput() }
            var frames: [ReceivedFrame] = []
            while true {
                do {
                    frames.append(try client.receive())
                } catch is StreamEnded {
                    return frames
                }
            }
        }
    }

    static let closes: [([UInt8], UInt16?)] = [
        (WebSocketClient.frame(8, [0x03, 0xE8] + Array("bye".utf8)), 1000),
        (WebSocketClient.frame(8, [0x0F, 0xA0]), 4000),
        (WebSocketClient.frame(8, []), nil),
        (WebSocketClient.frame(8, [0x03]), 1002),
        (WebSocketClient.frame(8, [0x03, 0xED]), 1002),
        ([0x81, 0x01, 0x61], 1002),
        (WebSocketClient.frame(3, []), 1002),
        (WebSocketClient.frame(2, [1, 2, 3]), 1003),
        (WebSocketClient.frame(1, [0xFF]), 1007),
        (WebSocketClient.frame(1, [UInt8](repeating: 0x20, count: 16 * 1024 + 1)), 1009),
    ]

    @Test("each end has its code, and nothing follows it", arguments: backends, closes)
    func closeCodes(io: IOChoice, close: ([UInt8], UInt16?)) async throws {
        try await withServer(io) { harness, _ in
            let after = WebSocketClient.frame(Self.subscribe)
            let frames = try await frames(after: close.0 + after, harness)
            #expect(frames.map(\.opcode) == [1, 8], "hello, close")
            #expect(frames.last?.closeCode == close.1)
        }
    }

    @Test("who closes and ends its side at once still gets the answer", arguments: backends)
    func closeAndEnd(io: IOChoice) async throws {
        try await withServer(io) { harness, _ in
            let close = WebSocketClient.frame(8, [0x03, 0xE8])
            let frames = try await frames(after: close, endsOutput: true, harness)
            #expect(frames.last?.closeCode == 1000)
        }
    }

    @Test("a stop closes with 1001 behind what is on its way, and returns", arguments: backends)
    func stop(io: IOChoice) async throws {
        try await withServer(io) { harness, shard in
            let address = harness.address
            let client = try await harness.lane.attempt {
                var client = try WebSocketClient(address)
                _ = try client.receive()
                try client.send(Self.subscribe)
                _ = try client.receive()
                return client
            }
            let lane = harness.lane
            let frame = Task {
                try await lane.attempt {
                    var client = client
                    let frame = try client.receive()
                    _ = client.socket.seesEnd()
                    client.socket.endOutput()
                    return frame
                }
            }
            await harness.server.stop(on: shard)
            #expect(try await frame.value.closeCode == 1001)
        }
    }

    @Test(
        "whatever a command says, the refusal is short and the connection stays",
        arguments: backends
    )
    func refusals(io: IOChoice) async throws {
        // One character for Swift, and 12,000 bytes.
        let long = "e" + String(repeating: "\u{301}", count: 6000)
        try await withServer(io) { harness, _ in
            let address = harness.address
            let answers = try await harness.lane.attempt {
                var client = try WebSocketClient(address)
                _ = try client.receive()
                try client.send("{\"type\":\"\(long)\"}")
                try client.send("{\"type\":\"subscribe\",\"stream\":\"\(long)\"}")
                try client.send("{\"type\":\"ping\",\"id\":7}")
                return [try client.receive(), try client.receive(), try client.receive()]
            }
            #expect(answers.map { $0.payload.count < 512 } == [true, true, true])
            #expect(answers.last?.text == "{\"type\":\"pong\",\"id\":7}")
        }
    }

    @Test(
        "who asks without reading waits, and gets every answer once it reads",
        arguments: backends
    )
    func backPressure(io: IOChoice) async throws {
        try await withServer(io) { harness, _ in
            let address = harness.address
            let payloads = try await harness.lane.attempt {
                var client = try WebSocketClient(address, receiveBufferBytes: 4096)
                _ = try client.receive()
                let count = 12_000
                var pings: [UInt8] = []
                for number in 0..<count {
                    let digits = Array("\(number)".utf8)
                    let padding = [UInt8](repeating: 0x2E, count: 125 - digits.count)
                    pings += WebSocketClient.frame(9, digits + padding)
                }
                try client.socket.send(pings)
                return try (0..<count).map { _ in
                    String(
                        decoding: try client.receive().payload.prefix { $0 != 0x2E },
                        as: UTF8.self
                    )
                }
            }
            #expect(payloads == (0..<12_000).map { "\($0)" })
        }
    }

    @Test("more answers at once than a send has pieces all arrive, in order", arguments: backends)
    func manyAnswers(io: IOChoice) async throws {
        try await withServer(io) { harness, shard in
            let (address, server) = (harness.address, harness.server)
            let client = try await harness.lane.attempt {
                var client = try WebSocketClient(address)
                _ = try client.receive()
                return client
            }
            var open: [ConnectionID] = []
            server.first.hub.forEachClient { open.append($0.id) }
            let id = try #require(open.first)
            // As refusals come of streams that another thread was asked for.
            for number in 0..<30 {
                let text = Array("\(number)".utf8)
                server.first.hub.send(id, control: [0x81, UInt8(text.count)] + text)
            }
            let texts = try await harness.lane.attempt {
                var client = client
                return try (0..<30).map { _ in try client.receive().text }
            }
            #expect(texts == (0..<30).map { "\($0)" })
        }
    }

    @Test("a dashboard that takes nothing for a minute is closed", arguments: backends)
    func stalled(io: IOChoice) async throws {
        try await withServer(io) { harness, shard in
            let (address, server) = (harness.address, harness.server)
            var world = RandomHosts(seed: 1, hostCount: 60, disksMax: 600)
            world.fill(server.fleet)
            server.tick(at: 0)
            let client = try await harness.lane.attempt {
                let client = try WebSocketClient(address, receiveBufferBytes: 4096)
                try client.send(Self.subscribe)
                return client
            }
            try await wait(for: "the send to get stuck", on: shard) {
                server.first.hub.pastSnapshotBytes == 0 && server.first.hub.isAnybodySending
            }
            let minute = ServerLimits.stallNanoseconds
            server.first.sweep(at: .now())
            server.first.sweep(at: .now() + minute / 2)
            #expect(server.first.http?.sessionCount == 1)
            server.first.sweep(at: .now() + 2 * minute)
            try await wait(for: "the end", on: shard) { server.first.http?.sessionCount == 0 }
            withExtendedLifetime(client) {}
        }
    }

    @Test("a dashboard that answers no ping is closed, one that does is not", arguments: backends)
    func silent(io: IOChoice) async throws {
        try await withServer(io) { harness, shard in
            let (address, server) = (harness.address, harness.server)
            // Both are first heard of between these two.
            let opening = MonotonicTime.now()
            let clients = try await harness.lane.attempt {
                var clients = [try WebSocketClient(address), try WebSocketClient(address)]
                for index in clients.indices { _ = try clients[index].receive() }
                return clients
            }
            let (answering, silent) = (clients[0], clients[1])
            let start = MonotonicTime.now()
            let second: UInt64 = 1_000_000_000
            server.first.sweep(at: opening + 29 * second)
            server.first.sweep(at: start + 31 * second)
            // One ping, however often one looks.
            server.first.sweep(at: start + 32 * second)
            let asked = try await harness.lane.attempt {
                var (answering, silent) = (answering, silent)
                let pings = [try answering.receive(), try silent.receive()]
                try answering.socket.send(WebSocketClient.frame(10, []))
                try answering.send("{\"type\":\"ping\",\"id\":1}")
                return pings + [try answering.receive()]
            }
            #expect(asked.map(\.opcode) == [9, 9, 1])
            #expect(asked[2].text == "{\"type\":\"pong\",\"id\":1}")
            server.first.sweep(at: opening + 89 * second)
            #expect(server.first.http?.sessionCount == 2)
            // A ping on its way would be said to have been so for as long as the clock jumps.
            try await wait(for: "the ping to be taken", on: shard) {
                !server.first.hub.isAnybodySending
            }
            server.first.sweep(at: start + 93 * second)
            try await wait(for: "the silent one's end", on: shard) {
                server.first.http?.sessionCount == 1
            }
            #expect(server.first.http?.metrics.webSocketsSilent == 1)
            // Asked once more, and gone when it no longer answers.
            server.first.sweep(at: start + 153 * second)
            try await wait(for: "the other's end", on: shard) {
                server.first.http?.sessionCount == 0
            }
            withExtendedLifetime(clients) {}
        }
    }

    @Test("the third tick without data brings a heartbeat, and only that one", arguments: backends)
    func heartbeats(io: IOChoice) async throws {
        try await withServer(io) { harness, shard in
            let (address, server) = (harness.address, harness.server)
            let client = try await harness.lane.attempt {
                var client = try WebSocketClient(address)
                _ = try client.receive()
                try client.send(Self.subscribe)
                _ = try client.receive()
                return client
            }
            try await wait(for: "the send to end", on: shard) {
                !server.first.hub.isAnybodySending
            }
            for tick in 1...7 {
                server.tick(at: Int64(tick) * 2000)
                try await wait(for: "the send to end", on: shard) {
                    !server.first.hub.isAnybodySending
                }
            }
            let texts = try await harness.lane.attempt {
                var client = client
                try client.send("{\"type\":\"ping\",\"id\":1}")
                return [
                    try client.receive().text, try client.receive().text, try client.receive().text,
                ]
            }
            // That nothing is wrong is told once.
            let generations = StreamName.allCases.map { stream in
                "\"\(stream.rawValue)\":\(stream == .summary ? 1 : 0)"
            }
            let told = generations.joined(separator: ",")
            #expect(
                texts == [
                    "{\"type\":\"heartbeat\",\"ts\":6000,\"generation\":{\(told)}}",
                    "{\"type\":\"heartbeat\",\"ts\":12000,\"generation\":{\(told)}}",
                    "{\"type\":\"pong\",\"id\":1}",
                ]
            )
        }
    }
}

extension Hub {
    fileprivate var isAnybodySending: Bool {
        var isSending = false
        forEachClient { if $0.isSending { isSending = true } }
        return isSending
    }
}
