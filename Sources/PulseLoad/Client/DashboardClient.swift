import PulseReactor
import PulseWire

/// One dashboard: its connection, and the generation that it has of each stream.
final class DashboardClient {
    enum Phase {
        /// Its time has not come, or it waits to come back.
        case waiting
        /// The connection is on its way, or the answer to the upgrade.
        case opening
        /// The upgrade was accepted; the server's first message is on its way.
        case greeting
        /// It has subscribed.
        case open
        /// It is gone for good.
        case ended
    }

    enum Habit {
        case reading
        /// Reads nothing once it has subscribed.
        case stalled
        /// Goes and comes back again and again.
        case reconnecting
    }

    /// What it has of one stream.
    struct Subscription {
        var generation: UInt64?
        /// Whether the generation comes from an earlier connection.
        var isResumed = false
        /// Whether every part of a snapshot has come.
        var isWhole = false
    }

    let index: Int
    let habit: Habit
    /// Its number among those that are replayed.
    let replay: Int?
    var phase = Phase.waiting
    var id: ConnectionID?
    var handshake: WebSocketClientHandshake?
    var response = HTTPResponseDecoder()
    var decoder = WebSocketDecoder(messageBytesMax: LoadLimits.messageBytesMax, role: .client)
    /// Bytes that came and are not a whole head, answer or control frame yet.
    var pending: [UInt8] = []
    /// Frames that wait for the send in flight.
    var outbox: [UInt8] = []
    var subscriptions: [Subscription] = []
    /// Whether it had subscribed before, on this connection or an earlier one.
    var hasBeenOpen: Bool { !subscriptions.isEmpty }
    /// Whether it has a state of everything that it subscribed to.
    var hasStates: Bool { hasBeenOpen && subscriptions.allSatisfy(\.isWhole) }
    /// When it subscribed, in microseconds since 1970.
    ///
    /// What belongs to an earlier tick was kept for it, and is not measured.
    var subscribedMicroseconds: UInt64 = 0
    /// When it begins, or gives up waiting, or goes to come back.
    var due: MonotonicTime

    init(index: Int, habit: Habit, replay: Int?, due: MonotonicTime) {
        self.index = index
        self.habit = habit
        self.replay = replay
        self.due = due
    }

    /// Makes ready for a new connection.
    func begin(
        _ id: ConnectionID,
        _ handshake: WebSocketClientHandshake,
        _ inflater: MessageInflater?
    ) {
        self.id = id
        self.handshake = handshake
        phase = .opening
        response = HTTPResponseDecoder()
        decoder = WebSocketDecoder(
            messageBytesMax: LoadLimits.messageBytesMax,
            role: .client,
            inflater: inflater
        )
        pending = []
        outbox = []
    }
}
