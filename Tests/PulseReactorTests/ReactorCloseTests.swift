import Glibc
import PulseReactor
import Testing

@Suite("Closing connections", .timeLimit(.minutes(1)))
struct ReactorCloseTests {
    @Test("closed is never called inside another call of the service", arguments: backends)
    func closedIsNotNested(io: IOChoice) async throws {
        try await withReactor(io) { shard in
            let service = TestService(shard.reactor)
            service.onInputEnded = { $0.reactor.close($1) }
            let address = try shard.reactor.listen(on: anyPort, service: service)
            let client = try Client(address)
            client.endOutput()
            try await service.wait(on: shard) { $0.closedTotal == 1 }
            #expect(!service.isNested)
        }
    }

    @Test("a send to a connection that was just closed is ignored", arguments: backends)
    func sendAfterClose(io: IOChoice) async throws {
        try await withReactor(io) { shard in
            let service = TestService(shard.reactor)
            service.onReceived = { service, id, _ in
                service.reactor.close(id)
                service.reactor.send(id, [1, 2, 3])
            }
            let address = try shard.reactor.listen(on: anyPort, service: service)
            let client = try Client(address)
            try client.send([0])
            try await service.wait(on: shard) { $0.closedTotal == 1 }
            #expect(service.sentCount == 0)
            #expect(shard.reactor.liveFrameCount == 0)
        }
    }
}
