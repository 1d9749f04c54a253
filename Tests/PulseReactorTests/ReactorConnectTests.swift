import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("Connecting")
    struct ReactorConnectTests {
        @Test("connects from the address asked for, and bytes go both ways", arguments: kernels)
        func echo(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let server = PeerService(shard.reactor)
                let address = try shard.reactor.listen(on: anyPort, service: server)
                let client = TestService(shard.reactor)
                client.keepsBytes = true
                let sent = pattern(300_000)
                client.onConnected = { $0.reactor.send($1, sent) }
                let source = SocketAddress(host: .v4([127, 0, 0, 9]), port: 0)
                let id = try shard.reactor.connect(to: address, from: source, service: client)
                #expect(!shard.reactor.isOpen(id))
                try await client.wait(on: shard) { $0.receivedByteCount == sent.count }
                #expect(client.events.first == .connected(id))
                #expect(same(client.bytes[id], sent))
                #expect(server.peers.map(\.hostText) == ["127.0.0.9"])
                #expect(shard.reactor.metrics.connected == 1)
                shard.reactor.endOutput(id)
                try await client.wait(on: shard) { $0.events.last == .inputEnded(id) }
                shard.reactor.close(id)
                try await client.wait(on: shard) { $0.closedTotal == 1 }
                #expect(!client.isNested)
            }
        }

        @Test("a refusal is told once, with its cause, and then the end", arguments: kernels)
        func refused(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let gone = try shard.reactor.listen(
                    on: anyPort,
                    service: PeerService(shard.reactor)
                )
                shard.reactor.stopListening()
                await turns(5, on: shard)
                let client = TestService(shard.reactor)
                let id = try shard.reactor.connect(to: gone, service: client)
                try await client.wait(on: shard) { $0.closedTotal == 1 }
                await turns(5, on: shard)
                let refusal = SystemError(call: "connect", code: ECONNREFUSED)
                #expect(client.events == [.connectFailed(id, .system(refusal)), .closed(id)])
                #expect(shard.reactor.connectionCount == 0)
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        @Test(
            "a connect that takes too long fails, and the name is free again",
            arguments: kernels
        )
        func deadline(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let full = try SilentListener(shard.reactor)
                let queued = try (0..<2).map { _ in try PendingClient(full.address, shard.reactor) }
                let client = TestService(shard.reactor)
                let id = try shard.reactor.connect(
                    to: full.address,
                    within: 5_000_000,
                    service: client
                )
                try await client.wait(on: shard) { $0.closedTotal == 1 }
                let late = SystemError(call: "connect", code: ETIMEDOUT)
                #expect(client.events == [.connectFailed(id, .system(late)), .closed(id)])
                #expect(shard.reactor.connectionCount == 0)
                _ = queued
            }
        }

        @Test("closed while it connects, it says only that it is closed", arguments: kernels)
        func cancelled(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                // A full backlog: what comes on top of it is not answered.
                let full = try SilentListener(shard.reactor)
                let queued = try (0..<2).map { _ in try PendingClient(full.address, shard.reactor) }
                let client = TestService(shard.reactor)
                let ids = try (0..<3).map { _ in
                    try shard.reactor.connect(to: full.address, service: client)
                }
                await turns(20, on: shard)
                #expect(client.events.isEmpty)
                for id in ids {
                    shard.reactor.close(id)
                    shard.reactor.close(id)
                }
                try await client.wait(on: shard) { $0.closedTotal == 3 }
                #expect(client.events.count == 3)
                #expect(shard.reactor.connectionCount == 0)
                _ = queued
            }
        }

        @Test("closed in the turn that began it, it is closed once", arguments: kernels)
        func cancelledAtOnce(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let server = PeerService(shard.reactor)
                let address = try shard.reactor.listen(on: anyPort, service: server)
                let client = TestService(shard.reactor)
                for count in 1...50 {
                    let id = try shard.reactor.connect(to: address, service: client)
                    shard.reactor.close(id)
                    try await client.wait(on: shard) { $0.closedTotal == count }
                }
                await turns(5, on: shard)
                #expect(client.events.count == 50)
                #expect(client.closedCount.values.allSatisfy { $0 == 1 })
            }
        }

        @Test("a peer that resets ends the connection once", arguments: kernels)
        func reset(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let listener = try SilentListener(shard.reactor)
                let client = TestService(shard.reactor)
                let id = try shard.reactor.connect(to: listener.address, service: client)
                try await client.wait(on: shard) { $0.events == [.connected(id)] }
                shard.reactor.send(id, pattern(16 * 1024 * 1024))
                await turns(5, on: shard)
                listener.resetNext()
                try await client.wait(on: shard) { $0.closedTotal == 1 }
                #expect(client.sentCount == 0)
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        @Test("a reactor that stops ends what it connects", arguments: kernels)
        func stopped(io: TestKernel) async throws {
            let closedCount = try await withReactor(on: io) { shard in
                let full = try SilentListener(shard.reactor)
                let queued = try (0..<2).map { _ in try PendingClient(full.address, shard.reactor) }
                let client = TestService(shard.reactor)
                for _ in 0..<3 {
                    _ = try shard.reactor.connect(to: full.address, service: client)
                }
                await turns(3, on: shard)
                _ = queued
                return Witness(client)
            }
            #expect(closedCount.service.closedTotal == 3)
        }

        @Test("above the limit, and from a foreign address, nothing is begun", arguments: kernels)
        func limits(io: TestKernel) async throws {
            try await withReactor(on: io, connectionsMax: 1) { shard in
                let full = try SilentListener(shard.reactor)
                let client = TestService(shard.reactor)
                let foreign = SocketAddress(host: .v4([192, 0, 2, 1]), port: 0)
                #expect(throws: SystemError(call: "bind", code: EADDRNOTAVAIL)) {
                    try shard.reactor.connect(to: full.address, from: foreign, service: client)
                }
                _ = try shard.reactor.connect(to: full.address, service: client)
                #expect(throws: SystemError(call: "connect", code: EMFILE)) {
                    try shard.reactor.connect(to: full.address, service: client)
                }
            }
        }

        @Test("hundreds connect at once from several addresses", arguments: kernels)
        func many(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let server = PeerService(shard.reactor)
                let address = try shard.reactor.listen(on: anyPort, service: server)
                let client = TestService(shard.reactor)
                client.onConnected = { $0.reactor.send($1, [7]) }
                for index in 0..<400 {
                    let host = SocketAddress.Host.v4([127, 0, 0, UInt8(2 + index % 4)])
                    _ = try shard.reactor.connect(
                        to: address,
                        from: SocketAddress(host: host, port: 0),
                        service: client
                    )
                }
                try await client.wait(on: shard) { $0.receivedByteCount == 400 }
                #expect(Set(server.peers.map(\.hostText)).count == 4)
                #expect(client.closedTotal == 0)
            }
        }
    }
}

/// Hands a service out of its reactor's thread when that has ended.
private struct Witness: @unchecked Sendable {
    let service: TestService

    init(_ service: TestService) { self.service = service }
}

/// Echoes, and notes who came.
private final class PeerService: ConnectionService {
    private let echo: EchoService
    private(set) var peers: [SocketAddress] = []

    init(_ reactor: Reactor) { echo = EchoService(reactor) }

    func accepted(_ connection: ConnectionID, from peer: SocketAddress) {
        peers.append(peer)
        echo.accepted(connection, from: peer)
    }

    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        unsafe echo.received(connection, bytes)
    }

    func inputEnded(_ connection: ConnectionID) { echo.inputEnded(connection) }
    func sent(_ connection: ConnectionID) { echo.sent(connection) }
    func closed(_ connection: ConnectionID) { echo.closed(connection) }
}
