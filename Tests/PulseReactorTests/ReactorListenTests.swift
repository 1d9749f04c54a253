import Glibc
import PulseReactor
import Testing

@Suite("Listening and accepting", .timeLimit(.minutes(1)))
struct ReactorListenTests {
    /// The descriptors of this process; meant for a child process that does nothing else.
    static func descriptorCount() -> Int {
        (0..<1024).count { fcntl(Int32($0), F_GETFD) >= 0 }
    }

    @Test(
        "a client that the kernel accepted before stopListening is closed, not leaked",
        arguments: backends
    )
    func stopWhileAccepting(io: IOChoice) async throws {
        try await withReactor(io) { shard in
            let service = TestService(shard.reactor)
            service.onAccepted = { service, _ in service.reactor.stopListening() }
            let address = try shard.reactor.listen(on: anyPort, service: service)
            // The kernel completes these without an accept, so all are there in the next turn.
            let clients = try (0..<20).map { _ in try Client(address) }
            try await service.wait(on: shard) { !$0.opened.isEmpty }
            let lane = try BlockingLane(name: "client")
            for client in clients.dropFirst() {
                #expect(await lane.run { client.seesEnd() })
            }
            #expect(service.opened.count == 1)
            #expect(shard.reactor.isOpen(service.opened[0]))
        }
    }
}
