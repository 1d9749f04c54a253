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
            subscriptions[index] = Subscription(stream: name.index, generation: generation)
            subscriptions[index].next = clients[client]?.subscriptions ?? Subscription.none
            clients[client]?.subscriptions = index
        }
        streams[name.index].stream.subscriberCount += 1
        watch(name)
        pump(client)
    }

    private mutating func watch(_ name: StreamName) {
        let box = streams[name.index]
        guard box.stream.watch == .none else { return }
        box.stream.watch = .asked
        if let log = origin.watch(name) { keep(log, of: name) }
    }

    /// Takes in the log of a stream that somebody has begun to watch, and serves those who wait.
    ///
    /// The hub holds its frames; the last one leads to the stream's generation.
    mutating func take(log: [Frame], of name: StreamName) {
        keep(log, of: name)
        for index in clients.indices { pump(index) }
    }

    private mutating func keep(_ log: [Frame], of name: StreamName) {
        let box = streams[name.index]
        precondition(box.stream.watch == .asked, "a log came that nobody had asked for")
        box.stream.watch = .watching
        let generation = box.stream.generation
        var dropped = box.stream.log.skip(to: generation - UInt64(log.count))
        for (index, frame) in log.enumerated() {
            let leadsTo = generation - UInt64(log.count - index - 1)
            dropped += box.stream.log.append(frame, generation: leadsTo)
        }
        for frame in dropped { reactor.release(frame) }
    }

    /// Tells the origin of the streams that nobody has watched since the last tick.
    ///
    /// Not at once: who leaves and comes back within a tick costs no letter.
    mutating func leaveIdleStreams() {
        for name in StreamName.allCases {
            let box = streams[name.index]
            guard box.stream.subscriberCount == 0, box.stream.watch == .watching else { continue }
            box.stream.watch = .none
            origin.unwatch(name)
        }
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
