import Glibc

extension ReactorCore {
    /// Takes a slot, so that the poll has a name before it begins.
    mutating func reservePoll() -> Token {
        if freePolls.isEmpty {
            freePolls.append(UInt32(polls.count))
            polls.append(PollSlot())
        }
        let slot = freePolls.removeLast()
        return Token(.poll, slot: slot, generation: polls[Int(slot)].generation)
    }

    /// Begins a reserved poll; returns `false`, and frees it, when it was cancelled meanwhile.
    mutating func beginPoll(
        _ token: Token,
        _ fd: Int32,
        events: UInt32,
        until deadline: MonotonicTime?,
        waiting: CheckedContinuation<UInt32, any Error>
    ) -> Bool {
        let slot = Int(token.slot)
        precondition(polls[slot].generation == token.generation, "a poll's name is stale")
        if polls[slot].isCancelled {
            freePoll(token.slot)
            return false
        }
        polls[slot].fd = fd
        polls[slot].waiting = waiting
        if let deadline {
            let timer = timers.reserve()
            polls[slot].timer = timer
            _ = timers.arm(timer, at: deadline, .endPoll(token))
        }
        backend.poll(fd, events: events, token)
        return true
    }

    /// Asks for the end of a poll, which its completion then brings.
    mutating func cancelPoll(_ token: Token) {
        let slot = Int(token.slot)
        guard polls[slot].generation == token.generation, !polls[slot].isCancelled else { return }
        polls[slot].isCancelled = true
        if polls[slot].waiting != nil { backend.cancel(polls[slot].fd, token) }
    }

    /// Asks for the end of a poll whose deadline has come.
    mutating func expirePoll(_ token: Token) {
        polls[Int(token.slot)].isLate = true
        cancelPoll(token)
    }

    /// Asks for the end of every poll.
    mutating func cancelPolls() {
        for slot in polls.indices where polls[slot].waiting != nil {
            cancelPoll(Token(.poll, slot: UInt32(slot), generation: polls[slot].generation))
        }
    }

    /// Frees a poll that has completed; returns what it was.
    mutating func endPoll(_ token: Token) -> PollSlot? {
        let slot = polls[Int(token.slot)]
        guard slot.generation == token.generation else { return nil }
        if let timer = slot.timer { timers.cancel(timer) }
        freePoll(token.slot)
        return slot
    }

    /// Polls that were begun and have not completed.
    var pollCount: Int { polls.count - freePolls.count }

    private mutating func freePoll(_ index: UInt32) {
        let generation = (polls[Int(index)].generation &+ 1) & Token.generationMask
        polls[Int(index)] = PollSlot(generation: generation)
        freePolls.append(index)
    }
}
