import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("Connecting over TLS")
    struct ReactorSecureConnectTests {
        let certificate: TestCertificate
        let digest: CertificateFingerprint

        init() throws {
            certificate = try TestCertificate()
            digest = CertificateFingerprint(bytes: certificate.made.fingerprint)
        }

        private func listen(
            _ service: any ConnectionService,
            on shard: isolated Shard
        ) throws -> SocketAddress {
            try shard.reactor.listen(on: anyPort, service: service, tls: certificate.context())
        }

        /// Connects, and waits until that has succeeded or failed.
        private func connect(
            _ client: TestService,
            to address: SocketAddress,
            _ trust: ServerTrust,
            host: String = "127.0.0.1",
            on shard: isolated Shard
        ) async throws -> ConnectionID {
            let context = try TLSClientContext(host: host, trust: trust)
            let id = try shard.reactor.connect(to: address, service: client, tls: context)
            try await client.wait(on: shard) { !$0.events.isEmpty }
            return id
        }

        /// The error that a service was told of, before the end and nothing else.
        private func refusal(
            _ trust: ServerTrust,
            host: String = "127.0.0.1",
            _ io: TestKernel
        ) async throws -> ConnectError? {
            try await withReactor(on: io) { shard in
                let server = TestService(shard.reactor)
                let address = try listen(server, on: shard)
                let client = TestService(shard.reactor)
                let id = try await connect(client, to: address, trust, host: host, on: shard)
                try await client.wait(on: shard) { $0.closedTotal == 1 }
                try await server.wait(on: shard) { $0.closedTotal == 1 }
                #expect(server.receivedByteCount == 0)
                #expect(shard.reactor.liveFrameCount == 0)
                guard case .connectFailed(id, let error) = client.events.first else { return nil }
                #expect(client.events == [.connectFailed(id, error), .closed(id)])
                return error
            }
        }

        @Test("bytes go both ways, and the end too", arguments: kernels, [1, 16_385, 1 << 20])
        func echo(io: TestKernel, size: Int) async throws {
            try await withReactor(on: io) { shard in
                let address = try listen(EchoService(shard.reactor), on: shard)
                let client = TestService(shard.reactor)
                client.keepsBytes = true
                let bytes = pattern(size)
                client.onConnected = { $0.reactor.send($1, bytes) }
                let id = try await connect(client, to: address, .fingerprint(digest), on: shard)
                try await client.wait(on: shard) { $0.receivedByteCount == size }
                #expect(client.events.first == .connected(id))
                #expect(client.sentCount == 1)
                #expect(same(client.bytes[id], bytes))
                #expect(shard.reactor.metrics.handshakes == 2)
                shard.reactor.endOutput(id)
                try await client.wait(on: shard) { $0.events.contains(.inputEnded(id)) }
                shard.reactor.close(id)
                try await client.wait(on: shard) { $0.closedTotal == 1 }
                #expect(!client.isNested)
            }
        }

        @Test("the name can only be closed before the handshake is done", arguments: kernels)
        func closedEarly(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                // Accepts and says nothing.
                let server = TestService(shard.reactor)
                let address = try shard.reactor.listen(on: anyPort, service: server)
                let client = TestService(shard.reactor)
                let context = try TLSClientContext(host: "127.0.0.1", trust: .fingerprint(digest))
                let id = try shard.reactor.connect(to: address, service: client, tls: context)
                try await server.wait(on: shard) { $0.receivedByteCount > 0 }
                #expect(!shard.reactor.isOpen(id))
                #expect(client.events.isEmpty)
                shard.reactor.close(id)
                try await client.wait(on: shard) { $0.closedTotal == 1 }
                #expect(client.events == [.closed(id)])
                #expect(shard.reactor.liveFrameCount == 0)
            }
        }

        @Test("an authority in a file vouches for names and addresses", arguments: kernels)
        func authority(io: TestKernel) async throws {
            let file = try TemporaryFile(certificate.made.certificatePEM)
            for host in ["127.0.0.1", "localhost"] {
                try await withReactor(on: io) { shard in
                    let address = try listen(EchoService(shard.reactor), on: shard)
                    let client = TestService(shard.reactor)
                    let id = try await connect(
                        client,
                        to: address,
                        .caFile(file.path),
                        host: host,
                        on: shard
                    )
                    #expect(client.events == [.connected(id)])
                }
            }
            for host in ["::1", "127.0.0.2", "localhost.example"] {
                guard case .untrusted = try await refusal(.caFile(file.path), host: host, io) else {
                    Issue.record("\(host) was taken")
                    continue
                }
            }
        }

        @Test("a certificate that nobody vouches for is refused", arguments: kernels)
        func untrusted(io: TestKernel) async throws {
            let error = try await refusal(.system, io)
            // The reason is OpenSSL's, in words of its own.
            guard case .untrusted(let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("self"))
        }

        @Test("a certificate other than the pinned one is refused and named", arguments: kernels)
        func wrongPin(io: TestKernel) async throws {
            let wanted = CertificateFingerprint(bytes: Array(repeating: 7, count: 32))
            let error = try await refusal(.fingerprint(wanted), io)
            #expect(error == .wrongFingerprint(seen: digest))
        }

        @Test("a server that speaks no TLS, or ends in between, is told apart", arguments: kernels)
        func noTLS(io: TestKernel) async throws {
            for greeting in ["HTTP/1.1 400 Bad Request\r\n\r\n", ""] {
                try await withReactor(on: io) { shard in
                    let server = TestService(shard.reactor)
                    server.onReceived = { service, id, _ in
                        if greeting.isEmpty {
                            service.reactor.endOutput(id)
                        } else if !service.reactor.isSending(id) {
                            service.reactor.send(id, Array(greeting.utf8))
                        }
                    }
                    let address = try shard.reactor.listen(on: anyPort, service: server)
                    let client = TestService(shard.reactor)
                    let id = try await connect(client, to: address, .fingerprint(digest), on: shard)
                    try await client.wait(on: shard) { $0.closedTotal == 1 }
                    let expected =
                        greeting.isEmpty
                        ? ConnectError.ended : .handshake(reason: "wrong version number")
                    #expect(client.events == [.connectFailed(id, expected), .closed(id)])
                    #expect(shard.reactor.metrics.handshakesFailed == (greeting.isEmpty ? 0 : 1))
                }
            }
        }

        @Test("a refused connect is told without TLS", arguments: kernels)
        func refused(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let address = try listen(TestService(shard.reactor), on: shard)
                shard.reactor.stopListening()
                await turns(5, on: shard)
                let client = TestService(shard.reactor)
                let id = try await connect(client, to: address, .fingerprint(digest), on: shard)
                let refusal = SystemError(call: "connect", code: ECONNREFUSED)
                #expect(client.events.first == .connectFailed(id, .system(refusal)))
            }
        }

        @Test("a connection resumes the newest session where it is asked to", arguments: kernels)
        func resumes(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let address = try listen(EchoService(shard.reactor), on: shard)
                let context = try TLSClientContext(host: "127.0.0.1", trust: .fingerprint(digest))
                var resumed: [UInt64] = []
                for resumes in [true, true, false] {
                    let client = TestService(shard.reactor)
                    // The ticket comes in front of the first byte.
                    client.onConnected = { $0.reactor.send($1, [1]) }
                    let id = try shard.reactor.connect(
                        to: address,
                        service: client,
                        tls: context,
                        resumes: resumes
                    )
                    try await client.wait(on: shard) { $0.receivedByteCount == 1 }
                    resumed.append(shard.reactor.metrics.handshakesResumed)
                    shard.reactor.close(id)
                    try await client.wait(on: shard) { $0.closedTotal == 1 }
                }
                // Both ends are here, and each counts.
                #expect(resumed == [0, 2, 2])
            }
        }

        @Test("a file without certificates is refused, whoever asks")
        func badFile() throws {
            let file = try TemporaryFile(Array("nothing".utf8))
            for path in [file.path, "/nowhere/ca.pem"] {
                #expect(throws: TLSError.noAuthorities(path: path)) {
                    try TLSClientContext(host: "localhost", trust: .caFile(path))
                }
            }
        }
    }
}

/// A file that is there as long as the value.
private final class TemporaryFile: Sendable {
    let path: String

    init(_ bytes: [UInt8]) throws {
        path = "/tmp/pulse-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        let fd = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard fd >= 0, unsafe write(fd, bytes, bytes.count) == bytes.count else {
            throw SystemError(call: "open", code: errno)
        }
        close(fd)
    }

    deinit { unsafe unlink(path) }
}
