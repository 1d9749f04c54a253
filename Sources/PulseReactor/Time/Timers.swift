import HeapModule

/// Names a timer until it fires or is cancelled.
struct TimerID: Sendable, Equatable {
    let slot: UInt32
    let generation: UInt32
}

/// What happens when a timer is due.
enum TimerAction {
    /// Nothing waits: the slot is free, or its timer was cancelled before it was armed.
    case none
    case resume(CheckedContinuation<Void, any Error>)
    case resumeAccepting(listener: Token)
    case endPoll(Token)
    case endConnect(ConnectionID)
    case endClosing(ConnectionID)
}

/// Deadlines in a heap; the backend arms one kernel timeout for the earliest.
///
/// Cancelling only marks the slot: the entry leaves the heap when its time comes, or when more than
/// half of the entries are of cancelled timers. 100,000 sleeping tasks are 100,000 entries of 16
/// bytes.
struct Timers: ~Copyable {
    private struct Entry: Comparable {
        let deadline: MonotonicTime
        let id: TimerID

        static func == (left: Entry, right: Entry) -> Bool { left.deadline == right.deadline }
        static func < (left: Entry, right: Entry) -> Bool { left.deadline < right.deadline }
    }

    private struct Slot {
        var generation: UInt32
        var action: TimerAction
        var cancelled: Bool
    }

    private var heap = Heap<Entry>()
    private var slots: [Slot] = []
    private var free: [UInt32] = []

    /// How much later than its deadline the timer fired that was taken last.
    private(set) var latenessNanoseconds: UInt64 = 0

    /// Timers whose time has not come.
    private(set) var count = 0

    /// Entries of the heap, those of cancelled timers among them.
    var entryCount: Int { heap.count }

    /// Below this many entries, those of cancelled timers are no burden.
    private static let entriesKept = 64

    /// When the next timer is due, or `nil` when none is armed.
    mutating func nextDeadline() -> MonotonicTime? {
        dropCancelled()
        return heap.min?.deadline
    }

    /// Takes a slot, so that the timer has a name before it is armed.
    mutating func reserve() -> TimerID {
        if let slot = free.popLast() {
            return TimerID(slot: slot, generation: slots[Int(slot)].generation)
        }
        slots.append(Slot(generation: 0, action: .none, cancelled: false))
        return TimerID(slot: UInt32(slots.count - 1), generation: 0)
    }

    /// Arms a reserved timer; returns `false`, and frees it, when it was cancelled meanwhile.
    mutating func arm(_ id: TimerID, at deadline: MonotonicTime, _ action: TimerAction) -> Bool {
        precondition(slots[Int(id.slot)].generation == id.generation, "a timer's name is stale")
        guard case .none = slots[Int(id.slot)].action else {
            preconditionFailure("a timer was armed twice")
        }
        if slots[Int(id.slot)].cancelled {
            release(id.slot)
            return false
        }
        slots[Int(id.slot)].action = action
        heap.insert(Entry(deadline: deadline, id: id))
        count += 1
        return true
    }

    /// Cancels a timer; returns what would have happened, for the caller to end in another way.
    @discardableResult
    mutating func cancel(_ id: TimerID) -> TimerAction {
        guard slots[Int(id.slot)].generation == id.generation else { return .none }
        let action = slots[Int(id.slot)].action
        if case .none = action {
            slots[Int(id.slot)].cancelled = true
            return .none
        }
        end(id.slot)
        if heap.count > Timers.entriesKept, heap.count > 2 * count {
            heap = Heap(heap.unordered.filter { isArmed($0.id) })
        }
        return action
    }

    /// Takes the next timer that is due at `now`.
    mutating func popDue(at now: MonotonicTime) -> TimerAction? {
        dropCancelled()
        guard let entry = heap.min, entry.deadline <= now else { return nil }
        latenessNanoseconds = now.nanoseconds(since: entry.deadline)
        return take(entry)
    }

    /// Takes any timer, for the end of all.
    mutating func popAny() -> TimerAction? {
        dropCancelled()
        guard let entry = heap.min else { return nil }
        return take(entry)
    }

    private mutating func take(_ entry: Entry) -> TimerAction {
        heap.removeMin()
        let action = slots[Int(entry.id.slot)].action
        end(entry.id.slot)
        return action
    }

    /// Drops the entries of cancelled timers that stand before the next live one.
    private mutating func dropCancelled() {
        while let entry = heap.min, !isArmed(entry.id) { heap.removeMin() }
    }

    private func isArmed(_ id: TimerID) -> Bool {
        slots[Int(id.slot)].generation == id.generation
    }

    private mutating func end(_ slot: UInt32) {
        count -= 1
        release(slot)
    }

    private mutating func release(_ slot: UInt32) {
        slots[Int(slot)].generation &+= 1
        slots[Int(slot)].action = .none
        slots[Int(slot)].cancelled = false
        free.append(slot)
    }
}
