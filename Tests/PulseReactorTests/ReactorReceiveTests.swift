import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("Receiving")
    struct ReactorReceiveTests {
        @Test(
            "nothing arrives while a connection is paused, and everything afterwards",
            arguments: kernels
        )
        func pause(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.keepsBytes = true
                service.onReceived = { service, id, _ in
                    if service.bytes[id]?.count == 1 { service.reactor.pauseReceiving(id) }
                }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let client = try Client(address)
                try client.send([0])
                try await service.wait(on: shard) { $0.receivedByteCount > 0 }
                // What was on its way when the pause was asked for has arrived after a few turns.
                await turns(20, on: shard)
                let before = service.receivedByteCount
                let piece = pattern(50_000)
                let sent = client.sendWithoutWaiting(piece)
                #expect(sent > 0)
                await turns(50, on: shard)
                #expect(service.receivedByteCount == before)
                shard.reactor.resumeReceiving(service.opened[0])
                try await service.wait(on: shard) { $0.receivedByteCount == 1 + sent }
                #expect(service.bytes[service.opened[0]] == [0] + piece.prefix(sent))
            }
        }

        @Test("pausing and resuming at every piece loses and doubles nothing", arguments: kernels)
        func pauseOften(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.keepsBytes = true
                service.onReceived = { service, id, bytes in
                    service.reactor.pauseReceiving(id)
                    if bytes.count % 3 == 0 { service.reactor.resumeReceiving(id) }
                }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let lane = try BlockingLane(name: "client")
                let bytes = pattern(3_000_000)
                let resuming = Task {
                    _ = shard
                    while !Task.isCancelled {
                        for id in service.opened { shard.reactor.resumeReceiving(id) }
                        await Task.yield()
                    }
                }
                defer { resuming.cancel() }
                try await lane.attempt {
                    let client = try Client(address)
                    try client.send(bytes)
                }
                try await service.wait(on: shard) { $0.receivedByteCount == bytes.count }
                #expect(same(service.bytes[service.opened[0]], bytes))
            }
        }

        @Test("more connections than receive buffers can talk at once", arguments: kernels)
        func manyTalk(io: TestKernel) async throws {
            let clientCount = 1_200
            let size = 8 * 1024
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.keepsBytes = true
                service.onAccepted = { $0.reactor.pauseReceiving($1) }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let lane = try BlockingLane(name: "clients")
                let clients = try await lane.attempt {
                    try (0..<clientCount).map { number in
                        let client = try Client(address)
                        try client.send(pattern(size, seed: number))
                        return client
                    }
                }
                try await service.wait(on: shard) { $0.opened.count == clientCount }
                #expect(service.receivedByteCount == 0)
                for id in service.opened { shard.reactor.resumeReceiving(id) }
                try await service.wait(on: shard) { $0.receivedByteCount >= clientCount * size }
                // Who found no buffer waits for its turn once, and is not tried in vain in between.
                #expect(shard.reactor.metrics.starved <= clientCount)
                // They were accepted in the order in which they connected.
                for (number, id) in service.opened.enumerated() {
                    #expect(same(service.bytes[id], pattern(size, seed: number)))
                }
                _ = clients
            }
        }
    }
}
