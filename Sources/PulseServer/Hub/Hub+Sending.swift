import PulseReactor

// What a client gets next: its own answers, then what its streams owe it, in one gathered send.
extension Hub {
    /// Starts the client's next send, if it is idle and something waits for it.
    @inline(never)
    mutating func pump(_ index: Int) {
        guard let client = clients[index], !client.isSending else { return }
        var list = SendList()
        // Refusals of many streams may come at once; what one send has no room for waits.
        let control = clients[index]?.takeControl(atMost: SendList.capacity) ?? FrameQueue()
        for frame in control { list.append(frame) }
        let own = list.count
        // Each brings a part of its own, and so there are no more than pieces.
        var finished = InlineArray<8, UInt32>(repeating: Subscription.none)
        var finishedCount = 0
        if !client.isClosing {
            var next = client.subscriptions
            while next != Subscription.none {
                if let snapshot = gather(next, of: client, into: &list) {
                    finished[finishedCount] = snapshot
                    finishedCount += 1
                }
                next = subscriptions[next].next
            }
        }
        if !list.isEmpty { start(list, for: index, carriesData: list.count > own) }
        // Only now the send in flight has a share of its own in each frame.
        for frame in control { reactor.release(frame) }
        for snapshot in 0..<finishedCount { releaseSnapshot(finished[snapshot]) }
    }

    /// Whether the client waits for a log or a snapshot that is on its way to this hub.
    ///
    /// A heartbeat would name generations of which it has not been told.
    func isOwed(_ index: Int) -> Bool {
        var next = clients[index]?.subscriptions ?? Subscription.none
        while next != Subscription.none {
            let subscription = subscriptions[next]
            let box = streams[subscription.stream]
            let goesOn = subscription.given.map { box.stream.goesOn(from: $0) } ?? false
            if subscription.isActive, box.stream.watch == .asked || !goesOn { return true }
            next = subscription.next
        }
        return false
    }

    mutating func start(_ list: SendList, for index: Int, carriesData: Bool) {
        guard let client = clients[index] else { return }
        clients[index]?.isSending = true
        clients[index]?.progressAt = reactor.now
        if carriesData { clients[index]?.silentTicks = 0 }
        reactor.send(client.id, list)
    }

    /// Adds what a subscription is owed, as far as the list has room.
    ///
    /// Returns the snapshot whose last part is among it, to be released when the send has begun.
    private mutating func gather(
        _ index: UInt32,
        of client: HubClient,
        into list: inout SendList
    ) -> UInt32? {
        guard subscriptions[index].isActive else { return nil }
        let box = streams[subscriptions[index].stream]
        // What it lacks can be told only when the log is here.
        if box.stream.watch == .asked { return nil }
        if subscriptions[index].snapshot == Subscription.none {
            let goesOn = subscriptions[index].given.map { box.stream.goesOn(from: $0) } ?? false
            if !goesOn {
                guard let snapshot = currentSnapshot(for: index, of: client.id) else { return nil }
                subscriptions[index].beginSnapshot(snapshot)
            }
        }
        let snapshot = subscriptions[index].snapshot
        if snapshot != Subscription.none {
            let isWhole = gatherParts(of: snapshot, for: index, of: client, into: &list)
            guard isWhole else { return nil }
        }
        while list.hasRoom, let given = subscriptions[index].given, given < box.stream.generation,
            box.stream.log.reaches(back: given)
        {
            let delta = box.stream.log[given + 1]
            counts[box.stream.family].note(delta: delta.byteCount)
            list.append(delta, client.deflates)
            subscriptions[index].give(given + 1)
        }
        return snapshot == Subscription.none ? nil : snapshot
    }

    /// Adds parts of a snapshot; returns whether the last one is among them.
    @inline(never)
    private mutating func gatherParts(
        of held: UInt32,
        for index: UInt32,
        of client: HubClient,
        into list: inout SendList
    ) -> Bool {
        guard let snapshot = snapshots[Int(held)] else {
            preconditionFailure("a subscription holds a snapshot that is gone")
        }
        let family = streams[subscriptions[index].stream].stream.family
        while subscriptions[index].partsGiven < snapshot.parts.count {
            if !list.hasRoom { return false }
            let part = snapshot.parts[subscriptions[index].partsGiven]
            counts[family].note(part: part.byteCount)
            list.append(part, client.deflates)
            subscriptions[index].givePart()
        }
        subscriptions[index].endSnapshot(at: snapshot.generation)
        return true
    }
}

extension SendList {
    /// Whether another frame may go along.
    fileprivate var hasRoom: Bool { !isFull && byteCount < ServerLimits.sendBytesMax }

    /// Adds a frame, or its compressed twin.
    fileprivate mutating func append(_ frame: Frame, _ deflates: Bool) {
        if deflates { append(twinOf: frame) } else { append(frame) }
    }
}
