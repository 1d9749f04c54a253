import PulseAgent
import Testing

@Suite("The server's URL")
struct ReportServerTests {
    @Test(
        "reports go below the URL",
        arguments: [
            ("http://127.0.0.1:7655", "http://127.0.0.1:7655/api/agents/agent/report"),
            ("https://pulse.lan", "https://pulse.lan/api/agents/agent/report"),
            ("HTTPS://pulse.lan/", "https://pulse.lan/api/agents/agent/report"),
            ("https://a.b/pulse//", "https://a.b/pulse/api/agents/agent/report"),
            ("http://[::1]:80/x", "http://[::1]:80/x/api/agents/agent/report"),
        ]
    )
    func reportURL(url: String, expected: String) {
        #expect(ReportServer(url)?.reportURL == expected)
    }

    @Test(
        "what is no plain http or https URL is refused",
        arguments: [
            "", "pulse.lan", "pulse.lan:7655", "ftp://pulse.lan", "http:pulse.lan", "http://",
            "http:///x", "http://user@pulse.lan", "http://u:p@pulse.lan", "http://a b",
            "http://a?x=1", "http://a#x", "http://a:", "http://a:0", "http://a:65536",
            "http://a:+1", "http://a:x", "http://[::1", "http://::1", "http://[::1]x",
            "http://a\n", "http://ä", "http://a\\b",
        ]
    )
    func wrong(url: String) {
        #expect(ReportServer(url) == nil)
    }

    @Test(
        "only http to another machine can be read on the way",
        arguments: [
            ("http://pulse.lan:7655", true), ("http://10.0.0.1", true), ("http://127.lan", true),
            ("http://[::2]:1", true), ("http://127.0.0.1.lan", true),
            ("https://pulse.lan", false), ("http://127.0.0.1:7655", false),
            ("http://127.1.2.3", false), ("http://LocalHost:1", false), ("http://[::1]:1", false),
        ]
    )
    func exposed(url: String, isExposed: Bool) {
        #expect(ReportServer(url)?.isExposed == isExposed)
    }
}
