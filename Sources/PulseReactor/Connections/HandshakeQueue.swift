import DequeModule

/// Which TLS handshakes go on now and which wait.
///
/// A step of a handshake blocks the loop: for 0.4 ms with a key on P-256, for a whole millisecond
/// with RSA-2048, for 5 ms with RSA-4096. So what counts is time and not their number: together
/// they get a slice of each turn, in front of which due timers fire, and a share of all time. Those
/// that have begun go first, since their clients have waited already.
struct HandshakeQueue: ~Copyable {
    enum Verdict {
        case now
        /// It has a place in the queue, and what came for it is kept.
        case later
        /// Too many wait, or have waited for too long.
        case never
    }

    var limits = HandshakeLimits()
    private var begun = Deque<ConnectionID>()
    private var fresh = Deque<(id: ConnectionID, since: MonotonicTime)>()
    /// What is kept of those that wait.
    private(set) var heldBytes = 0
    private var spentInTurn: UInt64 = 0
    /// When handshakes will have had no more than their share.
    private var balancedAt = MonotonicTime(nanoseconds: 0)

    /// Places that are taken, those of connections that have gone meanwhile among them.
    var count: Int { begun.count + fresh.count }

    /// Begins a turn, in which the whole slice can be spent again.
    mutating func beginTurn() { spentInTurn = 0 }

    /// Asks for a step of a handshake for which so many bytes came; `isFresh` = its hello
    /// was not answered yet, which is what costs.
    mutating func admit(
        _ id: ConnectionID,
        isFresh: Bool,
        byteCount: Int,
        at now: MonotonicTime
    ) -> Verdict {
        // Nobody overtakes those that wait for the same.
        let isNext = isFresh ? fresh.isEmpty && begun.isEmpty : begun.isEmpty
        if isNext, hasSlice, !isFresh || balancedAt <= now { return .now }
        if heldBytes + byteCount > limits.heldBytesMax { return .never }
        guard isFresh else {
            begun.append(id)
            heldBytes += byteCount
            return .later
        }
        if let first = fresh.first,
            now.nanoseconds(since: first.since) >= limits.waitNanoseconds
        {
            return .never
        }
        fresh.append((id, now))
        heldBytes += byteCount
        return .later
    }

    /// Takes the next that may go on.
    mutating func next(at now: MonotonicTime) -> ConnectionID? {
        guard hasSlice else { return nil }
        if let id = begun.popFirst() { return id }
        return balancedAt <= now ? fresh.popFirst()?.id : nil
    }

    /// Notes that bytes that were kept for one that waited are gone.
    mutating func release(byteCount: Int) {
        heldBytes -= byteCount
        precondition(heldBytes >= 0, "bytes of a handshake were given back twice")
    }

    /// Notes how long a step took.
    mutating func note(nanoseconds: UInt64, at now: MonotonicTime) {
        spentInTurn += nanoseconds
        let burst = limits.burstNanoseconds
        let earliest = MonotonicTime(
            nanoseconds: now.nanoseconds > burst ? now.nanoseconds - burst : 0
        )
        let balanced = max(balancedAt, earliest) + nanoseconds * limits.restFactor
        let isTooFar = balanced.nanoseconds(since: now) > limits.debtNanoseconds
        balancedAt = isTooFar ? now + limits.debtNanoseconds : balanced
    }

    /// How long the loop may wait before one can go on; `nil` = there is none.
    func waitNanoseconds(at now: MonotonicTime) -> UInt64? {
        if !begun.isEmpty { return 0 }
        return fresh.isEmpty ? nil : balancedAt.nanoseconds(since: now)
    }

    private var hasSlice: Bool { spentInTurn < limits.sliceNanoseconds }
}
