import PulseWire
import Testing

@testable import PulseServer

@Suite("Access without a login")
struct AccessTests {
    private let proxies: TrustedProxies

    init() throws {
        var proxies = TrustedProxies()
        let isTaken = proxies.insert("10.0.0.0/8")
        try #require(isTaken)
        self.proxies = proxies
    }

    /// A request with these header lines, from loopback unless told otherwise.
    private func request(
        _ lines: [String],
        fromLoopback: Bool = true,
        isTrusted: Bool = false
    ) throws -> Request {
        let bytes = Array(
            ("GET / HTTP/1.1\r\n" + lines.joined(separator: "\r\n") + "\r\n\r\n").utf8
        )
        var decoder = HTTPRequestDecoder()
        let head = unsafe bytes.span.bytes
        let count = try decoder.decodeHead(head)
        try #require(count == bytes.count)
        return Request(
            decoder,
            in: head,
            peerIsLoopback: fromLoopback,
            forwarding: isTrusted ? Forwarding(decoder, in: head, behind: proxies) : Forwarding()
        )
    }

    @Test(
        "a request by one of the machine's own names is local",
        arguments: [
            "localhost", "LOCALHOST:7655", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:7655",
        ]
    )
    func local(host: String) throws {
        #expect(Access.isLocal(try request(["Host: \(host)"])))
    }

    @Test(
        "a request by another name, or passed on by a proxy, is not",
        arguments: [
            ["Host: pulse.example"], ["Host: 127.0.0.1.example:7655"], ["Host: localhost.example"],
            ["Host: 10.0.0.1"], ["Host: [::2]:7655"], ["Host: 127.0.0.2"],
            ["Host: localhost", "X-Forwarded-For: 1.2.3.4"],
            ["Host: localhost", "X-Forwarded-Proto: https"],
            ["Host: localhost", "Forwarded: for=1.2.3.4"],
            ["Host: localhost", "x-real-ip: 1.2.3.4"],
            ["Host: localhost", "Via: 1.1 proxy"],
        ]
    )
    func notLocal(lines: [String]) throws {
        #expect(!Access.isLocal(try request(lines)))
    }

    @Test("a request from elsewhere is not local whatever it says")
    func remotePeer() throws {
        #expect(!Access.isLocal(try request(["Host: localhost"], fromLoopback: false)))
    }

    @Test(
        "only our own page, or no page, may open a WebSocket",
        arguments: [
            (["Host: localhost:7655"], true),
            (["Host: localhost:7655", "Origin: http://localhost:7655"], true),
            (["Host: LocalHost:7655", "Origin: http://localhost:7655"], true),
            (["Host: localhost:7655", "Origin: http://localhost:7656"], false),
            (["Host: localhost:7655", "Origin: https://localhost:7655"], false),
            (["Host: localhost:7655", "Origin: http://evil.example"], false),
            (["Host: localhost:7655", "Origin: http://localhost:7655.evil.example"], false),
            (["Host: localhost:7655", "Origin: null"], false),
            (["Host: localhost:7655", "Origin:"], false),
        ]
    )
    func origins(lines: [String], expected: Bool) throws {
        #expect(Access.isOwnOrigin(try request(lines), scheme: "http") == expected)
        // Over TLS the same holds with the other scheme.
        let secure = lines.map { line in
            line.hasPrefix("Origin: https")
                ? line.replacing("https://", with: "http://")
                : line.replacing("http://", with: "https://")
        }
        #expect(Access.isOwnOrigin(try request(secure), scheme: "https") == expected)
    }

    @Test(
        "behind a trusted proxy our own page is that of the host which it names",
        arguments: [
            (["X-Forwarded-Host: pulse.example", "Origin: http://pulse.example"], true, true),
            (["X-Forwarded-Host: pulse.example", "Origin: http://10.0.0.7:7655"], true, false),
            (["X-Forwarded-Host: pulse.example", "Origin: http://pulse.example"], false, false),
            (["X-Forwarded-Host: pulse.example", "Origin: http://10.0.0.7:7655"], false, true),
            (["X-Forwarded-Host: a, b", "Origin: http://10.0.0.7:7655"], true, true),
            (["X-Forwarded-Host: pulse.example:80", "Origin: http://pulse.example"], true, true),
            (["X-Forwarded-Host: pulse.example:443", "Origin: http://pulse.example"], true, false),
            (["X-Forwarded-Host: 10.0.0.7", "Origin: http://10.0.0.7:7655"], true, true),
            (["X-Forwarded-Host: 10.0.0.7", "Origin: http://10.0.0.7:7656"], true, false),
        ]
    )
    func forwardedHost(lines: [String], isTrusted: Bool, expected: Bool) throws {
        let request = try request(["Host: 10.0.0.7:7655"] + lines, isTrusted: isTrusted)
        #expect(Access.isOwnOrigin(request, scheme: "http") == expected)
    }

    @Test(
        "how the client came to a proxy is believed of trusted ones only",
        arguments: [
            (["X-Forwarded-Proto: https"], true, "https"),
            (["x-forwarded-proto: HTTP"], true, "http"),
            (["X-Forwarded-Proto: https"], false, nil),
            (["X-Forwarded-Proto: gopher"], true, nil),
            (["X-Forwarded-Proto: https, http"], true, nil),
            (["X-Forwarded-Proto: https", "X-Forwarded-Proto: https"], true, nil),
            ([], true, nil),
        ] as [([String], Bool, String?)]
    )
    func forwarded(lines: [String], isTrusted: Bool, scheme: String?) throws {
        let request = try request(["Host: pulse.example"] + lines, isTrusted: isTrusted)
        #expect(request.forwarding.scheme == scheme)
        #expect(request.isForwarded == !lines.isEmpty && !Access.isLocal(request))
    }
}
