import Testing

@testable import PulseAgent

@Suite("Load and uptime")
struct LoadAndUptimeTests {
    @Test("the load is the first three numbers")
    func load() throws {
        #expect(LoadCollector.parse(try Fixture.text("proc/loadavg")) == [1.25, 0.75, 0.5])
    }

    @Test(
        "anything but three numbers is no load",
        arguments: ["", "1.0 2.0", "1.0 x 3.0", "nan 1 2", "-1 0 0", "inf 1 1"]
    )
    func noLoad(_ text: String) {
        #expect(LoadCollector.parse(source(text)) == nil)
    }

    @Test("the uptime is the first number")
    func uptime() throws {
        #expect(UptimeCollector.parse(try Fixture.text("proc/uptime")) == 86_461.37)
    }

    @Test("anything but a number is no uptime", arguments: ["", "\n", "x", "-5 1", "nan"])
    func noUptime(_ text: String) {
        #expect(UptimeCollector.parse(source(text)) == nil)
    }
}
