import Logging
import PulseLogging
import PulseReactor
import PulseWire
import Testing

@testable import PulseServer

@Suite("Configuration")
struct ConfigurationTests {
    private func parse(_ text: String) throws(ConfigurationError) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        try ConfigurationFile.parse(Array(text.utf8), name: "f.json", into: &configuration)
        return configuration
    }

    @Test("every key is taken")
    func allKeys() throws {
        let configuration = try parse(
            """
            {"listen": ["127.0.0.1:80", "[::1]:81"], "interval": "5s", "io": "epoll",
             "logLevel": "debug", "logFormat": "json", "threads": 3, "maxConnections": 500}
            """
        )
        #expect(configuration.listen.map(\.description) == ["127.0.0.1:80", "[::1]:81"])
        #expect(configuration.intervalMilliseconds == 5000)
        #expect(configuration.io == .epoll)
        #expect(configuration.logLevel == .debug)
        #expect(configuration.logFormat == .json)
        #expect(configuration.threads == 3)
        #expect(configuration.connectionsMax == 500)
    }

    @Test("an agent token is known by its digest, in either case")
    func agentTokens() throws {
        // printf %s secret | sha256sum
        let digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
        let other = String(repeating: "0", count: 64)
        for text in [digest, digest.uppercased()] {
            let tokens = try parse(
                "{\"agentTokens\":[\"sha256:\(other)\",\"sha256:\(text)\"]}"
            ).agentTokens
            #expect(tokens.contains("secret"))
            #expect(!tokens.contains("Secret"))
            #expect(!tokens.contains(""))
        }
    }

    @Test("what is not said stays as it was")
    func empty() throws {
        let configuration = try parse("{}")
        #expect(configuration.listensByDefault)
        #expect(configuration.intervalMilliseconds == 2000)
    }

    @Test(
        "a mistake is named with its place",
        arguments: [
            ("{\n  \"port\": 1}", "f.json:2:3: ", "unknown key \"port\""),
            ("{\"listen\": [\"7655\"]}", "f.json:1:13:", "not an address"),
            ("{\"listen\": \"127.0.0.1:1\"}", "f.json:1:12:", "another type"),
            ("{\"interval\": \"0s\"}", "f.json:1:14:", "from 100ms to 60s"),
            ("{\"interval\": 2}", "f.json:1:14:", "another type"),
            ("{\"io\": \"kqueue\"}", "f.json:1:8:", "auto, uring or epoll"),
            ("{\"threads\": 0}", "f.json:1:13:", "1 to 64"),
            ("{\"threads\": 65}", "f.json:1:13:", "1 to 64"),
            ("{\"threads\": \"2\"}", "f.json:1:13:", "another type"),
            ("{\"maxConnections\": 0}", "f.json:1:20:", "not a number of connections"),
            ("{\n\"io\": \"auto\",\n}", "f.json:3:1:", "valid JSON"),
            ("{\"agentTokens\": [\"sha256:12\"]}", "f.json:1:18:", "64 hexadecimal digits"),
            ("{\"agentTokens\": [\"secret\"]}", "f.json:1:18:", "sha256sum"),
            ("", "f.json:1:1:", "ends too early"),
            ("{} {}", "f.json:1:4:", "valid JSON"),
        ]
    )
    func mistakes(text: String, place: String, reason: String) {
        let error = #expect(throws: ConfigurationError.self) { try parse(text) }
        #expect(error?.description.hasPrefix(place) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test("a file that cannot be read is named with the kernel's reason")
    func unreadable() {
        var configuration = ServerConfiguration()
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationFile.load("/nonexistent/pulse.json", into: &configuration)
        }
        let text = "cannot read the configuration /nonexistent/pulse.json: No such file"
        #expect(error?.description.hasPrefix(text) == true)
    }

    @Test(
        "durations",
        arguments: [
            ("100ms", 100), ("2s", 2000), ("1m", 60_000), ("99ms", nil), ("61s", nil), ("2", nil),
            ("", nil), ("s", nil), ("-1s", nil), ("2 s", nil), ("99999999999999999999s", nil),
        ] as [(String, Int64?)]
    )
    func intervals(text: String, expected: Int64?) {
        #expect((try? ConfigurationValues.interval(text)) == expected)
    }
}

extension AgentTokens {
    fileprivate func contains(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return unsafe contains(bytes.span.bytes, by: SHA256Context())
    }
}
