/// The fence around everything that one reactor's thread may touch.
///
/// Async code that takes an `isolated Shard` runs on that thread and nowhere else; the synchronous
/// path is entered once a turn and needs no await.
///
/// A task on a shard begins with `withTaskExecutorPreference(shard.reactor)`. Without it the
/// runtime resumes each continuation on its global pool, and only from there comes back to the
/// actor: two hand-overs between threads for every wait (docs/decisions/0007).
package actor Shard {
    package nonisolated let reactor: Reactor

    package init(_ reactor: Reactor) {
        self.reactor = reactor
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe reactor.asUnownedSerialExecutor()
    }
}
