import PulseReactor
import PulseWire
import Testing

@testable import PulseServer

@Suite("What a trusted proxy says of its client")
struct ForwardingTests {
    private let proxies: TrustedProxies

    init() throws {
        var proxies = TrustedProxies()
        for network in ["10.0.0.0/8", "fd00::/8", "unix"] {
            let isTaken = proxies.insert(network)
            try #require(isTaken)
        }
        self.proxies = proxies
    }

    private func forwarding(_ lines: [String]) throws -> Forwarding {
        let lines = ["GET / HTTP/1.1", "Host: a"] + lines
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        var decoder = HTTPRequestDecoder()
        let head = unsafe bytes.span.bytes
        let count = try decoder.decodeHead(head)
        try #require(count == bytes.count)
        return Forwarding(decoder, in: head, behind: proxies)
    }

    @Test(
        "the client is the last of the chain that is not trusted",
        arguments: [
            (["192.0.2.1"], "192.0.2.1"), (["192.0.2.1, 198.51.100.7"], "198.51.100.7"),
            (["192.0.2.1, 198.51.100.7, 10.0.0.9"], "198.51.100.7"),
            (["192.0.2.1,198.51.100.7 ,\t10.0.0.9,10.1.1.1"], "198.51.100.7"),
            // What the client itself has sent stands in front, however well it lies.
            (["127.0.0.1, 198.51.100.7"], "198.51.100.7"),
            (["10.0.0.1, 198.51.100.7"], "198.51.100.7"), (["garbage, 192.0.2.1"], "192.0.2.1"),
            // Several lines are one list (RFC 9110 section 5.3).
            (["192.0.2.1", "198.51.100.7", "10.0.0.9"], "198.51.100.7"),
            (["10.0.0.5, 10.0.0.9"], "10.0.0.5"),
            (["2001:db8::7"], "2001:db8::7"), (["[2001:db8::7]"], "2001:db8::7"),
            (["[2001:db8::7]:443, fd00::1"], "2001:db8::7"), (["192.0.2.1:4711"], "192.0.2.1"),
            (["::1"], "::1"), (["::ffff:10.0.0.2, ::ffff:192.0.2.9"], "::ffff:192.0.2.9"),
            ([""], nil), ([], nil), (["unknown"], nil), (["192.0.2.1, unknown"], nil),
            (["192.0.2.1,"], nil), (["_hidden"], nil), (["localhost"], nil), (["unix"], nil),
            (["unix:/run/a"], nil), (["192.0.2.256"], nil), (["192.0.2.1:99999"], nil),
            (["[2001:db8::7"], nil), (["fe80::1%eth0"], nil), (["192.0.2.1 198.51.100.7"], nil),
        ] as [([String], String?)]
    )
    func client(values: [String], expected: String?) throws {
        let found = try forwarding(values.map { "X-Forwarded-For: \($0)" })
        #expect(found.client?.hostText == expected)
    }

    @Test(
        "a host is believed where there is one",
        arguments: [
            (["pulse.example"], "pulse.example"), (["pulse.example:8443"], "pulse.example:8443"),
            (["a.example, b.example"], nil), (["a.example", "b.example"], nil), ([""], nil),
            ([], nil),
        ] as [([String], String?)]
    )
    func host(values: [String], expected: String?) throws {
        let found = try forwarding(values.map { "X-Forwarded-Host: \($0)" })
        #expect(found.host == expected)
    }
}
