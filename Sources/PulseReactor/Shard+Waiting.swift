/// Something did not happen by its deadline.
package struct DeadlineExceeded: Error, Equatable {
    package init() {}
}

extension Shard {
    /// Sleeps until `deadline`; throws `CancellationError` when the task is cancelled or the
    /// reactor stops.
    package func sleep(until deadline: MonotonicTime) async throws {
        try reactor.beginWait()
        defer { reactor.endWait() }
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
    ///
    /// Throws `DeadlineExceeded` when none does by the deadline, and `CancellationError` when the
    /// task is cancelled or the reactor stops. A descriptor is polled by one task at a time, and
    /// stays open until this has returned.
    package func poll(
        _ fd: Int32,
        events: UInt32,
        until deadline: MonotonicTime? = nil
    ) async throws -> UInt32 {
        try reactor.beginWait()
        defer { reactor.endWait() }
        let token = reactor.reservePoll()
        let mailbox = reactor.mailbox
        return try await withTaskCancellationHandler {
            try await self.wait(for: token, fd, events, until: deadline)
        } onCancel: {
            mailbox.post(.cancelPoll(token))
        }
    }

    private func wait(
        for token: Token,
        _ fd: Int32,
        _ events: UInt32,
        until deadline: MonotonicTime?
    ) async throws -> UInt32 {
        try await withCheckedThrowingContinuation {
            reactor.beginPoll(token, fd, events: events, until: deadline, $0)
        }
    }
}
