import PulseFleet
import PulseHTTPClient
import PulseTestSupport
import Testing

@testable import PulseMonitor

@Suite("Remote settings")
struct RemoteSettingsTests {
    @Test(
        "an address is a host with or without https and port",
        arguments: [
            ("https://pve1.lan:8006", "pve1.lan:8006"), ("https://pve1", "pve1:8006"),
            ("pve1", "pve1:8006"), ("pve1:443", "pve1:443"), ("HTTPS://pve1/", "pve1:8006"),
            ("https://192.0.2.1:8006/", "192.0.2.1:8006"), ("[fd00::1]", "[fd00::1]:8006"),
            ("https://[fd00::1]:18006//", "[fd00::1]:18006"), ("my_pve-1", "my_pve-1:8006"),
            ("https://prüfstand.example", "prüfstand.example:8006"),
        ]
    )
    func endpoints(text: String, origin: String) throws {
        let endpoint = try RemoteEndpoint(text)
        #expect(endpoint.origin == origin)
        #expect(endpoint.url == "https://" + origin)
        #expect(try RemoteEndpoint(endpoint.url) == endpoint)
    }

    @Test(
        "anything else is refused with what to write",
        arguments: [
            "", "https://", "http://pve1:8006", "ftp://pve1", "https://pve1:8006/api2/json",
            "pve1:", "pve1:0", "pve1:65536", "pve1:+80", "pve1:-1", "pve1:8006x", "pve1:８００６",
            "fd00::1", "[fd00::1", "[fd00::1]8006", "[pve1]", "root@pve1", "https://a:b@pve1",
            "pve1?x", "https://pve1:8006/#v1:0", "pve 1", " pve1", "pve1\n", "pve1\u{7F}", "a\"b",
            "a\\b", "p%31", "a,b", "a;b", "a'b", "{a}", "a[b", "://pve1",
        ]
    )
    func badEndpoints(text: String) {
        let error = #expect(throws: RemoteSettingsError.self) { try RemoteEndpoint(text) }
        #expect(error?.description.contains("https://HOST:8006") == true)
    }

    @Test("a host of 254 bytes is too long")
    func longHost() throws {
        _ = try RemoteEndpoint(String(repeating: "a", count: 253))
        #expect(throws: RemoteSettingsError.self) {
            try RemoteEndpoint(String(repeating: "a", count: 254))
        }
    }

    @Test(
        "a token has a user, a realm and a name",
        arguments: ["pulse@pve!monitor", "root@pam!x", "a@b@ldap!t-1", "o'brien@pve!x"]
    )
    func tokens(id: String) throws {
        let token = try RemoteToken(id: id, secret: "11111111-2222-3333-4444-555555555555")
        #expect("\(token)" == id)
        #expect(token.field.name == "Authorization")
        #expect(
            token.field.value == "PVEAPIToken=\(id)=11111111-2222-3333-4444-555555555555"
        )
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "pulse", "pulse@pve", "pulse!monitor", "@pve!monitor", "pulse@!monitor",
            "pulse@pve!", "!", "@!", "pulse@pve!a!b", "pul se@pve!a", "pulse@pve!a\n",
            "pülse@pve!a",
        ]
    )
    func badTokens(id: String) {
        let error = #expect(throws: RemoteSettingsError.self) {
            try RemoteToken(id: id, secret: "s3cret")
        }
        #expect(error?.description.contains("pulse@pve!monitor") == true)
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test("a secret that was given with the name is not repeated")
    func secretInName() {
        for id in ["pulse@pve!monitor=s3cret", "PVEAPIToken=pulse@pve!monitor=s3cret"] {
            let error = #expect(throws: RemoteSettingsError.self) {
                try RemoteToken(id: id, secret: "other")
            }
            #expect(error?.description.contains("s3cret") == false)
            #expect(error?.description.contains("without the secret") == true)
        }
    }

    @Test(
        "a secret is one word without an equals sign",
        arguments: ["", " ", "a b", "a\n", "a=b", "\u{7F}", "ä"]
    )
    func badSecrets(secret: String) {
        let error = #expect(throws: RemoteSettingsError.self) {
            try RemoteToken(id: "pulse@pve!monitor", secret: secret)
        }
        #expect(error?.description.contains("pulse@pve!monitor") == true)
    }

    @Test(
        "the line to paste is safe in a shell",
        arguments: [
            ("pulse@pve!monitor", "--users pulse@pve --tokens 'pulse@pve!monitor'"),
            ("o'b$x@pve!t", #"--users 'o'\''b$x@pve' --tokens 'o'\''b$x@pve!t'"#),
            ("a;b@pve!t", "--users 'a;b@pve' --tokens 'a;b@pve!t'"),
        ]
    )
    func grantLines(id: String, end: String) throws {
        let line = try RemoteToken(id: id, secret: "s").grantLine
        #expect(line == "pveum acl modify / --roles PVEAuditor " + end)
    }

    @Test("the fleet is told no secret")
    func description() throws {
        let settings = RemoteSettings(
            name: "lab",
            endpoint: try RemoteEndpoint("pve1"),
            token: try RemoteToken(id: "pulse@pve!monitor", secret: "s3cret")
        )
        #expect(settings.description.url == "https://pve1:8006")
        #expect(settings.description.name == "lab")
        #expect(!"\(settings.description)".contains("s3cret"))
    }
}
