import Testing

@testable import PulseReactor

@Suite("The queue of TLS handshakes")
struct HandshakeQueueTests {
    /// A clock that has run for a while.
    private static let start: UInt64 = 1_000_000_000_000
    private static let millisecond: UInt64 = 1_000_000

    private func time(_ milliseconds: UInt64) -> MonotonicTime {
        MonotonicTime(nanoseconds: Self.start + milliseconds * Self.millisecond)
    }

    private func name(_ number: Int) -> ConnectionID {
        ConnectionID(slot: UInt32(number), generation: 0)
    }

    /// Plays `offered` handshakes a second of so many milliseconds each, for some seconds; returns
    /// how many were done and refused, and the longest slice of a turn.
    private func play(
        _ queue: inout HandshakeQueue,
        offered: Int,
        milliseconds cost: Double,
        seconds: Int
    ) -> (done: Int, refused: Int, longest: UInt64) {
        let costNanoseconds = UInt64(cost * 1_000_000)
        let end = Self.start + UInt64(seconds) * 1_000_000_000
        var now = Self.start
        var arrived = 0
        var played = (done: 0, refused: 0, longest: UInt64(0))
        func step(_ queue: inout HandshakeQueue) {
            now += costNanoseconds
            queue.note(nanoseconds: costNanoseconds, at: MonotonicTime(nanoseconds: now))
            played.done += 1
        }
        while now < end {
            queue.beginTurn()
            let begunAt = now
            while queue.next(at: MonotonicTime(nanoseconds: now)) != nil {
                queue.release(byteCount: 500)
                step(&queue)
            }
            let due = Int((begunAt - Self.start) / 1_000_000) * offered / 1000
            while arrived < due {
                arrived += 1
                let at = MonotonicTime(nanoseconds: now)
                switch queue.admit(name(arrived), isFresh: true, byteCount: 500, at: at) {
                case .now: step(&queue)
                case .later: break
                case .never: played.refused += 1
                }
            }
            played.longest = max(played.longest, now - begunAt)
            now += Self.millisecond
        }
        return played
    }

    @Test(
        "a thousand clients a second get half of the time, a slice at a time, whatever their key",
        arguments: [0.4, 1.2, 5]
    )
    func thousandASecond(milliseconds: Double) {
        var queue = HandshakeQueue()
        let played = play(&queue, offered: 1000, milliseconds: milliseconds, seconds: 30)
        let capacity = min(1000, 500 / milliseconds) * 30
        #expect(Double(played.done) > capacity * 0.95)
        #expect(Double(played.done) < capacity * 1.05 + 300)
        #expect(played.longest <= 5_000_000 + UInt64(milliseconds * 1_000_000))
        #expect(played.done + played.refused + queue.count >= 29_900)
        #expect((played.refused > 0) == (milliseconds > 0.5))
    }

    @Test("a crowd that fits the burst does not wait beyond the slices of its turns")
    func burst() {
        var queue = HandshakeQueue()
        var turns = 0
        var now = time(0)
        for number in 0..<200 {
            #expect(queue.admit(name(number), isFresh: true, byteCount: 1, at: now) != .never)
            queue.note(nanoseconds: 450_000, at: now)
        }
        while queue.count > 0, turns < 1000 {
            queue.beginTurn()
            turns += 1
            while queue.next(at: now) != nil {
                queue.release(byteCount: 1)
                now = now + 450_000
                queue.note(nanoseconds: 450_000, at: now)
            }
            if queue.waitNanoseconds(at: now) ?? 0 > 0 { now = now + Self.millisecond }
        }
        #expect(queue.count == 0)
        #expect(now < time(400))
    }

