import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseHTTPClient

@Suite("Handshake limiter")
struct HandshakeLimiterTests {
    private static let second: UInt64 = 1_000_000_000
    private let start = MonotonicTime(nanoseconds: 1_000 * second)

    /// In how many milliseconds each of so many requests to different servers may connect.
    private func waits(
        _ count: Int,
        _ limiter: inout HandshakeLimiter,
        at now: MonotonicTime
    )
        -> [UInt64]
    {
        (0..<count).map { number in
            guard case .connect(let turn) = limiter.take("host\(number)", at: now) else { return 0 }
            #expect(turn >= now)
            return turn.nanoseconds(since: now) / 1_000_000
        }
    }

    @Test("500 cold servers begin 50 at once and 50 a second, in order")
    func coldStart() {
        var limiter = HandshakeLimiter()
        let waits = waits(500, &limiter, at: start)
        #expect(waits.prefix(50).allSatisfy { $0 == 0 })
        #expect(waits[50] == 20 && waits[51] == 40 && waits[100] == 1020)
        #expect(waits.last == 9000)
        #expect(waits == waits.sorted())
    }

    @Test("tokens come back with time, and never more than the burst")
    func refill() {
        var limiter = HandshakeLimiter(perSecond: 10, burst: 5)
        #expect(waits(6, &limiter, at: start) == [0, 0, 0, 0, 0, 100])
        let later = start + Self.second / 2
        #expect(waits(5, &limiter, at: later) == [0, 0, 0, 0, 100])
        #expect(waits(6, &limiter, at: start + 100 * Self.second) == [0, 0, 0, 0, 0, 100])
    }

    @Test("never more connections begin in any time than the rate and the burst allow")
    func bound() {
        var random = SeededGenerator(seed: testSeed())
        var limiter = HandshakeLimiter(perSecond: 50, burst: 50)
        var now = start
        var turns: [UInt64] = []
        for number in 0..<2000 {
            now = now + UInt64.random(in: 0...40_000_000, using: &random)
            guard case .connect(let turn) = limiter.take("\(number)", at: now) else { continue }
            turns.append(turn.nanoseconds)
        }
        turns.sort()
        for first in stride(from: 0, to: turns.count, by: 7) {
            for last in stride(from: first, to: turns.count, by: 13) {
                let span = turns[last] - turns[first]
                #expect(UInt64(last - first + 1) <= 51 + span * 50 / Self.second)
            }
        }
    }

    @Test("an idle connection serves one request without a token, and for 5 s")
    func warm() {
        var limiter = HandshakeLimiter(perSecond: 1, burst: 1)
        _ = limiter.take("other", at: start)
        limiter.noteIdle("a", at: start)
        #expect(limiter.take("a", at: start + 4 * Self.second) == .warm)
        // It is in use now: a request beside it needs a connection of its own.
        #expect(limiter.take("a", at: start) == .connect(start + Self.second))
        limiter.noteIdle("a", at: start + 10 * Self.second)
        let late = start + 15 * Self.second
        #expect(limiter.take("a", at: late) == .connect(late))
        #expect(limiter.take("b", at: late) == .connect(late + Self.second))
    }

    @Test("two idle connections serve two requests")
    func two() {
        var limiter = HandshakeLimiter(perSecond: 1, burst: 1)
        _ = limiter.take("other", at: start)
        limiter.noteIdle("a", at: start)
        limiter.noteIdle("a", at: start + Self.second)
        let now = start + 2 * Self.second
        #expect(limiter.take("a", at: now) == .warm)
        #expect(limiter.take("a", at: now) == .warm)
        #expect(limiter.take("a", at: now) != .warm)
    }

    @Test("a token that is given back is there for the next")
    func giveBack() {
        var limiter = HandshakeLimiter(perSecond: 1, burst: 2)
        #expect(waits(3, &limiter, at: start) == [0, 0, 1000])
        limiter.giveBack()
        limiter.giveBack()
        #expect(waits(2, &limiter, at: start) == [0, 1000])
        for _ in 0..<10 { limiter.giveBack() }
        #expect(waits(3, &limiter, at: start) == [0, 0, 1000], "never more than the burst")
    }

    @Test("origins that are never asked again are forgotten")
    func forget() {
        var limiter = HandshakeLimiter()
        for number in 0..<10_000 {
            limiter.noteIdle("host\(number)", at: start + UInt64(number) * Self.second)
        }
        #expect(limiter.originCount <= 64)
    }
}
