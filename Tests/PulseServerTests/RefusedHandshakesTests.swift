import PulseReactor
import Testing

@testable import PulseServer

@Suite("Refused handshakes in the log")
struct RefusedHandshakesTests {
    @Test("they are told of at once, and then each minute with what came in between")
    func told() {
        var refused = RefusedHandshakes()
        let begin = MonotonicTime(nanoseconds: 5_000_000_000)
        func after(_ seconds: UInt64) -> MonotonicTime { begin + seconds * 1_000_000_000 }
        #expect(refused.look(0, at: begin) == nil)
        #expect(refused.look(3, at: begin) == 3)
        #expect(refused.look(3, at: after(1)) == nil)
        #expect(refused.look(900, at: after(59)) == nil)
        #expect(refused.look(1000, at: after(60)) == 997)
        #expect(refused.look(1000, at: after(500)) == nil)
        #expect(refused.look(1001, at: after(501)) == 1)
    }
}
