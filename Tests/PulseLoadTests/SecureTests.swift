import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseLoad

extension LoadTests {
    @Suite("Over TLS")
    struct SecureTests {
        let made: MadeCertificate
        let digest: CertificateFingerprint

        init() throws {
            made = try CertificateMaker.make(
                names: ["localhost"],
                addresses: ["127.0.0.1"],
                days: 1
            )
            digest = CertificateFingerprint(bytes: made.fingerprint)
        }

        private func server(_ reactor: Reactor) throws -> PlayedServer {
            let context = try TLSContext(
                certificatePEM: made.certificatePEM,
                privateKeyPEM: made.privateKeyPEM
            )
            return try PlayedServer(reactor, tls: context)
        }

        @Test("messages in any pieces are the same messages", arguments: backends)
        func pieces(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                for delivery in [PlayedServer.Delivery.whole, .fragments(7), .drip] {
                    let server = try server(shard.reactor)
                    server.delivery = delivery
                    let trust = ServerTrust.fingerprint(digest)
                    let report = try await load(server, on: shard, clients: 3) {
                        $0.trust = trust
                    } play: {
                        try await waitForSubscribers(3, of: server, on: shard)
                        for tick in 0..<5 { server.broadcast(server.change(1, tick)) }
                        // A byte at a time takes as long as the machine wants.
                        try await wait(on: shard) {
                            !server.subscribers.contains(where: server.hasUnsent)
                        }
                    }
                    #expect(report.url.hasPrefix("wss://127.0.0.1:"))
                    #expect(report.deltas == 15)
                    #expect(report.messages == 21)
                    #expect(report.errors.isEmpty && report.missed == 0)
                    #expect(report.replayHolds && report.replays.map(\.equal) == [1])
                }
            }
        }

        @Test("agents report, each on one connection", arguments: backends)
        func agents(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try server(shard.reactor)
                let trust = ServerTrust.fingerprint(digest)
                let report = try await load(server, on: shard, clients: 0) {
                    $0.agents = 3
                    $0.agentIntervalNanoseconds = 30_000_000
                    $0.trust = trust
                } play: {
                    try await wait(on: shard) { server.reports.count >= 9 }
                }
                let agents = try #require(report.agents)
                #expect(agents.connections == 3)
                #expect(agents.accepted >= 6 && agents.lost == 0 && agents.refused.isEmpty)
            }
        }

        @Test("who comes back resumes the TLS session", arguments: backends)
        func comesBack(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try server(shard.reactor)
                let trust = ServerTrust.fingerprint(digest)
                let report = try await load(server, on: shard, clients: 1) {
                    $0.trust = trust
                    $0.reconnecting = 1
                } play: {
                    try await wait(on: shard) { shard.reactor.metrics.handshakesResumed > 0 }
                    try await waitForSubscribers(1, of: server, on: shard)
                }
                #expect(report.opened == 2)
                #expect(report.errors.isEmpty)
            }
        }

        @Test(
            "an unexpected certificate fails every client, and says which it is",
            arguments: backends
        )
        func wrongPin(io: IOChoice) async throws {
            try await withReactor(io) { shard in
                let server = try server(shard.reactor)
                let report = try await load(server, on: shard, clients: 3) {
                    $0.trust = .fingerprint(
                        CertificateFingerprint(bytes: Array(repeating: 1, count: 32))
                    )
                } play: {
                }
                #expect(report.opened == 0)
                #expect(report.errors.map(\.count) == [3])
                #expect(report.errors.first?.kind.hasSuffix("\(digest)") == true)
            }
        }
    }
}
