import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("Unix sockets")
    struct ReactorUnixTests {
        /// A path of its own for each test, and nobody else's.
        private func address() -> SocketAddress {
            let number = UInt64.random(in: 0...UInt64.max)
            return SocketAddress(host: .unix("/tmp/pulse-test-\(number).sock"), port: 0)
        }

        @Test("bytes go both ways, and the file goes with the listener", arguments: backends)
        func echo(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let lane = try BlockingLane(name: "client")
                let address = address()
                for _ in 0..<3 {
                    let service = EchoService(shard.reactor)
                    let bound = try shard.reactor.listen(on: address, service: service)
                    #expect(bound == address)
                    let sent = pattern(100_000)
                    let answer = try await lane.attempt {
                        let client = try Client(address)
                        try client.send(sent)
                        return try client.receive(exactly: sent.count)
                    }
                    #expect(same(answer, sent))
                    shard.reactor.stopListening()
                    #expect(throws: ClientError(call: "connect", code: ENOENT)) {
                        try Client(address)
                    }
                    await turns(5, on: shard)
                }
            }
        }

        @Test("an address that somebody listens on is in use", arguments: backends)
        func inUse(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let address = address()
                let service = EchoService(shard.reactor)
                _ = try shard.reactor.listen(on: address, service: service)
                #expect(throws: SystemError(call: "bind", code: EADDRINUSE)) {
                    try shard.reactor.listen(on: address, service: service)
                }
                _ = try Client(address)
            }
        }

        @Test("a reader's progress can be told, and that there is none", arguments: backends)
        func progress(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let address = address()
                let service = TestService(shard.reactor)
                let bytes = pattern(4_000_000)
                service.onAccepted = { $0.reactor.send($1, bytes) }
                _ = try shard.reactor.listen(on: address, service: service)
                let lane = try BlockingLane(name: "client")
                let client = try Client(address)
                try await service.wait(on: shard) { !$0.opened.isEmpty }
                await turns(20, on: shard)
                let id = service.opened[0]
                let full = shard.reactor.progressMark(id)
                await turns(20, on: shard)
                #expect(shard.reactor.progressMark(id) == full)
                _ = try await lane.attempt { try client.receive(exactly: bytes.count - 50_000) }
                await turns(20, on: shard)
                #expect(shard.reactor.progressMark(id) != full)
            }
        }
    }
}
