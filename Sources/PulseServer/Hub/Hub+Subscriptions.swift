import PulseFleet
import PulseReactor

// Who watches what.
extension Hub {
    /// Subscribes a client; with a generation of this epoch it resumes behind that one.
    ///
    /// Returns `false` when the client has too many subscriptions. Subscribing again starts anew.
    mutating func subscribe(
        _ id: ConnectionID,
        to name: StreamName,
        after generation: UInt64?
    ) -> Bool {
        unsubscribe(id, from: name)
        guard var client = clients[Int(id.slot)],
            client.subscriptionCount < ServerLimits.subscriptionsPerClientMax
        else { return false }
        let box = streams[name.index]
        let resumes = generation.map {
            $0 <= box.stream.generation && box.stream.log.reaches(back: $0)
        }
        let index = subscriptions.take()
        subscriptions[index] = Subscription(
            stream: name.index,
            generation: resumes == true ? generation : nil
        )
        subscriptions[index].next = client.subscriptions
        client.subscriptions = index
        client.subscriptionCount += 1
        clients[Int(id.slot)] = client
        box.stream.subscriberCount += 1
        pump(Int(id.slot))
        return true
    }

    /// Ends a subscription, if there is one.
    mutating func unsubscribe(_ id: ConnectionID, from name: StreamName) {
        guard var client = clients[Int(id.slot)] else { return }
        var previous = Subscription.none
        var index = client.subscriptions
        while index != Subscription.none {
            let subscription = subscriptions[index]
            if subscription.stream == name.index {
                drop(subscription)
                subscriptions.give(index)
                client.subscriptionCount -= 1
                if previous == Subscription.none {
                    client.subscriptions = subscription.next
                } else {
                    subscriptions[previous].next = subscription.next
                }
                clients[Int(id.slot)] = client
                return
            }
            previous = index
            index = subscription.next
        }
    }

    mutating func drop(_ subscription: Subscription) {
        streams[subscription.stream].stream.subscriberCount -= 1
        if subscription.snapshot != Subscription.none { releaseSnapshot(subscription.snapshot) }
    }
}
