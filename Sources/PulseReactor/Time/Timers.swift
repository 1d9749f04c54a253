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
    case resumeAccepting(listener: UInt32)
}

/// Deadlines in a heap; the backend arms one kernel timeout for the earliest.
///
/// Cancelling only marks the slot: the entry leaves the heap when its time comes. 100,000 sleeping
/// tasks are 100,000 entries of 16 bytes.
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

    /// When the next timer is due, or `nil` when none is armed.
    var nextDeadline: MonotonicTime? { heap.min?.deadline }

    /// Timers whose time has not come.
    var count: Int { heap.count }

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
        precondition(slots[Int(id.slot)].generation == id.generation, "a timer was armed twice")
        if slots[Int(id.slot)].cancelled {
            release(id.slot)
            return false
        }
        slots[Int(id.slot)].action = action
        heap.insert(Entry(deadline: deadline, id: id))
        return true
    }

    /// Cancels a timer; returns what would have happened, for the caller to end in another way.
    mutating func cancel(_ id: TimerID) -> TimerAction {
        guard slots[Int(id.slot)].generation == id.generation else { return .none }
        let action = slots[Int(id.slot)].action
        if case .none = action {
            slots[Int(id.slot)].cancelled = true
            return .none
        }
        release(id.slot)
        return action
    }

    /// Takes the next timer that is due at `now`.
    mutating func popDue(at now: MonotonicTime) -> TimerAction? {
        while let entry = heap.min, entry.deadline <= now {
            heap.removeMin()
            guard slots[Int(entry.id.slot)].generation == entry.id.generation else { continue }
            let action = slots[Int(entry.id.slot)].action
            release(entry.id.slot)
            return action
        }
        return nil
    }

    private mutating func release(_ slot: UInt32) {
        slots[Int(slot)].generation &+= 1
        slots[Int(slot)].action = .none
        slots[Int(slot)].cancelled = false
        free.append(slot)
    }
}
