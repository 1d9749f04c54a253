import Glibc
import PulseReactor
import PulseTestSupport
import Testing

extension RunningReactorTests {
    @Suite("TLS")
    struct ReactorTLSTests {
        @Test(
            "a client that trusts the certificate gets its bytes back, at each version",
            arguments: backends,
            ["TLSv1.2", "TLSv1.3"]
        )
        func echo(io: IOChoice, version: String) async throws {
            let certificate = try TestCertificate()
            try await withReactor(io) { shard in
                let service = EchoService(shard.reactor)
                let address = try shard.reactor.listen(
                    on: anyPort,
                    service: service,
                    tls: certificate.context()
                )
                var wishes = TLSWishes()
                if version == "TLSv1.2" { wishes.maximum = wishes.minimum }
                wishes.trusted = certificate.made.certificatePEM
                wishes.host = "localhost"
                wishes.protocols = [2] + "h2".utf8 + [8] + "http/1.1".utf8
                let chosen = wishes
                let bytes = pattern(1 << 20)
                let lane = try BlockingLane(name: "client")
                let answer = try await lane.attempt {
                    let client = try TLSClient(address, chosen)
                    #expect(client.version == version)
                    #expect(client.selectedProtocol == "http/1.1")
                    #expect(client.fingerprint == certificate.made.fingerprint)
                    var answer: [UInt8] = []
                    for start in stride(from: 0, to: bytes.count, by: 65_536) {
                        try client.send(Array(bytes[start..<start + 65_536]))
                        answer += try client.receive(exactly: 65_536)
                    }
                    return answer
                }
                #expect(same(answer, bytes))
            }
        }
    }
}
