import PulseReactor

/// A sleep of one task that others can end early; it belongs to one shard.
final class Alarm {
    private var sleeper: Task<Void, any Error>?
    private var hasRung = false

    /// Sleeps until `time` or until it rings, which it may have done since the last sleep.
    ///
    /// Returns false when the task is cancelled.
    func sleep(until time: MonotonicTime, on shard: isolated Shard) async -> Bool {
        if hasRung {
            hasRung = false
            return !Task.isCancelled
        }
        let reactor = shard.reactor
        let sleeper = Task {
            try await withTaskExecutorPreference(reactor) { try await shard.sleep(until: time) }
        }
        self.sleeper = sleeper
        await withTaskCancellationHandler {
            _ = try? await sleeper.value
        } onCancel: {
            sleeper.cancel()
        }
        self.sleeper = nil
        hasRung = false
        return !Task.isCancelled
    }

    /// Ends the sleep, or the next one at once.
    func ring() {
        hasRung = true
        sleeper?.cancel()
    }
}
