import PulseWire
import Testing

@Suite("HTTP negotiation and conditions")
struct HTTPNegotiationTests {
    @Test(
        "the coding with the highest weight wins, then br, gzip, identity",
        arguments: [
            ("br, gzip", "br"),
            ("gzip, deflate, br, zstd", "br"),
            ("gzip", "gzip"),
            ("x-gzip", "gzip"),
            ("GZIP", "gzip"),
            ("gzip;q=1.0, br;q=0.5", "gzip"),
            ("gzip; q=0.5 , br ; Q=0.500", "br"),
            ("*", "br"),
            ("*;q=0.1", "br"),
            ("br;q=0, *", "gzip"),
            ("gzip;q=0.001", "gzip"),
            ("identity;q=1, gzip;q=0.5", "identity"),
            ("identity, gzip", "gzip"),
            ("identity;q=0, gzip", "gzip"),
            ("br;q=0", "identity"),
            ("deflate", "identity"),
            ("", "identity"),
            (",,", "identity"),
            ("brr, gzipp", "identity"),
            ("br;q=1.001", "identity"),
            ("br;q=2", "identity"),
            ("br;q=", "identity"),
            ("br;q=0.1234", "identity"),
            ("br;q=-1", "identity"),
            ("br;q=.5", "identity"),
            ("br;q=0,5", "identity"),
            ("br;level=1", "identity"),
            ("br;", "identity"),
            ("identity;q=0", "none"),
            ("*;q=0", "none"),
            ("identity;q=0, *;q=0", "none"),
            ("gzip;q=0, br;q=0, identity;q=0", "none"),
        ]
    )
    func coding(_ value: String, _ wanted: String) throws {
        let found = try coding(["Accept-Encoding: \(value)"], among: [.identity, .gzip, .br])
        #expect(found == wanted)
    }

    @Test("only what is offered is chosen, and all lines of the header count")
    func offered() throws {
        #expect(try coding(["Accept-Encoding: br, gzip"], among: [.identity, .gzip]) == "gzip")
        #expect(try coding(["Accept-Encoding: br, gzip"], among: [.identity]) == "identity")
        #expect(try coding(["Accept-Encoding: gzip"], among: [.br]) == "none")
        #expect(try coding(["Accept-Encoding: gzip", "Accept-Encoding: br"], among: [.br]) == "br")
        #expect(try coding([], among: [.identity, .gzip, .br]) == "identity")
    }

    @Test(
        "If-None-Match matches weakly, whole tags only",
        arguments: [
            ("\"abc\"", true),
            ("W/\"abc\"", true),
            ("*", true),
            ("\"x\", \"abc\"", true),
            ("\"x\",,W/\"abc\" , \"y\"", true),
            ("\"a,b\", \"abc\"", true),
            ("\"abcd\"", false),
            ("\"ABC\"", false),
            ("\"\"", false),
            ("abc", false),
            ("\"abc", false),
            ("w/\"abc\"", false),
            ("W/", false),
            ("\"x\", *", false),
            ("**", false),
            ("x, \"abc\"", false),
            ("", false),
        ]
    )
    func entityTags(_ value: String, _ matches: Bool) throws {
        for tag in ["\"abc\"", "W/\"abc\""] {
            let head = try Head(fields: ["If-None-Match: \(value)"])
            #expect(head.hasCurrentVersion(tag: tag) == matches)
        }
    }

    @Test("comma-separated lists are searched by whole tokens in either case")
    func lists() {
        #expect(list("upgrade"))
        #expect(list("Keep-Alive"))
        #expect(list("x y"))
        #expect(!list("keep"))
        #expect(!list("upgrades"))
        #expect(!list("x"))
        #expect(!list(""))
    }

    private func list(_ token: StaticString) -> Bool {
        let bytes = latin1(" keep-alive ,,UPGRADE, x y")
        return unsafe bytes.span.bytes.listContains(token, in: 0..<bytes.count)
    }

    private func coding(_ lines: [String], among offered: ContentCodings) throws -> String {
        try Head(fields: lines).coding(among: offered)
    }
}

@Suite("Percent-decoding of paths")
struct PercentDecodingTests {
    @Test(
        "escapes are undone",
        arguments: [
            ("", ""),
            ("/", "/"),
            ("/a/b", "/a/b"),
            ("/a%20b", "/a b"),
            ("/%41%7a", "/Az"),
            ("/%C3%A9", "/é"),
            ("/a%2Fb", "/a/b"),
            ("/%25", "/%"),
            ("/a+b", "/a+b"),
            ("/...", "/..."),
            ("/.a/..b", "/.a/..b"),
            ("node%2F17", "node/17"),
        ]
    )
    func decodes(_ path: String, _ wanted: String) {
        #expect(decoded(path) == wanted)
    }

    @Test(
        "what could mislead a route or the file system is refused",
        arguments: [
            "/%00", "/%", "/%4", "/%4g", "/%g4", "/a%", "/%0a", "/%0D", "/%1f", "/%7F", "/%ff",
            "/%C3",
            "/%ED%A0%80", "/%C0%AF", ".", "..", "/.", "/..", "/../x", "/a/./b", "/a/../b",
            "/%2e%2E/x",
            "/.%2e", "/a%2f..%2fb", "/a/%2e", "//..//",
        ]
    )
    func refuses(_ path: String) {
        #expect(decoded(path) == nil)
    }

    private func decoded(_ path: String) -> String? {
        let bytes = latin1("GET " + path)
        return unsafe bytes.span.bytes.percentDecodedPath(4..<bytes.count)
    }
}
