import PulseFleet
import PulseReactor

// Who watches what.
extension Hub {
    /// Subscribes a client; with a generation of this epoch it resumes behind that one.
    ///
    /// On a connection that had the stream before, it does so only where that is the last one
    /// given: what else it lacks may be on its way, and would come twice.
    mutating func subscribe(
        _ id: ConnectionID,
        to name: StreamName,
        after generation: UInt64?
    ) {
        let client = Int(id.slot)
        if let index = subscription(of: client, to: name) {
            leave(index)
            subscriptions[index].resume(after: generation)
        } else {
            let index = subscriptions.take()
            subscriptions[index] = Subscription(
                stream: name.index,
                generation: generation.flatMap { streams[name.index].stream.known($0) }
            )
            subscriptions[index].next = clients[client]?.subscriptions ?? Subscription.none
            clients[client]?.subscriptions = index
        }
        streams[name.index].stream.subscriberCount += 1
        pump(client)
    }

    /// Ends a subscription, if there is one.
    mutating func unsubscribe(_ id: ConnectionID, from name: StreamName) {
        if let index = subscription(of: Int(id.slot), to: name) { leave(index) }
    }

    /// Ends a subscription that may begin again.
    mutating func leave(_ index: UInt32) {
        let subscription = subscriptions[index]
        guard subscription.isActive else { return }
        subscriptions[index].pause()
        streams[subscription.stream].stream.subscriberCount -= 1
        if subscription.snapshot != Subscription.none { releaseSnapshot(subscription.snapshot) }
    }

    private func subscription(of client: Int, to name: StreamName) -> UInt32? {
        var index = clients[client]?.subscriptions ?? Subscription.none
        while index != Subscription.none {
            if subscriptions[index].stream == name.index { return index }
            index = subscriptions[index].next
        }
        return nil
    }
}
