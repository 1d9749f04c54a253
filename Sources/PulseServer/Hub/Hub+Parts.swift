import PulseFleet
import PulseReactor

// Streams that are there while somebody has them: those of one remote, and of one resource.
extension Hub {
    /// The stream of this name, if somebody has it or it is there for good.
    func box(of key: StreamKey) -> StreamBox? { knownPlace(of: key).map { streams[$0] } }

    /// Where it is.
    func knownPlace(of key: StreamKey) -> Int? {
        if case .whole(let name) = key { name.index } else { parts[key] }
    }

    /// Where it is, or is from now on.
    mutating func place(of key: StreamKey) -> Int {
        if let known = knownPlace(of: key) { return known }
        let place = freeParts.popLast() ?? streams.count
        if place == streams.count {
            streams.append(StreamBox(key))
        } else {
            streams[place].stream = HubStream(key)
        }
        parts[key] = place
        return place
    }

    /// Gives up the streams of which nothing is here any more or on its way.
    mutating func forgetIdleParts() {
        for (key, place) in parts where streams[place].stream.isIdle {
            let box = streams[place]
            retireSnapshot(of: box)
            for frame in box.stream.log.skip(to: box.stream.generation) { reactor.release(frame) }
            parts[key] = nil
            freeParts.append(place)
        }
    }

    /// Forgets the subscriptions of a client to such streams that were ended; nothing is in flight.
    mutating func forgetEndedParts(of client: Int) {
        clients[client]?.hasEndedPart = false
        var last: UInt32?
        var next = clients[client]?.subscriptions ?? Subscription.none
        while next != Subscription.none {
            let following = subscriptions[next].next
            let box = streams[subscriptions[next].stream]
            if subscriptions[next].isActive || box.stream.key.isWhole {
                last = next
            } else {
                if let last {
                    subscriptions[last].next = following
                } else {
                    clients[client]?.subscriptions = following
                }
                box.stream.holderCount -= 1
                clients[client]?.partCount -= 1
                clients[client]?.hasForgottenPart = true
                subscriptions.give(next)
            }
            next = following
        }
    }
}
