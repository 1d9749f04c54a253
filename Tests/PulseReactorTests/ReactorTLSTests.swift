import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("Bytes over TLS")
    struct ReactorTLSTests {
        let ends: TLSEnds

        init() throws { ends = try TLSEnds() }

        @Test(
            "an echo returns every byte to a reader that is slow, at each version",
            arguments: kernels,
            [1, 16_384, 16_385, 1 << 20, 8 << 20]
        )
        func echo(io: TestKernel, size: Int) async throws {
            for version in [TLSWishes.tls12, TLSWishes.tls13] {
                try await withReactor(on: io) { shard in
                    let address = try ends.listen(EchoService(shard.reactor), on: shard)
                    let bytes = pattern(size)
                    // Nothing is read until all is sent, so the server's sends come to a halt.
                    let answer = try await ends.lane.attempt {
                        let client = try TLSClient(
                            address,
                            version,
                            receiveBufferBytes: 64 * 1024
                        )
                        try client.send(bytes)
                        return try client.receive(exactly: size)
                    }
                    #expect(same(answer, bytes))
                    #expect(shard.reactor.metrics.handshakes == 1)
                }
            }
        }

        @Test("a handshake and a request that come byte by byte are taken", arguments: kernels)
        func drip(io: TestKernel) async throws {
            for version in [TLSWishes.tls12, TLSWishes.tls13] {
                try await withReactor(on: io) { shard in
                    let address = try ends.listen(EchoService(shard.reactor), on: shard)
                    var wishes = version
                    wishes.drips = true
                    let dripping = wishes
                    let answer = try await ends.lane.attempt {
                        let client = try TLSClient(address, dripping)
                        try client.send(pattern(100))
                        return try client.receive(exactly: 100)
                    }
                    #expect(answer == pattern(100))
                }
            }
        }

        @Test("a service may send before the handshake has begun", arguments: kernels)
        func sendAtOnce(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onAccepted = { $0.reactor.send($1, pattern(300_000)) }
                service.onSent = { $0.reactor.endOutput($1) }
                let address = try ends.listen(service, on: shard)
                let client = try TLSClient(address, shakesHands: false)
                try await service.wait(on: shard) { $0.opened.count == 1 }
                await turns(20, on: shard)
                #expect(shard.reactor.isSending(service.opened[0]))
                #expect(service.sentCount == 0)
                let answer = try await ends.lane.attempt { try client.receive(exactly: .max) }
                #expect(same(answer, pattern(300_000)))
                #expect(service.sentCount == 1)
            }
        }

        @Test(
            "`sent` comes once and only when the kernel has all of it; little waits encrypted",
            arguments: kernels
        )
        func slowReader(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let bytes = pattern(8 * 1024 * 1024)
                let service = TestService(shard.reactor)
                service.onReceived = { service, id, _ in service.reactor.send(id, bytes) }
                let address = try ends.listen(service, on: shard)
                let client = try await ends.lane.attempt {
                    let client = try TLSClient(address, receiveBufferBytes: 32 * 1024)
                    try client.send([1])
                    return client
                }
                try await service.wait(on: shard) { $0.receivedByteCount == 1 }
                let id = service.opened[0]
                // What TLS said on its own behalf goes with the first ciphertext.
                try await wait(on: shard) { shard.reactor.liveFrameCount == 2 }
                #expect(shard.reactor.isSending(id))
                #expect(service.sentCount == 0)
                // The service's frame, and one of ciphertext.
                #expect(shard.reactor.liveFrameCount == 2)
                #expect(shard.reactor.metrics.bytesSent < 7 * 1024 * 1024)
                let before = shard.reactor.progressMark(id)
                let half = try await ends.lane.attempt {
                    try client.receive(exactly: bytes.count / 2)
                }
                #expect(shard.reactor.progressMark(id) > before)
                #expect(service.sentCount == 0)
                let rest = try await ends.lane.attempt {
                    try client.receive(exactly: bytes.count / 2)
                }
                #expect(same(half + rest, bytes))
                try await service.wait(on: shard) { $0.sentCount == 1 }
                #expect(!shard.reactor.isSending(id))
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        @Test(
            "pieces of one send arrive in their order, empty ones among them",
            arguments: kernels
        )
        func gathered(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                let sizes = [3, 0, 20_000, 1, 0, 200_000, 16_384, 0]
                service.onReceived = { service, id, _ in
                    let frames = sizes.map { service.reactor.frame(pattern($0, seed: $0)) }
                    var list = SendList()
                    for frame in frames { list.append(frame) }
                    service.reactor.send(id, list)
                    for frame in frames { service.reactor.release(frame) }
                }
                // A send of nothing completes as well.
                service.onSent = { if $0.sentCount == 1 { $0.reactor.send($1, []) } }
                let address = try ends.listen(service, on: shard)
                let expected = sizes.flatMap { pattern($0, seed: $0) }
                let answer = try await ends.lane.attempt {
                    let client = try TLSClient(address)
                    try client.send([1])
                    return try client.receive(exactly: expected.count)
                }
                #expect(same(answer, expected))
                try await service.wait(on: shard) { $0.sentCount == 2 }
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        @Test("the service may write to the plaintext that it is given", arguments: kernels)
        func plaintextIsMutable(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = ScribblingService(shard.reactor)
                let address = try ends.listen(service, on: shard)
                let bytes = pattern(100_000)
                let answer = try await ends.lane.attempt {
                    let client = try TLSClient(address)
                    try client.send(bytes)
                    return try client.receive(exactly: bytes.count)
                }
                #expect(same(answer, bytes.map { ~$0 }))
            }
        }

        @Test("a client that pauses the server gets through its handshake", arguments: kernels)
        func pause(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.keepsBytes = true
                service.onAccepted = { $0.reactor.pauseReceiving($1) }
                let address = try ends.listen(service, on: shard)
                let client = try await ends.lane.attempt { try TLSClient(address) }
                await turns(20, on: shard)
                let ciphertext = client.ciphertext(of: pattern(10_000))
                try client.socket.send(ciphertext)
                await turns(50, on: shard)
                #expect(service.receivedByteCount == 0)
                shard.reactor.resumeReceiving(service.opened[0])
                try await service.wait(on: shard) { $0.receivedByteCount == 10_000 }
                #expect(service.bytes[service.opened[0]] == pattern(10_000))
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
                let address = try ends.listen(service, on: shard)
                let bytes = pattern(3_000_000)
                let resuming = Task {
                    _ = shard
                    while !Task.isCancelled {
                        for id in service.opened { shard.reactor.resumeReceiving(id) }
                        await Task.yield()
                    }
                }
                defer { resuming.cancel() }
                let client = try await ends.lane.attempt {
                    let client = try TLSClient(address)
                    try client.send(bytes)
                    return client
                }
                try await service.wait(on: shard) { $0.receivedByteCount == bytes.count }
                #expect(same(service.bytes[service.opened[0]], bytes))
                _ = client
            }
        }

        // MARK: Ends

        @Test("a client that ends its side still gets its answer, and our end", arguments: kernels)
        func halfClose(io: TestKernel) async throws {
            for version in [TLSWishes.tls12, TLSWishes.tls13] {
                try await withReactor(on: io) { shard in
                    let service = EchoService(shard.reactor)
                    let address = try ends.listen(service, on: shard)
                    let bytes = pattern(1_000_000)
                    let answer = try await ends.lane.attempt {
                        let client = try TLSClient(address, version)
                        try client.send(bytes)
                        try client.endOutput()
                        // Ends by close_notify and not by the end of the stream.
                        return try client.receive(exactly: .max)
                    }
                    #expect(same(answer, bytes))
                }
            }
        }

        @Test("a server that ends its side still takes the client's bytes", arguments: kernels)
        func endOutput(io: TestKernel) async throws {
            for version in [TLSWishes.tls12, TLSWishes.tls13] {
                try await withReactor(on: io) { shard in
                    let service = TestService(shard.reactor)
                    service.keepsBytes = true
                    service.onAccepted = {
                        $0.reactor.send($1, [1, 2, 3])
                        $0.reactor.endOutput($1)
                    }
                    let address = try ends.listen(service, on: shard)
                    try await ends.lane.attempt {
                        let client = try TLSClient(address, version)
                        #expect(try client.receive(exactly: .max) == [1, 2, 3])
                        // The FIN comes behind the close_notify.
                        #expect(client.socket.seesEnd())
                        try client.send(pattern(5000))
                        try client.endOutput()
                    }
                    try await service.wait(on: shard) {
                        $0.events.last == .inputEnded($0.opened[0])
                    }
                    #expect(service.bytes[service.opened[0]] == pattern(5000))
                    #expect(service.sentCount == 1)
                }
            }
        }

        @Test("the end of the stream without a close_notify is told once", arguments: kernels)
        func truncated(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onInputEnded = { $0.reactor.send($1, [9]) }
                service.onSent = { $0.reactor.close($1) }
                let address = try ends.listen(service, on: shard)
                let answer = try await ends.lane.attempt {
                    let client = try TLSClient(address)
                    try client.send([1])
                    client.socket.endOutput()
                    return try client.receive(exactly: .max)
                }
                #expect(answer == [9])
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                let id = service.opened[0]
                #expect(service.events.count { $0 == .inputEnded(id) } == 1)
            }
        }

        @Test("what comes after a close_notify is not looked at", arguments: kernels)
        func afterTheEnd(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                let address = try ends.listen(service, on: shard)
                let client = try await ends.lane.attempt {
                    let client = try TLSClient(address)
                    try client.send([1])
                    try client.endOutput()
                    try client.socket.send(pattern(1000))
                    client.socket.endOutput()
                    return client
                }
                try await service.wait(on: shard) { $0.events.last == .inputEnded($0.opened[0]) }
                await turns(50, on: shard)
                #expect(service.receivedByteCount == 1)
                #expect(service.events.count == 3)
                shard.reactor.close(service.opened[0])
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                _ = client
            }
        }

        /// Waits until the handshake's own last bytes, the tickets, are with the kernel.
        private func rest(on shard: isolated Shard) async throws {
            try await wait(on: shard) {
                let metrics = shard.reactor.metrics
                return metrics.handshakes == 1 && metrics.sends == metrics.sendsEnded
            }
        }

        @Test("a connection that we close at rest ends with a close_notify", arguments: kernels)
        func closeAtRest(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onReceived = { service, id, _ in service.reactor.close(id) }
                let address = try ends.listen(service, on: shard)
                let client = try await ends.lane.attempt { try TLSClient(address) }
                try await rest(on: shard)
                let answer = try await ends.lane.attempt {
                    try client.send([1])
                    return try client.receive(exactly: .max)
                }
                #expect(answer.isEmpty)
                try await service.wait(on: shard) { $0.closedTotal == 1 }
            }
        }

        @Test(
            "a connection that we close under its tickets ends with a close_notify",
            arguments: kernelsAndStingy
        )
        func closeUnderTickets(io: TestKernel) async throws {
            for version in [TLSWishes.tls12, TLSWishes.tls13] {
                try await withReactor(on: io) { shard in
                    let service = TestService(shard.reactor)
                    let address = try ends.listen(service, on: shard)
                    let client = Task {
                        _ = shard
                        return try await ends.lane.attempt {
                            try TLSClient(address, version).receive(exactly: .max)
                        }
                    }
                    while shard.reactor.metrics.handshakes == 0 { await Task.yield() }
                    let metrics = shard.reactor.metrics
                    #expect(metrics.sends == metrics.sendsEnded + 1)
                    shard.reactor.close(service.opened[0])
                    #expect(try await client.value.isEmpty)
                    try await service.wait(on: shard) { $0.closedTotal == 1 }
                }
            }
        }

        @Test("a client that resets under a send is closed once, frames freed", arguments: kernels)
        func reset(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onAccepted = { $0.reactor.send($1, pattern(8 * 1024 * 1024)) }
                let address = try ends.listen(service, on: shard)
                for count in 1...3 {
                    let client = try await ends.lane.attempt { try TLSClient(address) }
                    try await service.wait(on: shard) { $0.opened.count == count }
                    await turns(5, on: shard)
                    client.socket.resetOnClose()
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

        @Test("a connection that we close under a send is closed once", arguments: kernels)
        func closeUnderSend(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onReceived = { service, id, _ in
                    service.reactor.send(id, pattern(8 * 1024 * 1024))
                }
                let address = try ends.listen(service, on: shard)
                let client = try await ends.lane.attempt {
                    let client = try TLSClient(address)
                    try client.send([1])
                    return client
                }
                try await service.wait(on: shard) { $0.receivedByteCount == 1 }
                await turns(20, on: shard)
                shard.reactor.close(service.opened[0])
                shard.reactor.close(service.opened[0])
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                await turns(20, on: shard)
                #expect(service.closedTotal == 1)
                #expect(shard.reactor.liveFrameCount == 0)
                _ = client
            }
        }

        @Test("a record that was changed on its way ends the connection", arguments: kernels)
        func mangled(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                let address = try ends.listen(service, on: shard)
                let client = try await ends.lane.attempt {
                    let client = try TLSClient(address)
                    try client.send([1])
                    return client
                }
                try await service.wait(on: shard) { $0.receivedByteCount == 1 }
                try await rest(on: shard)
                let words = try await ends.lane.attempt {
                    var record = client.ciphertext(of: pattern(100))
                    record[50] ^= 1
                    try client.socket.send(record)
                    do {
                        return "\(try client.receive(exactly: .max).count) bytes"
                    } catch {
                        return "\(error)"
                    }
                }
                #expect(words.contains("bad record mac"))
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                #expect(service.receivedByteCount == 1)
            }
        }

        @Test("keys may be changed at any time", arguments: kernels)
        func keyUpdate(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let address = try ends.listen(EchoService(shard.reactor), on: shard)
                try await ends.lane.attempt {
                    let client = try TLSClient(address, .tls13)
                    for round in 1...5 {
                        try client.changeKeys()
                        let bytes = pattern(100_000, seed: round)
                        try client.send(bytes)
                        let answer = try client.receive(exactly: bytes.count)
                        #expect(same(answer, bytes))
                    }
                }
            }
        }
    }
}

/// Sends back the complement of each byte, made in the reactor's own memory.
private final class ScribblingService: ConnectionService {
    private let reactor: Reactor
    private var pending: [UInt8] = []

    init(_ reactor: Reactor) { self.reactor = reactor }

    func accepted(_ connection: ConnectionID, from peer: SocketAddress) {}

    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        for index in bytes.indices { unsafe bytes[index] = ~bytes[index] }
        unsafe pending.append(contentsOf: bytes)
        sent(connection)
    }

    func inputEnded(_ connection: ConnectionID) {}

    func sent(_ connection: ConnectionID) {
        if pending.isEmpty || reactor.isSending(connection) { return }
        reactor.send(connection, pending)
        pending = []
    }

    func closed(_ connection: ConnectionID) {}
}
