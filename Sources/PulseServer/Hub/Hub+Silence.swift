import PulseReactor
import PulseWire

// Whether the clients are still there, which TCP does not tell while they have nothing to say.
extension Hub {
    /// Notes that a client has sent something.
    mutating func noteHeard(_ id: ConnectionID) {
        guard Int(id.slot) < clients.count, clients[Int(id.slot)]?.id == id else { return }
        clients[Int(id.slot)]?.heardAt = reactor.now
        clients[Int(id.slot)]?.askedAt = nil
    }

    /// Sends a ping (RFC 6455 section 5.5.2) to clients of which nothing was heard for
    /// `ServerLimits.pingNanoseconds`, and returns those that had their time to answer one.
    ///
    /// A ping waits behind what is being sent: as long as a client takes of that, it is there.
    mutating func askSilent(at now: MonotonicTime) -> [ConnectionID] {
        var gone: [ConnectionID] = []
        for index in clients.indices {
            guard let client = clients[index] else { continue }
            if let asked = client.askedAt {
                let since = client.isSending ? max(asked, client.progressAt) : asked
                if now.nanoseconds(since: since) >= ServerLimits.pongNanoseconds {
                    gone.append(client.id)
                }
            } else if now.nanoseconds(since: client.heardAt) >= ServerLimits.pingNanoseconds {
                clients[index]?.askedAt = now
                send(client.id, control: WebSocketControlFrame.emptyPing)
            }
        }
        return gone
    }
}
