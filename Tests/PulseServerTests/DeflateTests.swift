import PulseReactor
import PulseTestSupport
import PulseWire
import Testing

@testable import PulseServer

/// Compressed frames: made once, whatever the number of clients and of threads.
@Suite("Compressed streams", .endsWhenItHangs)
struct DeflateTests {
    private static let subscribe = "{\"type\":\"subscribe\",\"stream\":\"hosts\"}"

    /// Clients that have read their snapshot of stream `hosts`, which has one part.
    private func subscribers(
        _ deflating: [Bool],
        _ harness: ServerUnderTest
    ) async throws -> [(client: WebSocketClient, snapshot: ReceivedFrame)] {
        let address = harness.address
        return try await harness.lane.attempt {
            try deflating.map { deflates in
                var client = try WebSocketClient(address, deflates: deflates)
                _ = try client.receive()
                try client.send(Self.subscribe)
                return (client, try client.receive())
            }
        }
    }

    @Test(
        "an encoding is compressed once, and all who take it get the same bytes",
        arguments: backends,
        [1, 3]
    )
    func once(io: IOChoice, threads: Int) async throws {
        try await withServer(io, threads: threads) { harness, shard in
            let server = harness.server
            var world = RandomHosts(seed: 1, hostCount: 40, disksMax: 2)
            world.fill(server.fleet)
            server.tick(at: 0)
            let deflating = [true, false, true, true, false, true, true, true]
            var clients = try await subscribers(deflating, harness)
            check(clients.map(\.snapshot), deflating)
            #expect(server.publisher.twins.figures.runs == 1)
            let bytes = clients[0].snapshot.payload.count
            #expect(server.publisher.twins.figures.bytesIn == UInt64(bytes))
            for tick in 1...5 {
                world.fill(server.fleet)
                server.tick(at: Int64(tick) * 2000)
                let before = clients.map(\.client)
                let (frames, after) = try await harness.lane.attempt {
                    var clients = before
                    return (try clients.indices.map { try clients[$0].receive() }, clients)
                }
                for index in clients.indices { clients[index].client = after[index] }
                check(frames, deflating)
                #expect(server.publisher.twins.figures.runs == UInt64(1 + tick))
            }
            let twins = server.publisher.twins.figures
            #expect(twins.bytesOut > 0 && twins.bytesOut < twins.bytesIn / 2)
        }
    }

    private func check(_ frames: [ReceivedFrame], _ deflating: [Bool]) {
        #expect(frames[0].payload.count > 1024)
        for (frame, deflates) in zip(frames, deflating) {
            #expect(frame.payload == frames[0].payload)
            #expect(frame.deflated == (deflates ? frames[0].deflated : nil))
        }
        #expect(frames[0].deflated != nil)
    }

    @Test("nothing is compressed while nobody wants it", arguments: backends)
    func nobody(io: IOChoice) async throws {
        try await withServer(io) { harness, shard in
            let server = harness.server
            var world = RandomHosts(seed: 2, hostCount: 40, disksMax: 2)
            world.fill(server.fleet)
            server.tick(at: 0)
            let plain = try await subscribers([false, false], harness)
            #expect(server.publisher.twins.figures.runs == 0)
            // Who comes behind an encoding gets it as it is, and the next one compressed.
            var late = try await subscribers([true], harness)
            #expect(late[0].snapshot.deflated == nil)
            #expect(late[0].snapshot.payload == plain[0].snapshot.payload)
            world.fill(server.fleet)
            server.tick(at: 2000)
            let client = late[0].client
            let delta = try await harness.lane.attempt {
                var client = client
                return try client.receive()
            }
            #expect(delta.deflated != nil)
            #expect(server.publisher.twins.figures.runs == 1)
            late = []
        }
    }

    @Test("when the last of them has gone, no more is compressed", arguments: backends)
    func gone(io: IOChoice) async throws {
        try await withServer(io) { harness, shard in
            let server = harness.server
            var world = RandomHosts(seed: 3, hostCount: 40, disksMax: 2)
            world.fill(server.fleet)
            server.tick(at: 0)
            let address = harness.address
            try await harness.lane.attempt {
                var client = try WebSocketClient(address, deflates: true)
                _ = try client.receive()
            }
            try await wait(for: "the client to be gone", on: shard) {
                server.setup.deflatingClients.isEmpty
            }
            let plain = try await subscribers([false], harness)
            #expect(plain[0].snapshot.payload.count > 1024)
            #expect(server.publisher.twins.figures.runs == 0)
        }
    }

    /// A compressed ping, a bomb of 64 KiB of spaces, and what is no deflate.
    static let commands: [([UInt8], UInt16?)] = [
        (deflated(Array("{\"type\":\"ping\",\"id\":7}".utf8)), nil),
        (deflated([UInt8](repeating: 0x20, count: 1 << 16)), 1009),
        ([0x07], 1007),
        (Array(deflated(Array("{}".utf8)).dropLast()), 1007),
        (deflated([0xC3]), 1007),
    ]

    private static func deflated(_ message: [UInt8]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: message.count + 64)
        let count = unsafe message.withUnsafeBytes { message in
            unsafe bytes.withUnsafeMutableBytes {
                unsafe MessageDeflater()?.deflate(message, into: $0)
            }
        }
        return Array(bytes[..<(count ?? 0)])
    }

    @Test("compressed commands are obeyed within their limit", arguments: backends, commands)
    func inflates(io: IOChoice, command: ([UInt8], UInt16?)) async throws {
        try await withServer(io) { harness, _ in
            let address = harness.address
            let answer = try await harness.lane.attempt {
                var client = try WebSocketClient(address, deflates: true)
                _ = try client.receive()
                try client.socket.send(WebSocketClient.frame(1, command.0, reserved: 4))
                return try client.receive()
            }
            #expect(answer.closeCode == command.1)
            if command.1 == nil { #expect(answer.text == "{\"type\":\"pong\",\"id\":7}") }
        }
    }

    @Test("who has not negotiated it may not send compressed", arguments: backends)
    func notNegotiated(io: IOChoice) async throws {
        try await withServer(io) { harness, _ in
            let address = harness.address
            let answer = try await harness.lane.attempt {
                var client = try WebSocketClient(address)
                _ = try client.receive()
                try client.socket.send(WebSocketClient.frame(1, [0], reserved: 4))
                return try client.receive()
            }
            #expect(answer.closeCode == 1002)
        }
    }
}
