import Testing

@testable import PulseServer

@Suite("The path below which a proxy offers the server")
struct BasePathTests {
    @Test(
        "what lies below it means the rest",
        arguments: [
            ("/pulse", "/pulse/", "/"), ("/pulse/", "/pulse/ws", "/ws"),
            ("/tools/pulse", "/tools/pulse/assets/a.js", "/assets/a.js"),
            ("/pulse", "/pulse/pulse/", "/pulse/"), ("/pulse", "/pulse//", "//"),
            ("/pulse", "/pulse", nil), ("/pulse", "/ws", nil), ("/pulse", "/", nil),
            ("/pulse", "/pulses/ws", nil), ("/pulse", "/PULSE/ws", nil), ("/pulse", "", nil),
        ] as [(String, String, String?)]
    )
    func route(base: String, path: String, expected: String?) throws {
        let base = try #require(BasePath(base))
        #expect(base.route(path) == expected)
        #expect(BasePath().route(path) == nil)
    }

    @Test("without its last slash it leads on, whatever stands in front")
    func correction() throws {
        let base = try #require(BasePath("/tools/pulse"))
        #expect(base.correction(of: "/tools/pulse") == "pulse/")
        for path in ["/tools/pulse/", "/tools", "/pulse", "/", ""] {
            #expect(base.correction(of: path) == nil)
        }
        #expect(BasePath().correction(of: "") == nil)
        #expect(base.folderCount == 2)
        #expect(BasePath().folderCount == 0)
    }

    @Test(
        "what is no plain path is refused",
        arguments: [
            "", "/", "//", "pulse", "/a//b", "/a/../b", "/.", "/..", "/a b", "/a%20b", "/a?b",
            "/a#b", "/\u{e9}", "/a\"b", "/a//", "/" + String(repeating: "a", count: 256),
            "/api", "/assets/pulse", "/ws/", "/healthz",
        ]
    )
    func refuses(text: String) { #expect(BasePath(text) == nil) }
}
