import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("Sending and echoing")
    struct ReactorSendTests {
        static let sizes = [1, 2, 1000, 16 * 1024, 16 * 1024 + 1, 300_000, 8 * 1024 * 1024]

        @Test("an echo returns every byte to a reader that is slow", arguments: kernels, sizes)
        func echo(io: TestKernel, size: Int) async throws {
            try await withReactor(on: io) { shard in
                let service = EchoService(shard.reactor)
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let lane = try BlockingLane(name: "client")
                let bytes = pattern(size)
                // Nothing is read until all is sent, so the server's sends come to a halt.
                let answer = try await lane.attempt {
                    let client = try Client(address, receiveBufferBytes: 64 * 1024)
                    try client.send(bytes)
                    return try client.receive(exactly: size)
                }
                #expect(same(answer, bytes))
                #expect(shard.reactor.metrics.bytesReceived == UInt64(size))
            }
        }

        @Test(
            "one large frame is sent in as many parts as it takes, and `sent` comes once",
            arguments: kernels
        )
        func partialSends(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let bytes = pattern(8 * 1024 * 1024)
                let service = TestService(shard.reactor)
                service.onAccepted = { $0.reactor.send($1, bytes) }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let client = try Client(address, receiveBufferBytes: 32 * 1024)
                try await service.wait(on: shard) { $0.opened.count == 1 }
                await turns(20, on: shard)
                #expect(shard.reactor.isSending(service.opened[0]))
                #expect(service.sentCount == 0)
                #expect(shard.reactor.liveFrameCount == 1)
                let lane = try BlockingLane(name: "client")
                let answer = try await lane.attempt {
                    try client.receive(exactly: bytes.count, chunk: 100_000)
                }
                #expect(same(answer, bytes))
                try await service.wait(on: shard) { $0.sentCount == 1 }
                #expect(shard.reactor.liveFrameCount == 0)
                #expect(shard.reactor.metrics.bytesSent == UInt64(bytes.count))
            }
        }

        @Test("eight pieces, frames and static bytes, arrive in their order", arguments: kernels)
        func gathered(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onAccepted = { Self.sendGathered($0.reactor, $1) }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let lane = try BlockingLane(name: "client")
                let answer = try await lane.attempt {
                    try Client(address).receive(exactly: 4 * 6 + 200_000 + 3 * 5)
                }
                var expected: [UInt8] = []
                for piece in 0..<4 {
                    expected += piece == 2 ? pattern(200_000) : pattern(5, seed: piece)
                    expected += Array("static".utf8)
                }
                #expect(same(answer, expected))
                try await service.wait(on: shard) { $0.sentCount == 1 }
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        private static func sendGathered(_ reactor: Reactor, _ connection: ConnectionID) {
            let text: StaticString = "static"
            let frames = (0..<4).map { piece in
                reactor.frame(piece == 2 ? pattern(200_000) : pattern(5, seed: piece))
            }
            var list = SendList()
            for frame in frames {
                list.append(frame)
                // A literal's bytes live as long as the process.
                unsafe list.append(
                    static: UnsafeRawBufferPointer(
                        start: text.utf8Start,
                        count: text.utf8CodeUnitCount
                    )
                )
            }
            reactor.send(connection, list)
            for frame in frames { reactor.release(frame) }
        }

        @Test(
            "a frame that two sends carry twice each is freed once, after the last of them",
            arguments: kernels
        )
        func sharedFrame(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let clients = try (0..<2).map { _ in try Client(address) }
                try await service.wait(on: shard) { $0.opened.count == 2 }
                let frame = shard.reactor.frame(pattern(1000))
                var list = SendList()
                list.append(frame)
                list.append(frame)
                for id in service.opened { shard.reactor.send(id, list) }
                shard.reactor.release(frame)
                #expect(shard.reactor.liveFrameCount == 1)
                try await service.wait(on: shard) { $0.sentCount == 2 }
                #expect(shard.reactor.liveFrameCount == 0)
                for client in clients {
                    #expect(try client.receive(exactly: 2000) == pattern(1000) + pattern(1000))
                }
            }
        }

        @Test("a client that ends its side still gets its answer", arguments: kernels)
        func halfClose(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let address = try shard.reactor.listen(
                    on: anyPort,
                    service: EchoService(shard.reactor)
                )
                let lane = try BlockingLane(name: "client")
                let bytes = pattern(1_000_000)
                let answer = try await lane.attempt {
                    let client = try Client(address)
                    try client.send(bytes)
                    client.endOutput()
                    return try client.receiveToEnd()
                }
                #expect(same(answer, bytes))
            }
        }

        @Test("a server that ends its side still takes the client's bytes", arguments: kernels)
        func endOutput(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.keepsBytes = true
                service.onAccepted = { $0.reactor.endOutput($1) }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let client = try Client(address)
                let lane = try BlockingLane(name: "client")
                try await lane.attempt {
                    guard client.seesEnd() else { throw TimedOut("the end of the stream") }
                    try client.send(pattern(5000))
                    client.endOutput()
                }
                try await service.wait(on: shard) { $0.events.last == .inputEnded($0.opened[0]) }
                #expect(service.bytes[service.opened[0]] == pattern(5000))
            }
        }
    }
}
