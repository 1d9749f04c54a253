import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseMonitor

@Suite("Poll schedule")
struct PollScheduleTests {
    private static let second: UInt64 = 1_000_000_000
    private static let start = MonotonicTime(nanoseconds: 1_000 * second)

    private func schedule(_ interval: UInt64 = 2 * second, seed: UInt64 = 7) -> PollSchedule {
        PollSchedule(intervalNanoseconds: interval, seed: seed, start: Self.start)
    }

    @Test("rounds keep their grid, never two in one slot, whatever they take and however they end")
    func grid() {
        var random = SeededGenerator(seed: testSeed())
        for _ in 0..<200 {
            let interval = UInt64.random(in: 100_000_000...60 * Self.second, using: &random)
            var schedule = schedule(interval, seed: random.next())
            let first = schedule.first
            #expect(first >= Self.start && first < Self.start + interval)
            var due = first
            for _ in 0..<50 {
                let took = UInt64.random(in: 0...3 * interval, using: &random)
                let now = due + took
                let next =
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: schedule.next(after: .nextRound, now: now)
                    case 1: schedule.next(after: .afterSeconds(30), now: now)
                    default: schedule.nextAfterSuccess(now: now)
                    }
                #expect(next > now, "a round is in the future")
                #expect(next.nanoseconds(since: first) % interval == 0, "it is on the grid")
                due = next
            }
        }
    }

    @Test("after a success the next slot follows, and missed ones are left out")
    func success() {
        var schedule = schedule()
        let first = schedule.first
        #expect(schedule.nextAfterSuccess(now: first) == first + 2 * Self.second)
        #expect(schedule.nextAfterSuccess(now: first + 1) == first + 2 * Self.second)
        let late = first + 2 * Self.second
        #expect(schedule.nextAfterSuccess(now: late) == first + 4 * Self.second)
        #expect(
            schedule.nextAfterSuccess(now: first + 11 * Self.second) == first + 12 * Self.second
        )
    }

    @Test("a time before the first round leads to it")
    func early() {
        var schedule = schedule(seed: 1_999_999_999)
        #expect(schedule.nextAfterSuccess(now: Self.start) == schedule.first)
    }

    @Test("phases are spread over the interval")
    func phases() {
        var random = SeededGenerator(seed: testSeed())
        var tenths = [Int](repeating: 0, count: 10)
        for _ in 0..<1000 {
            let first = schedule(seed: random.next()).first
            tenths[Int(first.nanoseconds(since: Self.start) / (Self.second / 5))] += 1
        }
        #expect(tenths.allSatisfy { (50...150).contains($0) }, "\(tenths)")
    }

    @Test("what is back is asked within 4 s, after however long", arguments: [1, 2, 3] as [UInt64])
    func failures(seconds: UInt64) {
        var schedule = schedule(seconds * Self.second)
        var due = schedule.first
        var gaps: [UInt64] = []
        // For half an hour, each round failing at once.
        while due < Self.start + 1800 * Self.second {
            let next = schedule.next(after: .nextRound, now: due)
            gaps.append(next.nanoseconds(since: due))
            due = next
        }
        #expect(gaps.allSatisfy { $0 <= 4 * Self.second })
        #expect(gaps.first == seconds * Self.second, "at first as if nothing had happened")
        #expect(gaps.last.map { $0 > 2 * Self.second } == true, "after five minutes more rarely")
    }

    @Test("a success makes the schedule patient again")
    func recovery() {
        var schedule = schedule()
        let later = schedule.first + 400 * Self.second
        _ = schedule.next(after: .nextRound, now: schedule.first)
        #expect(schedule.next(after: .nextRound, now: later) == later + 4 * Self.second)
        _ = schedule.nextAfterSuccess(now: later)
        #expect(schedule.next(after: .nextRound, now: later) == later + 2 * Self.second)
    }

    @Test("rounds that are rare anyway stay so")
    func rare() {
        var schedule = schedule(10 * Self.second)
        let first = schedule.first
        _ = schedule.next(after: .nextRound, now: first)
        let later = first + 1000 * Self.second
        #expect(schedule.next(after: .nextRound, now: later) == later + 10 * Self.second)
    }

    @Test("a refused token is not shown again for 60 s")
    func refusedToken() {
        var schedule = schedule()
        let retry = PollError.tokenRefused(token: "a@b!c", reason: "").retry
        #expect(retry == .afterSeconds(60))
        let next = schedule.next(after: retry, now: schedule.first)
        let wait = next.nanoseconds(since: schedule.first)
        #expect(wait >= 60 * Self.second && wait <= 62 * Self.second)
    }
}
