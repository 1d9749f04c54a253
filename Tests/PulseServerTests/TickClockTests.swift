import PulseReactor
import Testing

@testable import PulseServer

@Suite("Tick clock")
struct TickClockTests {
    private static let second: UInt64 = 1_000_000_000

    private func clock(wall: Int64 = 1_000_300, interval: Int64 = 2000) -> TickClock {
        TickClock(
            intervalMilliseconds: interval,
            now: MonotonicTime(nanoseconds: 50 * Self.second),
            wallMilliseconds: wall
        )
    }

    @Test("the first tick lies on an even second of the wall clock")
    func alignment() {
        let clock = clock()
        #expect(clock.nextTimestamp == 1_002_000)
        #expect(clock.next.nanoseconds == 50 * Self.second + 1_700_000_000)
    }

    @Test("a tick in time is followed by the one an interval later")
    func advance() {
        var clock = clock()
        let missed = clock.advance(now: clock.next + 3_000_000)
        #expect(missed == 0)
        #expect(clock.nextTimestamp == 1_004_000)
        #expect(clock.next.nanoseconds == 53 * Self.second + 700_000_000)
    }

    @Test("ticks that were missed are skipped and counted, never doubled")
    func missed() {
        var clock = clock()
        let missed = clock.advance(now: clock.next + 5 * Self.second)
        #expect(missed == 2)
        #expect(clock.nextTimestamp == 1_008_000)
    }

    @Test("a late tick does not shift those after it", arguments: [0, 1, 999, 1999] as [UInt64])
    func lateness(milliseconds: UInt64) {
        var clock = clock()
        _ = clock.advance(now: clock.next + milliseconds * 1_000_000)
        #expect(clock.nextTimestamp == 1_004_000)
    }

    @Test("the wall clock may drift by half a second before the ticks follow it")
    func drift() {
        var clock = clock()
        let start = MonotonicTime(nanoseconds: 50 * Self.second)
        #expect(clock.follow(now: start, wallMilliseconds: 1_000_800) == nil)
        #expect(clock.nextTimestamp == 1_002_000)
        #expect(clock.follow(now: start, wallMilliseconds: 1_000_801) == 501)
        #expect(clock.nextTimestamp == 1_002_000)
        #expect(clock.next == start + 1_199_000_000)
    }

    @Test(
        "a wall clock that jumps back takes the ticks along",
        arguments: [-3_600_000, 86_400_000]
    )
    func jump(milliseconds: Int64) {
        var clock = clock()
        let start = MonotonicTime(nanoseconds: 50 * Self.second)
        let wall = 100_000_300 + milliseconds
        _ = clock.follow(now: start, wallMilliseconds: wall)
        #expect(clock.nextTimestamp > wall)
        #expect(clock.nextTimestamp - wall <= 2000)
        #expect(clock.nextTimestamp % 2000 == 0)
    }
}
