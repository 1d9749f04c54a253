import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseServer

@Suite("The server over TLS", .endsWhenItHangs)
struct TLSServerTests {
    /// The first bytes of a record that announces a ClientHello of 512 bytes.
    private static let beginning: [UInt8] = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC]

    @Test(
        "a client has no more time for its handshake than for the head of a request",
        arguments: backends,
        [[], beginning, Array("GET / HTTP/1.1\r\n".utf8)]
    )
    func handshakeDeadline(io: IOChoice, bytes: [UInt8]) async throws {
        try await withServer(io, tls: .selfSigned) { harness, shard in
            let client = try Client(harness.address)
            try client.send(bytes)
            try await wait(for: "the client's bytes", on: shard) {
                harness.server.first.http?.sessionCount == 1
                    && shard.reactor.metrics.bytesReceived == UInt64(bytes.count)
            }
            harness.server.first.sweep(at: .now() + ServerLimits.headNanoseconds / 2)
            #expect(harness.server.first.http?.sessionCount == 1)
            harness.server.first.sweep(at: .now() + ServerLimits.headNanoseconds + 1_000_000_000)
            try await wait(for: "the end of the session", on: shard) {
                harness.server.first.http?.sessionCount == 0
            }
            _ = await harness.lane.run { client.drain() }
        }
    }

    @Test("a server that stops waits for no handshake", arguments: backends)
    func stop(io: IOChoice) async throws {
        try await withServer(io, tls: .selfSigned) { harness, shard in
            let client = try Client(harness.address)
            try client.send(Self.beginning)
            try await wait(for: "the session", on: shard) {
                harness.server.first.http?.sessionCount == 1
            }
            await harness.server.stop(on: shard)
            #expect(harness.server.first.http?.sessionCount == 0)
            #expect(client.seesEnd())
        }
    }

    @Test("certificates that cannot be used are refused in words that name the option")
    func mistakes() throws {
        func files(_ path: String) -> ServerConfiguration.TLSChoice {
            .files([ServerConfiguration.CertificatePaths(certificate: path, key: path)])
        }
        let cases: [(ServerConfiguration.TLSChoice, String)] = [
            (files("/nowhere"), "cannot read /nowhere: "),
            (files("/dev/null"), "--tls-cert /dev/null: there is"),
        ]
        for (choice, words) in cases {
            var configuration = ServerConfiguration()
            configuration.tls = choice
            let error = #expect(throws: ConfigurationError.self) {
                _ = try ServerTLS(configuration)
            }
            #expect(error?.description.hasPrefix(words) == true)
        }
        let plain = try ServerTLS(ServerConfiguration())
        #expect(plain?.ownFingerprint == nil)
    }

    @Test("a certificate of our own has a fingerprint that people can compare")
    func fingerprint() throws {
        var configuration = ServerConfiguration()
        configuration.tls = .selfSigned
        configuration.listen = [try #require(SocketAddress("192.0.2.7:7655"))]
        let tls = try #require(try ServerTLS(configuration))
        #expect(tls.isSelfSigned)
        let pairs = "\(try #require(tls.ownFingerprint))".split(separator: ":")
        #expect(pairs.map { UInt8($0, radix: 16) } == (try tls.makeContext().fingerprint))
        #expect(pairs.allSatisfy { $0.count == 2 && $0 == $0.uppercased() })
    }
}
