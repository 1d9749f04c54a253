import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("TLS handshakes that wait")
    struct ReactorHandshakeQueueTests {
        let ends: TLSEnds

        init() throws { ends = try TLSEnds() }

        /// A turn takes one step, and nobody has to rest.
        private static var oneByOne: HandshakeLimits {
            var limits = HandshakeLimits()
            limits.sliceNanoseconds = 1
            limits.burstNanoseconds = .max
            return limits
        }

        /// After one step, however short, nobody begins any more while the test runs.
        private static var onlyOne: HandshakeLimits {
            var limits = HandshakeLimits()
            limits.burstNanoseconds = 0
            limits.restFactor = 1_000_000_000
            limits.debtNanoseconds = .max
            return limits
        }

        /// Lets a client in and then nobody any more: another one takes the last step there is.
        private func letOneIn(
            at address: SocketAddress,
            on shard: isolated Shard,
            _ limits: HandshakeLimits
        ) async throws -> (inside: TLSClient, last: Client) {
            let inside = try await ends.lane.attempt { try TLSClient(address) }
            try await wait(on: shard) { shard.reactor.metrics.handshakes == 1 }
            shard.reactor.handshakeLimits = limits
            let received = shard.reactor.metrics.bytesReceived
            let last = try Client(address)
            // The first byte of a hello, which no kernel delivers in pieces.
            try last.send([22])
            try await wait(on: shard) { shard.reactor.metrics.bytesReceived > received }
            return (inside, last)
        }

        /// Clients that have said hello, of which the server has dealt with none.
        private func crowd(_ count: Int, at address: SocketAddress) throws -> [TLSClient] {
            let clients = try (0..<count).map { _ in try TLSClient(address, shakesHands: false) }
            for client in clients { try client.socket.send(client.hello()) }
            return clients
        }

        @Test("a crowd gets through one by one, its first bytes behind", arguments: kernels)
        func crowd(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = EchoService(shard.reactor)
                let address = try ends.listen(service, on: shard, Self.oneByOne)
                let count = 100
                // On the reactor's own thread: no turn passes meanwhile.
                let clients = try crowd(count, at: address)
                try await ends.lane.attempt {
                    for client in clients { try client.shakeHands() }
                    for (index, client) in clients.enumerated() {
                        try client.send(pattern(5000, seed: index))
                    }
                    for (index, client) in clients.enumerated() {
                        let answer = try client.receive(exactly: 5000)
                        #expect(answer == pattern(5000, seed: index))
                    }
                }
                let metrics = shard.reactor.metrics
                #expect(metrics.handshakes == UInt64(count))
                #expect(metrics.handshakesDelayed > 0)
                #expect(metrics.handshakesRefused == 0)
                #expect(metrics.handshakesWaiting == 0)
                _ = consume clients
                try await wait(on: shard) { shard.reactor.connectionCount == 0 }
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        @Test("while handshakes wait, open connections and timers go on", arguments: kernels)
        func others(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = EchoService(shard.reactor)
                let address = try ends.listen(service, on: shard, HandshakeLimits())
                let first = try await letOneIn(at: address, on: shard, Self.onlyOne)
                let waiting = try crowd(50, at: address)
                try await wait(on: shard) { shard.reactor.metrics.handshakesWaiting == 50 }
                let inside = first.inside
                let answer = try await ends.lane.attempt {
                    try inside.send(pattern(100_000))
                    return try inside.receive(exactly: 100_000)
                }
                #expect(same(answer, pattern(100_000)))
                #expect(shard.reactor.metrics.handshakes == 1)
                #expect(shard.reactor.metrics.handshakesDelayed >= 50)
                _ = waiting
            }
        }

        @Test("a hello in two pieces has its turn like one that comes whole", arguments: kernels)
        func pieces(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let address = try ends.listen(EchoService(shard.reactor), on: shard, Self.onlyOne)
                let client = try TLSClient(address, shakesHands: false)
                let hello = client.hello()
                try client.socket.send(Array(hello[..<1]))
                try await wait(on: shard) { shard.reactor.metrics.bytesReceived == 1 }
                try client.socket.send(Array(hello[1...]))
                try await wait(on: shard) { shard.reactor.metrics.handshakesWaiting == 1 }
                #expect(shard.reactor.metrics.handshakesDelayed == 1)
                _ = client
            }
        }

        @Test("newcomers are turned away behind one that waits for too long", arguments: kernels)
        func refused(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                var limits = Self.onlyOne
                limits.waitNanoseconds = 0
                let service = TestService(shard.reactor)
                let address = try ends.listen(service, on: shard, HandshakeLimits())
                let first = try await letOneIn(at: address, on: shard, limits)
                let waiting = try crowd(1, at: address)
                try await wait(on: shard) { shard.reactor.metrics.handshakesWaiting == 1 }
                let refused = try crowd(3, at: address)
                try await service.wait(on: shard) { $0.closedTotal == 3 }
                #expect(shard.reactor.metrics.handshakesRefused == 3)
                for client in refused { #expect(client.socket.seesEnd()) }
                // Who speaks no TLS is told so at once, whoever waits.
                let answer = try await ends.lane.attempt {
                    let client = try Client(address)
                    try client.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
                    return try client.receiveToEnd()
                }
                #expect(answer.starts(with: "HTTP/1.1 400 ".utf8))
                _ = (first, waiting)
            }
        }

        @Test("a client that goes while it waits leaves nothing behind", arguments: kernels)
        func gone(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                let address = try ends.listen(service, on: shard, HandshakeLimits())
                let first = try await letOneIn(at: address, on: shard, Self.onlyOne)
                let waiting = try crowd(20, at: address)
                try await wait(on: shard) { shard.reactor.metrics.handshakesWaiting == 20 }
                // Ended by the service, as a deadline would: the peers' ends are not looked at.
                for id in service.opened.dropFirst(2) { shard.reactor.close(id) }
                try await service.wait(on: shard) { $0.closedTotal == 20 }
                #expect(shard.reactor.liveFrameCount == 0)
                // The places are found empty once one may go on.
                shard.reactor.handshakeLimits = Self.oneByOne
                _ = (first, waiting)
            }
        }

        @Test("who leaves while it waits costs no step of a handshake", arguments: kernels)
        func left(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = TestService(shard.reactor)
                let address = try ends.listen(service, on: shard, HandshakeLimits())
                // Five seconds in which nobody begins: long enough for twenty to come and to leave.
                var limits = Self.onlyOne
                limits.debtNanoseconds = 5_000_000_000
                let first = try await letOneIn(at: address, on: shard, limits)
                let leaving = try crowd(20, at: address)
                try await wait(on: shard) { shard.reactor.metrics.handshakesWaiting == 20 }
                _ = consume leaving
                let before = shard.reactor.metrics
                shard.reactor.handshakeLimits = Self.oneByOne
                try await service.wait(on: shard) { $0.closedTotal == 20 }
                // Whoever is answered is sent a certificate; whoever is not has failed at nothing.
                #expect(shard.reactor.metrics.bytesSent == before.bytesSent)
                #expect(shard.reactor.metrics.handshakesFailed == before.handshakesFailed)
                #expect(shard.reactor.metrics.handshakesWaiting == 0)
                #expect(shard.reactor.liveFrameCount == 0)
                _ = first
            }
        }

        @Test("a reactor ends while handshakes wait", arguments: kernels)
        func end(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let service = EchoService(shard.reactor)
                let address = try ends.listen(service, on: shard, HandshakeLimits())
                let first = try await letOneIn(at: address, on: shard, Self.onlyOne)
                let waiting = try crowd(20, at: address)
                try await wait(on: shard) { shard.reactor.metrics.handshakesWaiting == 20 }
                _ = (first, waiting)
            }
        }
    }
}
