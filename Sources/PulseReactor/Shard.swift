/// The fence around everything that one reactor's thread may touch.
///
/// Async code that takes an `isolated Shard` runs on that thread and nowhere else; the synchronous
/// path is entered once a turn and needs no await.
package actor Shard {
    package nonisolated let reactor: Reactor

    package init(_ reactor: Reactor) {
        self.reactor = reactor
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe reactor.asUnownedSerialExecutor()
    }
}
