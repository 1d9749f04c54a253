import PulseReactor
import Testing

@Suite("Socket addresses")
struct SocketAddressTests {
    @Test(
        "an address is read and written again",
        arguments: [
            ("127.0.0.1:7655", "127.0.0.1:7655", true),
            ("127.9.8.7:1", "127.9.8.7:1", true),
            ("0.0.0.0:0", "0.0.0.0:0", false),
            ("192.168.1.20:65535", "192.168.1.20:65535", false),
            ("localhost:80", "127.0.0.1:80", true),
            ("[::1]:7655", "[::1]:7655", true),
            ("[::]:7655", "[::]:7655", false),
            ("[2001:db8:0:0:0:0:0:1]:443", "[2001:db8::1]:443", false),
            ("[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.1]:80", true),
            ("[::ffff:10.0.0.1]:80", "[::ffff:10.0.0.1]:80", false),
        ]
    )
    func valid(text: String, canonical: String, isLoopback: Bool) throws {
        let address = try #require(SocketAddress(text))
        #expect(address.description == canonical)
        #expect(address.isLoopback == isLoopback)
        #expect(address.isIPv6 == text.hasPrefix("["))
    }

    @Test("the path of a unix socket is an address that is not loopback")
    func unix() throws {
        let address = try #require(SocketAddress("unix:/run/pulse.sock"))
        #expect(address.host == .unix("/run/pulse.sock"))
        #expect(address.description == "unix:/run/pulse.sock")
        #expect(address.isUnix && !address.isLoopback && !address.isIPv6)
        #expect(SocketAddress("unix:/" + String(repeating: "x", count: 106)) != nil)
    }

    @Test(
        "anything else is no address",
        arguments: [
            "", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
            "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0.1:1 ", "127.0.0.1:0x50", "127.0.0.1:٨٠",
            "127.0.0.1\0:80", "127.1:80", "256.0.0.1:80", "1.2.3.4.5:80", "example.org:80",
            "::1:80", "[::1]", "[::1]80", "[::1:80", "::1]:80", "[]:80", "[127.0.0.1]:80",
            "[::1%lo]:80", "[::1\0]:80", "[:::1]:80", "[12345::]:80", "http://127.0.0.1:80",
            "unix:", "unix:pulse.sock", "unix:/run/", "unix:/a\0b", "unix:@pulse",
            "unix:/" + String(repeating: "x", count: 107),
        ]
    )
    func invalid(text: String) {
        #expect(SocketAddress(text) == nil)
    }
}
