import Testing

@testable import PulseAgent

@Suite("Agent identity")
struct AgentIdentityTests {
    @Test("every process has a stream of its own, of 32 hexadecimal digits")
    func streams() {
        let streams = (0..<100).map { _ in AgentIdentity.randomStream() }
        #expect(Set(streams).count == 100)
        #expect(streams.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy(\.isHexDigit) })
    }

    @Test("an interval is at least a second, since the format has whole ones")
    func interval() {
        #expect(AgentIdentity(version: "1", intervalSeconds: 0).intervalSeconds == 1)
    }
}