    @Test("those that have begun go first, and newcomers overtake nobody")
    func order() {
        var queue = HandshakeQueue()
        queue.limits.sliceNanoseconds = 1
        #expect(queue.admit(name(1), isFresh: true, byteCount: 10, at: time(0)) == .now)
        queue.note(nanoseconds: 1, at: time(0))
        #expect(queue.admit(name(2), isFresh: true, byteCount: 10, at: time(0)) == .later)
        #expect(queue.admit(name(3), isFresh: true, byteCount: 10, at: time(0)) == .later)
        #expect(queue.admit(name(1), isFresh: false, byteCount: 10, at: time(0)) == .later)
        #expect(queue.count == 3)
        #expect(queue.heldBytes == 30)
        #expect(queue.next(at: time(0)) == nil)
        #expect(queue.waitNanoseconds(at: time(0)) == 0)
        queue.beginTurn()
        // One that has begun may go on beside fresh ones that wait, but not beside its like.
        #expect(queue.admit(name(4), isFresh: true, byteCount: 10, at: time(0)) == .later)
        #expect(queue.admit(name(5), isFresh: false, byteCount: 10, at: time(0)) == .later)
        let order = (0..<5).map { _ in queue.next(at: time(0))?.slot }
        #expect(order == [1, 5, 2, 3, 4])
        #expect(queue.waitNanoseconds(at: time(0)) == nil)
    }

    @Test("who comes while the first has waited too long is refused, and those inside get through")
    func waiting() {
        var queue = HandshakeQueue()
        queue.limits.sliceNanoseconds = 1
        queue.note(nanoseconds: 1, at: time(0))
        #expect(queue.admit(name(1), isFresh: true, byteCount: 1, at: time(0)) == .later)
        #expect(queue.admit(name(2), isFresh: true, byteCount: 1, at: time(4999)) == .later)
        #expect(queue.admit(name(3), isFresh: true, byteCount: 1, at: time(5000)) == .never)
        // That is no reason to break what has begun.
        #expect(queue.admit(name(4), isFresh: false, byteCount: 1, at: time(5000)) == .later)
        queue.beginTurn()
        #expect(queue.next(at: time(5000)) == name(4))
        #expect(queue.next(at: time(5000)) == name(1))
        #expect(queue.admit(name(5), isFresh: true, byteCount: 1, at: time(5000)) == .later)
    }

    @Test("what is kept of those that wait has a bound, and is given back")
    func bytes() {
        var queue = HandshakeQueue()
        queue.limits.sliceNanoseconds = 1
        queue.limits.heldBytesMax = 1000
        queue.note(nanoseconds: 1, at: time(0))
        #expect(queue.admit(name(1), isFresh: true, byteCount: 600, at: time(0)) == .later)
        #expect(queue.admit(name(2), isFresh: true, byteCount: 401, at: time(0)) == .never)
        #expect(queue.admit(name(3), isFresh: false, byteCount: 401, at: time(0)) == .never)
        #expect(queue.admit(name(4), isFresh: true, byteCount: 400, at: time(0)) == .later)
        queue.release(byteCount: 600)
        #expect(queue.heldBytes == 400)
        #expect(queue.admit(name(5), isFresh: true, byteCount: 600, at: time(0)) == .later)
    }

    @Test("what others have taken holds up nobody for longer than a second")
    func debt() {
        var queue = HandshakeQueue()
        for step: UInt64 in 1...100 { queue.note(nanoseconds: 50_000_000, at: time(50 * step)) }
        #expect(queue.admit(name(1), isFresh: true, byteCount: 1, at: time(5000)) == .later)
        #expect(queue.waitNanoseconds(at: time(5000)) == 1_000_000_000)
        queue.beginTurn()
        #expect(queue.next(at: time(5999)) == nil)
        #expect(queue.next(at: time(6000)) == name(1))
    }

    @Test("the loop waits until the share allows the next, and not for those that have begun")
    func rest() {
        var queue = HandshakeQueue()
        queue.limits.burstNanoseconds = 0
        #expect(queue.waitNanoseconds(at: time(0)) == nil)
        queue.note(nanoseconds: 3_000_000, at: time(3))
        #expect(queue.admit(name(1), isFresh: true, byteCount: 1, at: time(3)) == .later)
        #expect(queue.waitNanoseconds(at: time(3)) == 6_000_000)
        queue.beginTurn()
        #expect(queue.next(at: time(8)) == nil)
        #expect(queue.admit(name(2), isFresh: false, byteCount: 1, at: time(8)) == .now)
        #expect(queue.next(at: time(9)) == name(1))
    }
}
