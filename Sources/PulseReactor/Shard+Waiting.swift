extension Shard {
    /// Sleeps until `deadline`; throws `CancellationError` when the task is cancelled.
    package func sleep(until deadline: MonotonicTime) async throws {
        let id = reactor.reserveTimer()
        let mailbox = reactor.mailbox
        // The closure calls a method of the actor: wherever the library runs the closure, the timer
        // is armed on the reactor's thread.
        try await withTaskCancellationHandler {
            try await self.wait(for: id, until: deadline)
        } onCancel: {
            mailbox.post(.cancelTimer(id))
        }
    }

    private func wait(for id: TimerID, until deadline: MonotonicTime) async throws {
        try await withCheckedThrowingContinuation { reactor.arm(id, at: deadline, $0) }
    }

    /// Waits until one of `events` (POLLIN, POLLOUT) holds for a descriptor; returns those that do.
    package func poll(_ fd: Int32, events: UInt32) async throws -> UInt32 {
        try await withCheckedThrowingContinuation { reactor.beginPoll(fd, events: events, $0) }
    }
}
