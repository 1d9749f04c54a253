import PulseReactor
import Testing

@testable import PulseServer

@Suite("Trusted proxies")
struct TrustedProxiesTests {
    @Test(
        "an address is trusted as far as its network reaches",
        arguments: [
            ("127.0.0.1", "127.0.0.1:9", true), ("127.0.0.1", "127.0.0.2:9", false),
            ("10.0.0.0/8", "10.255.0.1:9", true), ("10.0.0.0/8", "11.0.0.1:9", false),
            ("10.1.2.128/25", "10.1.2.200:9", true), ("10.1.2.128/25", "10.1.2.100:9", false),
            ("0.0.0.0/0", "192.0.2.7:9", true), ("0.0.0.0/0", "[::1]:9", false),
            ("::1", "[::1]:9", true), ("fd00::/8", "[fd12::1]:9", true),
            ("fd00::/8", "[fe80::1]:9", false), ("127.0.0.1", "[::ffff:127.0.0.1]:9", true),
            ("unix", "127.0.0.1:9", false), ("127.0.0.1", "unix:/x", false),
            ("unix", "unix:/x", true),
        ]
    )
    func contains(network: String, peer: String, expected: Bool) throws {
        var proxies = TrustedProxies()
        let address = try #require(SocketAddress(peer))
        #expect(!proxies.contains(address))
        let isTaken = proxies.insert(network)
        #expect(isTaken)
        #expect(proxies.contains(address) == expected)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "localhost", "proxy.example", "10.0.0.1:80", "10.0.0.0/33", "10.0.0.0/-1",
            "10.0.0.0/", "10.0.0.0/8/8", "::1/129", "[::1]", "/8",
        ]
    )
    func refuses(text: String) {
        var proxies = TrustedProxies()
        let isTaken = proxies.insert(text)
        #expect(!isTaken)
    }
}
