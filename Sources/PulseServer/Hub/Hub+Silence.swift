import PulseReactor
import PulseWire

// Whether the clients are still there, which TCP does not tell while they have nothing to say.
extension Hub {
    /// Notes that a client has sent something.
    mutating func noteHeard(_ id: ConnectionID) {
        guard Int(id.slot) < clients.count, clients[Int(id.slot)]?.id == id else { return }
        clients[Int(id.slot)]?.heardAt = reactor.now
        clients[Int(id.slot)]?.isAsked = false
    }

    /// Sends a ping (RFC 6455 section 5.5.2) to clients of which nothing was heard for
    /// `ServerLimits.pingNanoseconds`, and returns those that had their time to answer one.
    mutating func askSilent(at now: MonotonicTime) -> [ConnectionID] {
        var gone: [ConnectionID] = []
        for index in clients.indices {
            guard let client = clients[index] else { continue }
            let silence = now.nanoseconds(since: client.heardAt)
            if silence >= ServerLimits.silenceNanoseconds {
                gone.append(client.id)
            } else if silence >= ServerLimits.pingNanoseconds, !client.isAsked {
                clients[index]?.isAsked = true
                send(client.id, control: WebSocketControlFrame.emptyPing)
            }
        }
        return gone
    }
}
