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
        to key: StreamKey,
        after generation: UInt64?
    ) throws(CommandRefusal) {
        let client = Int(id.slot)
        let after = resumption(of: client, key, generation)
        if let index = subscription(of: client, to: key) {
            leave(index)
            subscriptions[index].resume(after: after)
        } else {
            try add(key, to: client, after: after)
        }
        guard let box = box(of: key) else { preconditionFailure("a subscription has no stream") }
        box.stream.subscriberCount += 1
        watch(box)
        pump(client)
    }

    /// Of what a client can go on with a stream.
    private func resumption(
        of client: Int,
        _ key: StreamKey,
        _ generation: UInt64?
    ) -> UInt64? {
        switch key {
        case .whole: generation
        // A new subscription would not know what was given by one that was forgotten.
        case .scoped: clients[client]?.hasForgottenPart == true ? nil : generation
        // Its generations begin anew with each time that it is looked at.
        case .resource: nil
        }
    }

    private mutating func add(
        _ key: StreamKey,
        to client: Int,
        after generation: UInt64?
    ) throws(CommandRefusal) {
        if !key.isWhole {
            let max = ServerLimits.clientPartsMax
            guard let asker = clients[client], asker.partCount < max, asker.begunPartCount < max
            else {
                throw CommandRefusal(
                    code: "too_many",
                    message: "at most \(max) streams of single remotes and resources can be had "
                        + "at once, or begun between two ticks"
                )
            }
            clients[client]?.partCount += 1
            clients[client]?.begunPartCount += 1
        }
        let stream = place(of: key)
        let index = subscriptions.take()
        subscriptions[index] = Subscription(stream: stream, generation: generation)
        subscriptions[index].next = clients[client]?.subscriptions ?? Subscription.none
        clients[client]?.subscriptions = index
        streams[stream].stream.holderCount += 1
    }

    private mutating func watch(_ box: StreamBox) {
        guard box.stream.watch == .none else { return }
        box.stream.watch = .asked
        switch origin.watch(box.stream.key) {
        case .success(let log): keep(log, of: box)
        case .failure(let refusal): take(refusal: refusal, of: box.stream.key)
        case nil: break
        }
    }

    /// Takes in the log of a stream that somebody has begun to watch, and serves those who wait.
    ///
    /// The hub holds its frames; the last one leads to the stream's generation.
    mutating func take(log: WatchedLog, of key: StreamKey) {
        guard let box = box(of: key) else {
            preconditionFailure("a log came of a stream that nobody has")
        }
        keep(log, of: box)
        for index in clients.indices { pump(index) }
    }

    /// Takes in that a stream cannot be had, and tells those who wait for it.
    mutating func take(refusal: CommandRefusal, of key: StreamKey) {
        guard let box = box(of: key) else {
            preconditionFailure("a stream was refused that nobody has")
        }
        precondition(box.stream.watch == .asked, "a stream was refused that nobody had asked for")
        box.stream.watch = .none
        for client in clients.indices {
            guard let id = clients[client]?.id, let index = subscription(of: client, to: key),
                subscriptions[index].isActive
            else { continue }
            unsubscribe(id, from: key)
            reply(id) { refusal.encode(into: &$0) }
        }
    }

    private mutating func keep(_ log: WatchedLog, of box: StreamBox) {
        precondition(box.stream.watch == .asked, "a log came that nobody had asked for")
        box.stream.watch = .watching
        let count = UInt64(log.frames.count)
        if box.stream.generation != log.generation {
            precondition(!box.stream.key.isWhole, "a log came out of its turn")
            box.stream.generation = log.generation
            retireSnapshot(of: box)
        }
        var dropped = box.stream.log.skip(to: log.generation - count)
        for (index, frame) in log.frames.enumerated() {
            let leadsTo = log.generation - (count - UInt64(index) - 1)
            dropped += box.stream.log.append(frame, generation: leadsTo)
        }
        for frame in dropped { reactor.release(frame) }
    }

    /// Tells the origin of the streams that nobody has watched since the last tick.
    ///
    /// Not at once: who leaves and comes back within a tick costs no letter.
    mutating func leaveIdleStreams() {
        for box in streams where box.stream.subscriberCount == 0 {
            guard box.stream.watch == .watching else { continue }
            box.stream.watch = .none
            origin.unwatch(box.stream.key)
        }
        forgetIdleParts()
    }

    /// Ends a subscription, if there is one.
    mutating func unsubscribe(_ id: ConnectionID, from key: StreamKey) {
        let client = Int(id.slot)
        guard let index = subscription(of: client, to: key) else { return }
        leave(index)
        guard !key.isWhole, let isSending = clients[client]?.isSending else { return }
        clients[client]?.hasEndedPart = true
        // What is in flight ends with a generation, which its subscription has to learn.
        if !isSending { forgetEndedParts(of: client) }
    }

    /// Ends the subscriptions to single resources: a client looks at one at a time.
    mutating func lookAway(_ id: ConnectionID, except key: StreamKey? = nil) {
        for other in looks(of: Int(id.slot)) where other != key { unsubscribe(id, from: other) }
    }

    private func looks(of client: Int) -> [StreamKey] {
        var keys: [StreamKey] = []
        var next = clients[client]?.subscriptions ?? Subscription.none
        while next != Subscription.none {
            let key = streams[subscriptions[next].stream].stream.key
            if case .resource = key, subscriptions[next].isActive { keys.append(key) }
            next = subscriptions[next].next
        }
        return keys
    }

    /// Ends a subscription that may begin again.
    mutating func leave(_ index: UInt32) {
        let subscription = subscriptions[index]
        guard subscription.isActive else { return }
        subscriptions[index].pause()
        streams[subscription.stream].stream.subscriberCount -= 1
        if subscription.snapshot != Subscription.none { releaseSnapshot(subscription.snapshot) }
    }

    private func subscription(of client: Int, to key: StreamKey) -> UInt32? {
        guard let stream = knownPlace(of: key) else { return nil }
        var index = clients[client]?.subscriptions ?? Subscription.none
        while index != Subscription.none {
            if subscriptions[index].stream == stream { return index }
            index = subscriptions[index].next
        }
        return nil
    }
}
