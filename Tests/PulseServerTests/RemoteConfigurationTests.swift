import Foundation
import PulseHTTPClient
import PulseMonitor
import PulseReactor
import Testing

@testable import PulseServer

@Suite("Configuration of remotes")
struct RemoteConfigurationTests {
    private func parse(_ text: String) throws(ConfigurationError) -> [RemoteSettings] {
        var configuration = ServerConfiguration()
        try ConfigurationFile.parse(Array(text.utf8), name: "f.json", into: &configuration)
        return configuration.remotes
    }

    private static let pin = Array(repeating: "AB", count: 32).joined(separator: ":")
    private static let access = "\"url\":\"https://pve1:8006\",\"token\":\"a@pve!b\""

    @Test("a remote is taken with all that is said about it")
    func whole() throws {
        let remotes = try parse(
            """
            {"remotes":[
              {"name":"lab","type":"pve","url":"https://[fd00::1]","token":"pulse@pve!monitor",
               "secret":"5d3c","fingerprint":"\(Self.pin)"},
              {"url":"pve2.example:8443","token":"a@pam!b","secret":"x","caFile":"/etc/ca.pem"},
              {"name":"plain","url":"https://pve3/","token":"a@pam!b","secret":"x"}
            ]}
            """
        )
        #expect(remotes.map(\.name) == ["lab", "pve2.example", "plain"])
        #expect(
            remotes.map(\.endpoint.url) == [
                "https://[fd00::1]:8006", "https://pve2.example:8443", "https://pve3:8006",
            ]
        )
        #expect(remotes.map(\.token.id) == ["pulse@pve!monitor", "a@pam!b", "a@pam!b"])
        let fingerprint = try #require(CertificateFingerprint(Self.pin))
        #expect(
            remotes.map(\.trust) == [.fingerprint(fingerprint), .caFile("/etc/ca.pem"), .system]
        )
        #expect(!"\(remotes)".contains("5d3c"), "a secret shows in a description")
    }

    @Test("a secret may lie in a file of its own")
    func secretFile() throws {
        let path = NSTemporaryDirectory() + "pulse-secret-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("5d3c-11\n".utf8).write(to: URL(filePath: path))
        let text = "{\"remotes\":[{\(Self.access),\"secretFile\":\"\(path)\"}]}"
        let token = try parse(text).first?.token
        #expect(token == (try RemoteToken(id: "a@pve!b", secret: "5d3c-11")))
        let one = "one word is expected"
        for (content, reason) in [("", "is empty"), ("two words\n", one), ("two\nlines\n", one)] {
            try Data(content.utf8).write(to: URL(filePath: path))
            let error = #expect(throws: ConfigurationError.self) { try parse(text) }
            #expect(error?.description.contains(reason) == true)
        }
    }

    @Test(
        "a mistake is named with its place and what to do",
        arguments: [
            ("[{\(access)}]", "f.json:1:13:", "no secret or secretFile"),
            ("[{\"secret\":\"x\"}]", "f.json:1:13:", "no url"),
            ("[{\"url\":\"pve1\",\"secret\":\"x\"}]", "f.json:1:13:", "no token"),
            ("[\n{\"adress\":\"x\"}]", "f.json:2:2:", "unknown key \"adress\""),
            ("[{\"url\":\"http://pve1\"}]", "f.json:1:20:", "is not https"),
            ("[{\"url\":\"https://pve1/pve\"}]", "f.json:1:20:", "has a path"),
            ("[{\"url\":\"https://pve1:x\"}]", "f.json:1:20:", "is not the address"),
            ("[{\"type\":\"esxi\"}]", "f.json:1:21:", "write pve"),
            ("[{\"name\":\"a/b\"}]", "f.json:1:21:", "without slashes"),
            ("[{\"fingerprint\":\"AA:BB\"}]", "f.json:1:28:", "32 pairs"),
            ("[{\"secret\":\"x\",\"secretFile\":\"/dev/null\"}]", "f.json:1:40:", "is empty"),
            ("[{\"secret\":\"x\",\"secret\":\"y\"}]", "f.json:1:36:", "either"),
            ("[{\"secretFile\":\"/nonexistent\"}]", "f.json:1:27:", "No such file"),
            ("[{\"url\":\"pve1\",\"token\":\"a\",\"secret\":\"x\"}]", "f.json:1:13:", "USER@REALM"),
            ("[{\(access),\"secret\":\"\"}]", "f.json:1:13:", "empty"),
            (
                "[{\(access),\"secret\":\"x\"},{\(access),\"secret\":\"x\"}]",
                "f.json:1:", "two remotes with the name"
            ),
            ("[7]", "f.json:1:13:", "another type"),
        ]
    )
    func mistakes(text: String, place: String, reason: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try parse("{\"remotes\":\(text)}")
        }
        #expect(error?.description.hasPrefix(place) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
}
