import PulseTestSupport
import Testing

@testable import PulseReactor

extension RunningReactorTests {
    @Suite("Several certificates")
    struct ReactorNamesTests {
        private static let names = [
            ["one.example", "both.example"], ["two.example", "both.example"], ["*.wild.example"],
        ]
        private let made: [MadeCertificate]
        private let lane: BlockingLane

        init() throws {
            made = try Self.make()
            lane = try BlockingLane(name: "client")
        }

        private static func make() throws -> [MadeCertificate] {
            try names.map { try CertificateMaker.make(names: $0, addresses: [], days: 1) }
        }

        private func content(_ made: [MadeCertificate]) -> TLSIdentity.Content {
            TLSIdentity.Content(
                made.map { made in
                    TLSIdentity.Certificate(
                        certificatePEM: made.certificatePEM,
                        privateKeyPEM: made.privateKeyPEM
                    )
                }
            )
        }

        /// Which of the certificates a client sees that asks for a name.
        private func shown(
            _ name: String?,
            of made: [MadeCertificate],
            at address: SocketAddress,
            _ version: TLSWishes
        ) async throws -> Int? {
            var wishes = version
            wishes.serverName = name
            wishes.protocols = [8] + "http/1.1".utf8
            let asking = wishes
            return try await lane.attempt {
                let client = try TLSClient(address, asking)
                try client.send([1])
                #expect(try client.receive(exactly: 1) == [1])
                #expect(client.selectedProtocol == "http/1.1")
                let fingerprint = client.fingerprint
                return made.firstIndex { $0.fingerprint == fingerprint }
            }
        }

        @Test(
            "the first that has the name is shown, and the first of all otherwise",
            arguments: kernels
        )
        func choice(io: TestKernel) async throws {
            let expected: [(String?, Int)] = [
                ("one.example", 0), ("two.example", 1), ("TWO.example", 1), ("both.example", 0),
                ("a.wild.example", 2), ("a.b.wild.example", 0), ("wild.example", 0),
                ("other.example", 0), ("two.example.evil", 0), (nil, 0),
            ]
            try await withReactor(on: io) { shard in
                let context = try TLSContext(try TLSIdentity(content(made)))
                #expect(context.fingerprints == made.map(\.fingerprint))
                let address = try shard.reactor.listen(
                    on: anyPort,
                    service: EchoService(shard.reactor),
                    tls: context
                )
                for version in [TLSWishes.tls12, TLSWishes.tls13] {
                    for (name, index) in expected {
                        let seen = try await shown(name, of: made, at: address, version)
                        #expect(seen == index, "\(name ?? "no name")")
                    }
                }
            }
        }

        @Test("all are replaced together, and open connections go on", arguments: kernels)
        func replace(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let identity = try TLSIdentity(content(made))
                let address = try shard.reactor.listen(
                    on: anyPort,
                    service: EchoService(shard.reactor),
                    tls: try TLSContext(identity)
                )
                var wishes = TLSWishes()
                wishes.serverName = "two.example"
                let asking = wishes
                let open = try await lane.attempt { try TLSClient(address, asking) }
                // Fewer, in another order, and one of them new.
                let next = [try Self.make()[1], made[0]]
                let fingerprints = try identity.replace(with: content(next))
                #expect(fingerprints.map(\.bytes) == next.map(\.fingerprint))
                #expect(try await shown("two.example", of: next, at: address, .tls13) == 0)
                #expect(try await shown("one.example", of: next, at: address, .tls13) == 1)
                #expect(try await shown("a.wild.example", of: next, at: address, .tls13) == 0)
                try await lane.attempt {
                    #expect(open.fingerprint == made[1].fingerprint)
                    try open.send([1, 2])
                    #expect(try open.receive(exactly: 2) == [1, 2])
                }
            }
        }

        @Test("a session is resumed whichever certificate it began with", arguments: kernels)
        func resumption(io: TestKernel) async throws {
            try await withReactor(on: io) { shard in
                let address = try shard.reactor.listen(
                    on: anyPort,
                    service: EchoService(shard.reactor),
                    tls: try TLSContext(try TLSIdentity(content(made)))
                )
                for version in [TLSWishes.tls12, TLSWishes.tls13] {
                    var wishes = version
                    wishes.serverName = "two.example"
                    let asking = wishes
                    try await lane.attempt {
                        let first = try TLSClient(address, asking)
                        try first.send([1])
                        _ = try first.receive(exactly: 1)
                        let second = try TLSClient(address, asking, resuming: first)
                        #expect(second.isResumed)
                        #expect(second.fingerprint == made[1].fingerprint)
                    }
                }
            }
        }

        @Test("one that cannot be used spoils them all")
        func mistake() throws {
            let mixed = MadeCertificate(
                certificatePEM: made[1].certificatePEM,
                privateKeyPEM: made[2].privateKeyPEM,
                fingerprint: []
            )
            let identity = try TLSIdentity(content(made))
            #expect(throws: TLSError.keyDoesNotMatch) {
                try identity.replace(with: content([made[0], mixed]))
            }
            #expect(try TLSContext(identity).fingerprints == made.map(\.fingerprint))
        }
    }
}
