import COpenSSL
import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("TLS handshakes")
    struct ReactorHandshakeTests {
        let ends: TLSEnds

        init() throws { ends = try TLSEnds() }

        // MARK: What is agreed on

        @Test(
            "a client that trusts the certificate is content with its names and addresses",
            arguments: kernels
        )
        func trust(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let address = try ends.listen(EchoService(shard.reactor), on: shard)
                var wishes = TLSWishes()
                wishes.trusted = ends.certificate.made.certificatePEM
                for host in ["localhost", "127.0.0.1"] {
                    wishes.host = host
                    let trusting = wishes
                    let fingerprint = try await ends.lane.attempt {
                        try TLSClient(address, trusting).fingerprint
                    }
                    #expect(fingerprint == ends.certificate.made.fingerprint)
                }
                wishes.host = "elsewhere.example"
                let deceived = wishes
                await #expect(throws: TLSClientError.self) {
                    try await ends.lane.attempt { try TLSClient(address, deceived) }
                }
            }
        }

        @Test("of several protocols the server takes http/1.1", arguments: kernels)
        func applicationProtocol(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let address = try ends.listen(EchoService(shard.reactor), on: shard)
                var wishes = TLSWishes()
                wishes.protocols = [2] + "h2".utf8 + [8] + "http/1.1".utf8
                let both = wishes
                #expect(
                    try await ends.lane.attempt { try TLSClient(address, both).selectedProtocol }
                        == "http/1.1"
                )
                #expect(
                    try await ends.lane.attempt { try TLSClient(address).selectedProtocol } == ""
                )
                wishes.protocols = [2] + "h2".utf8
                let other = wishes
                await #expect(
                    throws: TLSClientError(description: "tlsv1 alert no application protocol")
                ) {
                    try await ends.lane.attempt { try TLSClient(address, other) }
                }
            }
        }

        @Test(
            "versions before 1.2 are refused, and suites without secrecy or authentication",
            arguments: kernels
        )
        func weakness(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                let address = try ends.listen(service, on: shard)
                var refused: [(TLSWishes, String)] = []
                for version in [TLS1_VERSION, TLS1_1_VERSION] {
                    let old = TLSWishes(minimum: version, maximum: version, suites: "ALL")
                    refused.append((old, "tlsv1 alert protocol version"))
                }
                for suite in ["kRSA", "ECDHE+SHA1", "ECDHE+SHA256:ECDHE+SHA384:!AESGCM", "ADH"] {
                    var weak = TLSWishes.tls12
                    weak.suites = suite
                    refused.append((weak, "sslv3 alert handshake failure"))
                }
                for (wishes, words) in refused {
                    await #expect(throws: TLSClientError(description: words)) {
                        try await ends.lane.attempt { try TLSClient(address, wishes) }
                    }
                }
                try await service.wait(on: shard) { $0.closedTotal == refused.count }
                #expect(shard.reactor.metrics.handshakesFailed == UInt64(refused.count))
                #expect(shard.reactor.metrics.handshakes == 0)
            }
        }

        @Test("a chain that fills more than a record is sent whole", arguments: kernels)
        func longChain(io: TestKernel) async throws {
            let issuers = try (0..<60).flatMap { _ in try TestCertificate().made.certificatePEM }
            for version in [TLSWishes.tls12, TLSWishes.tls13] {
                try await withReactor(on: io) { shard in
                    let context = try TLSContext(
                        certificatePEM: ends.certificate.made.certificatePEM + issuers,
                        privateKeyPEM: ends.certificate.made.privateKeyPEM
                    )
                    let service = EchoService(shard.reactor)
                    let address = try shard.reactor.listen(
                        on: anyPort,
                        service: service,
                        tls: context
                    )
                    try await ends.lane.attempt {
                        let client = try TLSClient(address, version, receiveBufferBytes: 4096)
                        #expect(client.chainCount == 61)
                        try client.send([1])
                        #expect(try client.receive(exactly: 1) == [1])
                    }
                    // Even a small certificate takes more than 300 bytes of DER.
                    #expect(shard.reactor.metrics.bytesSent > 18_300)
                }
            }
        }

        @Test("a handshake within a connection is refused", arguments: kernels)
        func renegotiation(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let address = try ends.listen(EchoService(shard.reactor), on: shard)
                await #expect(throws: TLSClientError(description: "no renegotiation")) {
                    try await ends.lane.attempt {
                        let client = try TLSClient(address, .tls12)
                        try client.send([1])
                        _ = try client.receive(exactly: 1)
                        try client.renegotiate()
                    }
                }
            }
        }

        @Test("a session is resumed by its ticket, until its keys are old", arguments: kernels)
        func tickets(io: TestKernel) async throws {
            for version in [TLSWishes.tls12, TLSWishes.tls13] {
                try await withReactor(on: io) { shard in
                    let address = try ends.listen(EchoService(shard.reactor), on: shard)
                    try await ends.lane.attempt {
                        let first = try TLSClient(address, version)
                        try first.send([1])
                        // TLS 1.3 sends its tickets behind the handshake.
                        _ = try first.receive(exactly: 1)
                        #expect(!first.isResumed)
                        let second = try TLSClient(address, version, resuming: first)
                        #expect(second.isResumed)
                        try second.send([2])
                        #expect(try second.receive(exactly: 1) == [2])
                    }
                }
            }
        }

        @Test(
            "a new certificate is shown to those who come, and open connections go on",
            arguments: kernels
        )
        func replace(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let context = try ends.certificate.context()
                let address = try shard.reactor.listen(
                    on: anyPort,
                    service: EchoService(shard.reactor),
                    tls: context
                )
                let old = try await ends.lane.attempt { try TLSClient(address) }
                let next = try TestCertificate()
                #expect(throws: TLSError.keyDoesNotMatch) {
                    try context.replace(
                        certificatePEM: next.made.certificatePEM,
                        privateKeyPEM: ends.certificate.made.privateKeyPEM
                    )
                }
                #expect(context.fingerprint == ends.certificate.made.fingerprint)
                try context.replace(
                    certificatePEM: next.made.certificatePEM,
                    privateKeyPEM: next.made.privateKeyPEM
                )
                #expect(context.fingerprint == next.made.fingerprint)
                try await ends.lane.attempt {
                    let new = try TLSClient(address, resuming: old)
                    #expect(!new.isResumed)
                    #expect(new.fingerprint == next.made.fingerprint)
                    for client in [old, new] {
                        try client.send([1, 2])
                        #expect(try client.receive(exactly: 2) == [1, 2])
                    }
                    #expect(old.fingerprint == ends.certificate.made.fingerprint)
                }
            }
        }

        // MARK: What goes wrong

        @Test("a client that goes in its handshake is closed once", arguments: kernels)
        func cut(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                let address = try ends.listen(service, on: shard)
                let byteCount = try await ends.lane.attempt {
                    try TLSClient(address, shakesHands: false).hello().count
                }
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                for (round, kept) in [1, 5, 6, byteCount / 2, byteCount - 1, byteCount].enumerated()
                {
                    let client = try TLSClient(address, shakesHands: false)
                    try client.socket.send(Array(client.hello().prefix(kept)))
                    client.socket.endOutput()
                    try await service.wait(on: shard) { $0.closedTotal == 2 + round }
                }
                let reset = try TLSClient(address, shakesHands: false)
                try reset.socket.send(reset.hello())
                try await service.wait(on: shard) { $0.opened.count == 8 }
                reset.socket.resetOnClose()
                _ = consume reset
                try await service.wait(on: shard) { $0.closedTotal == 8 }
                #expect(service.closedCount.values.allSatisfy { $0 == 1 })
                #expect(service.receivedByteCount == 0)
                #expect(
                    !service.events.contains { if case .inputEnded = $0 { true } else { false } }
                )
                #expect(shard.reactor.connectionCount == 0)
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        @Test("bytes that are no TLS end the connection", arguments: kernels)
        func garbage(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                let address = try ends.listen(service, on: shard)
                let beginnings: [[UInt8]] = [
                    [0], [0xFF], [0x16, 3, 1, 0xFF, 0xFF], [0x16, 3, 3, 0, 0], [0x15, 3, 3, 0, 2],
                    [0x17, 3, 3, 0x40, 0], [0x80, 0x2E, 1, 3, 1], Array("ssh".utf8),
                ]
                for (index, beginning) in beginnings.enumerated() {
                    let client = try Client(address)
                    try client.send(beginning + [UInt8](repeating: 0x55, count: 20_000))
                    try await service.wait(on: shard) { $0.closedTotal == index + 1 }
                }
                #expect(service.receivedByteCount == 0)
                #expect(shard.reactor.metrics.handshakesFailed == UInt64(beginnings.count))
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        @Test("a client that speaks plain HTTP is told so", arguments: kernels)
        func plainHTTP(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                service.onAccepted = { $0.reactor.send($1, pattern(100)) }
                let address = try ends.listen(service, on: shard)
                let answer = try await ends.lane.attempt {
                    let client = try Client(address)
                    try client.send(Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
                    let answer = try client.receiveToEnd()
                    // What follows is dropped and does not reset the answer.
                    try client.send(Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
                    return answer
                }
                let text = String(decoding: answer, as: UTF8.self)
                #expect(text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
                let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
                #expect(parts[0].contains("\r\nContent-Length: \(parts[1].utf8.count)\r\n"))
                #expect(parts[1].contains("https://"))
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                #expect(service.receivedByteCount == 0)
                #expect(service.sentCount == 0)
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        @Test("a handshake that never ends can be ended by the service", arguments: kernels)
        func endless(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                let address = try ends.listen(service, on: shard)
                let client = try TLSClient(address, shakesHands: false)
                try client.socket.send(Array(client.hello().dropLast()))
                try await service.wait(on: shard) { $0.opened.count == 1 }
                await turns(20, on: shard)
                shard.reactor.close(service.opened[0])
                try await service.wait(on: shard) { $0.closedTotal == 1 }
                #expect(client.socket.seesEnd())
            }
        }

        // MARK: Many

        @Test("many clients are served side by side", arguments: kernels)
        func many(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = EchoService(shard.reactor)
                let address = try ends.listen(service, on: shard)
                let count = 200
                try await withThrowingTaskGroup { group in
                    for worker in 0..<4 {
                        group.addTask {
                            let lane = try BlockingLane(name: "client")
                            try await lane.attempt {
                                let clients = try (0..<count / 4).map { _ in
                                    try TLSClient(address)
                                }
                                for (index, client) in clients.enumerated() {
                                    try client.send(pattern(20_000, seed: index + worker * 1000))
                                }
                                for (index, client) in clients.enumerated() {
                                    let answer = try client.receive(exactly: 20_000)
                                    let seed = index + worker * 1000
                                    #expect(same(answer, pattern(20_000, seed: seed)))
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(shard.reactor.metrics.handshakes == UInt64(count))
                while service.openCount > 0 { await Task.yield() }
                #expect(shard.reactor.connectionCount == 0)
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        @Test("a reactor stops while sends are in flight and handshakes begun", arguments: kernels)
        func stop(io: TestKernel) async throws {
            let running = try await RunningReactor.start(on: io, connectionsMax: 100)
            let clients = try await stall(on: running.shard)
            try await running.stop()
            for client in clients {
                // The end comes in order or as a reset.
                let piece = await ends.lane.run { client.socket.drain() }
                #expect(piece < 8 * 1024 * 1024)
            }
        }

        /// Clients that read nothing of what is sent to them, and one that has only said hello.
        private func stall(on shard: isolated Shard) async throws -> [TLSClient] {
            let service = TestService(shard.reactor)
            service.onAccepted = { $0.reactor.send($1, pattern(8 * 1024 * 1024)) }
            let address = try ends.listen(service, on: shard)
            var clients = try await ends.lane.attempt {
                try (0..<5).map { _ in try TLSClient(address) }
            }
            let late = try TLSClient(address, shakesHands: false)
            try late.socket.send(late.hello())
            clients.append(late)
            try await service.wait(on: shard) { $0.opened.count == 6 }
            return clients
        }
    }
}
