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
        let index: UInt32
        if let known = subscription(of: client, to: key) {
            leave(known)
            subscriptions[known].resume(after: after)
            index = known
        } else {
            index = try add(key, to: client, after: after)
        }
        guard let box = box(of: key) else { preconditionFailure("a subscription has no stream") }
        box.stream.subscriberCount += 1
        watch(box, for: index, of: id)
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
    ) throws(CommandRefusal) -> UInt32 {
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
        return index
    }

    /// Sees to it that the deltas of a stream come; whoever has to wait for its log is noted.
    private mutating func watch(_ box: StreamBox, for index: UInt32, of id: ConnectionID) {
        if box.stream.watch == .watching { return }
        if !subscriptions[index].awaitsLog {
            subscriptions[index].awaitsLog = true
            box.stream.awaitingLog.append(id)
            // It may be refused, and that is an answer like any other.
            if !box.stream.key.isWhole { noteQuestion(id) }
        }
        guard box.stream.watch == .none else { return }
        box.stream.watch = .asked
        switch origin.watch(box.stream.key) {
        case .success(let log):
            _ = endWaiting(for: box)
            keep(log, of: box)
        case .failure(let refusal): take(refusal: refusal, of: box.stream.key)
        case nil: break
        }
    }

    /// Takes in the log of a stream that somebody has begun to watch, and serves those who wait.
    ///
    /// The hub holds its frames; the last one leads to the stream's generation. Returns those who
    /// have waited, whose input may have rested.
    @discardableResult
    mutating func take(log: WatchedLog, of key: StreamKey) -> [ConnectionID] {
        guard let box = box(of: key) else {
            preconditionFailure("a log came of a stream that nobody has")
        }
        let waiting = endWaiting(for: box)
        keep(log, of: box)
        for id in waiting { pump(Int(id.slot)) }
        return waiting
    }

    /// Takes in that a stream cannot be had, and tells those who wait for it, whom it returns.
    @discardableResult
    mutating func take(refusal: CommandRefusal, of key: StreamKey) -> [ConnectionID] {
        guard let box = box(of: key) else {
            preconditionFailure("a stream was refused that nobody has")
        }
        precondition(box.stream.watch == .asked, "a stream was refused that nobody had asked for")
        box.stream.watch = .none
        let waiting = endWaiting(for: box)
        for id in waiting {
            guard let index = subscription(of: Int(id.slot), to: key),
                subscriptions[index].isActive
            else { continue }
            unsubscribe(id, from: key)
            reply(id) { refusal.encode(into: &$0) }
        }
        return waiting
    }

    /// The clients that have waited for a stream's log and are still there; they wait no more.
    private mutating func endWaiting(for box: StreamBox) -> [ConnectionID] {
        let waiting = box.stream.awaitingLog.filter { clients[Int($0.slot)]?.id == $0 }
        box.stream.awaitingLog = []
        for id in waiting {
            if !box.stream.key.isWhole { noteAnswer(id) }
            guard let index = subscription(of: Int(id.slot), to: box.stream.key) else { continue }
            subscriptions[index].awaitsLog = false
        }
        return waiting
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

    func subscription(of client: Int, to key: StreamKey) -> UInt32? {
        guard let stream = knownPlace(of: key) else { return nil }
        var index = clients[client]?.subscriptions ?? Subscription.none
        while index != Subscription.none {
            if subscriptions[index].stream == stream { return index }
            index = subscriptions[index].next
        }
        return nil
    }
}
