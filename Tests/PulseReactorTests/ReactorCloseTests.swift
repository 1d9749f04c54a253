import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("Closing connections")
    struct ReactorCloseTests {
        @Test("closed is never called inside another call of the service", arguments: kernels)
        func closedIsNotNested(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onInputEnded = { $0.reactor.close($1) }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let client = try Client(address)
                client.endOutput()
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                #expect(!service.isNested)
            }
        }

        @Test("a send to a connection that was just closed is ignored", arguments: kernels)
        func sendAfterClose(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
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

        @Test("a reset drops what the peer has not taken", arguments: kernels)
        func abort(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onAccepted = { $0.reactor.send($1, pattern(8 * 1024 * 1024)) }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let lane = try BlockingLane(name: "client")
                let client = try await lane.attempt {
                    let client = try Client(address, receiveBufferBytes: 32 * 1024)
                    // The send has begun, and its end does not fit.
                    _ = try client.receive(exactly: 1)
                    return client
                }
                shard.reactor.abort(service.opened[0])
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                #expect(throws: ClientError(call: "recv", code: ECONNRESET)) {
                    try client.receiveToEnd()
                }
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        @Test(
            "a peer that resets under a send is closed once, and its frames are freed",
            arguments: kernels
        )
        func peerReset(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onAccepted = { $0.reactor.send($1, pattern(8 * 1024 * 1024)) }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                for count in 1...3 {
                    let client = try Client(address)
                    try await service.wait(on: shard) { $0.opened.count == count }
                    await turns(5, on: shard)
                    #expect(shard.reactor.isSending(service.opened[count - 1]))
                    client.resetOnClose()
                    _ = consume client
                    try await service.wait(on: shard) { $0.closedTotal == count }
                }
                await turns(20, on: shard)
                #expect(service.closedCount.values.allSatisfy { $0 == 1 })
                #expect(service.sentCount == 0)
                #expect(shard.reactor.liveFrameCount == 0)
                #expect(shard.reactor.connectionCount == 0)
            }
        }

        @Test(
            "a connection that we close under a send is closed once, and its frames are freed",
            arguments: kernels
        )
        func closeUnderSend(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onAccepted = { $0.reactor.send($1, pattern(8 * 1024 * 1024)) }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let client = try Client(address)
                try await service.wait(on: shard) { $0.opened.count == 1 }
                await turns(20, on: shard)
                let id = service.opened[0]
                #expect(shard.reactor.isSending(id))
                shard.reactor.close(id)
                shard.reactor.close(id)
                #expect(!shard.reactor.isOpen(id))
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                await turns(20, on: shard)
                #expect(service.closedTotal == 1)
                #expect(shard.reactor.liveFrameCount == 0)
                let lane = try BlockingLane(name: "client")
                let received = try await lane.attempt { try client.receiveToEnd().count }
                #expect(received < 8 * 1024 * 1024)
            }
        }

        @Test(
            "a task that closes a connection at rest learns of its end at once",
            arguments: kernels
        )
        func closeFromTask(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = ClosedService()
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let client = try Client(address)
                client.endOutput()
                // Wakes the loop if nothing else does.
                let alarm = Task {
                    _ = shard
                    try await shard.sleep(until: .now() + patienceNanoseconds)
                }
                defer { alarm.cancel() }
                while service.ended == nil { await Task.yield() }
                await turns(50, on: shard)
                let id = try #require(service.ended)
                let start = MonotonicTime.now()
                // Nothing is in flight any more, so no completion follows.
                shard.reactor.close(id)
                await withCheckedContinuation { service.waiting = $0 }
                #expect(MonotonicTime.now().nanoseconds(since: start) < patienceNanoseconds / 2)
            }
        }

        @Test("a paused connection can be closed under a send", arguments: kernels)
        func closePausedUnderSend(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onAccepted = { $0.reactor.send($1, pattern(8 * 1024 * 1024)) }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let client = try Client(address)
                try await service.wait(on: shard) { $0.opened.count == 1 }
                shard.reactor.pauseReceiving(service.opened[0])
                shard.reactor.resumeReceiving(service.opened[0])
                shard.reactor.pauseReceiving(service.opened[0])
                shard.reactor.close(service.opened[0])
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                #expect(shard.reactor.liveFrameCount == 0)
                #expect(shard.reactor.connectionCount == 0)
                _ = client
            }
        }

        @Test(
            "slots are used again at once, and no connection gets what was another's",
            arguments: kernels
        )
        func slotReuse(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.keepsBytes = true
                service.onReceived = { service, id, bytes in
                    // A send in flight and a receive that is armed, when the close comes.
                    service.reactor.send(id, bytes + pattern(2_000_000))
                    service.reactor.close(id)
                }
                let address = try shard.reactor.listen(on: anyPort, service: service)
                let lane = try BlockingLane(name: "client")
                for round in 0..<100 {
                    try await lane.attempt {
                        let client = try Client(address)
                        try client.send([UInt8(round)])
                        // The end comes in order or as a reset.
                        while let piece = try? client.receive(atMost: 65_536), !piece.isEmpty {}
                    }
                }
                try await service.wait(on: shard) { $0.closedTotal == 100 }
                #expect(Set(service.opened).count == 100)
                #expect(shard.reactor.connectionSlotEnd <= 256)
                #expect(service.closedCount.values.allSatisfy { $0 == 1 })
                for (round, id) in service.opened.enumerated() {
                    #expect(service.bytes[id] == [UInt8(round)])
                    #expect(!shard.reactor.isOpen(id))
                    // An old name closes nobody.
                    shard.reactor.close(id)
                }
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }
    }
}

/// Tells the one who waits of the end of a connection.
private final class ClosedService: ConnectionService {
    private(set) var ended: ConnectionID?
    var waiting: CheckedContinuation<Void, Never>?

    func accepted(_ connection: ConnectionID, from peer: SocketAddress) {}
    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {}
    func inputEnded(_ connection: ConnectionID) { ended = connection }
    func sent(_ connection: ConnectionID) {}
    func closed(_ connection: ConnectionID) { waiting.take()?.resume() }
}
