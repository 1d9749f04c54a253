import PulseTestSupport
import Testing

@testable import PulseReactor

@Suite("Timers")
struct TimersTests {
    /// A timer's action that carries a number, so that a test can tell which one fired.
    private static func action(_ number: Int) -> TimerAction {
        .resumeAccepting(listener: Token(rawValue: UInt64(number)))
    }

    private static func number(of action: TimerAction) -> Int? {
        if case .resumeAccepting(let token) = action { Int(token.rawValue) } else { nil }
    }

    @Test("100,000 timers with random deadlines and cancels fire as a sorted list would")
    func model() {
        var random = SeededGenerator(seed: testSeed())
        var timers = Timers()
        var live: [Int: (id: TimerID, deadline: UInt64)] = [:]
        for number in 0..<100_000 {
            let deadline = UInt64.random(in: 0..<1_000_000, using: &random)
            let id = timers.reserve()
            let isArmed = timers.arm(
                id,
                at: MonotonicTime(nanoseconds: deadline),
                Self.action(number)
            )
            precondition(isArmed)
            live[number] = (id, deadline)
            let victim = Int.random(in: 0..<2 * 100_000, using: &random)
            if let timer = live.removeValue(forKey: victim) {
                let ended = timers.cancel(timer.id)
                precondition(Self.number(of: ended) == victim)
            }
        }
        #expect(timers.count == live.count)
        let expected = live.map(\.value.deadline).sorted()
        var fired: [UInt64] = []
        var numbers: Set<Int> = []
        var now: UInt64 = 0
        while fired.count < expected.count, now < 2_000_000 {
            while let action = timers.popDue(at: MonotonicTime(nanoseconds: now)) {
                guard let number = Self.number(of: action), let timer = live[number] else {
                    Issue.record("a timer fired that was not armed")
                    return
                }
                precondition(timer.deadline <= now, "a timer fired before its time")
                fired.append(timer.deadline)
                numbers.insert(number)
            }
            let next = timers.nextDeadline()
            precondition(next.map { $0.nanoseconds > now } ?? true, "a due timer was left")
            now += UInt64.random(in: 1..<20_000, using: &random)
        }
        #expect(fired == expected)
        #expect(numbers.count == expected.count)
        #expect(timers.count == 0)
    }

    @Test("a timer that is cancelled before it is armed cannot be armed, and its name is stale")
    func cancelledBeforeArmed() {
        var timers = Timers()
        let id = timers.reserve()
        timers.cancel(id)
        let isArmed = timers.arm(id, at: MonotonicTime(nanoseconds: 1), Self.action(1))
        #expect(!isArmed)
        let next = timers.reserve()
        #expect(next.slot == id.slot)
        #expect(next != id)
        // The old name does not reach the slot's next timer.
        timers.cancel(id)
        let isNextArmed = timers.arm(next, at: MonotonicTime(nanoseconds: 1), Self.action(2))
        #expect(isNextArmed)
        let due = timers.popDue(at: MonotonicTime(nanoseconds: 1)).flatMap(Self.number)
        #expect(due == 2)
    }

    @Test("cancelled timers leave the heap before their time")
    func cancelledEntries() {
        var timers = Timers()
        let far = MonotonicTime(nanoseconds: .max)
        for number in 0..<100_000 {
            let id = timers.reserve()
            _ = timers.arm(id, at: far, Self.action(number))
            timers.cancel(id)
        }
        let entries = timers.entryCount
        #expect(entries <= 65)
        #expect(timers.count == 0)
        let deadline = timers.nextDeadline()
        #expect(deadline == nil)
    }

    @Test("all timers can be taken at the end, those that are not due too")
    func popAny() {
        var timers = Timers()
        for number in 0..<10 {
            _ = timers.arm(
                timers.reserve(),
                at: MonotonicTime(nanoseconds: .max),
                Self.action(number)
            )
        }
        var numbers: Set<Int> = []
        while let action = timers.popAny() {
            numbers.formUnion(Self.number(of: action).map { [$0] } ?? [])
        }
        #expect(numbers == Set(0..<10))
    }
}
