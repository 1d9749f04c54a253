import PulseReactor
import PulseWire

/// One connection as HTTP sees it: what has come and is not dealt with, and what comes next.
final class HTTPSession {
    enum Phase {
        /// Waits for a request, or for the rest of one.
        case head
        /// Drops the body of a request.
        case body
        /// The answer is ready, and held back until the deadline.
        case delayed
        /// Nobody will answer.
        case silent
        /// The answer is on its way.
        case answering
        /// Everything was said; the peer's end is awaited so that no answer is lost to a reset.
        case draining
    }

    let id: ConnectionID
    var phase = Phase.head
    var decoder = HTTPRequestDecoder()
    var bodyDecoder: HTTPBodyDecoder?
    /// Bytes that came and are not dealt with.
    var input: [UInt8] = []
    var inputIsPaused = false
    /// The peer sends nothing more.
    var inputEnded = false
    /// The request whose body is being dropped.
    var request: APIRequest?
    /// The bytes of a delayed answer.
    var answer: [UInt8] = []
    var closesBehindAnswer = false
    var requestsLeft = SimulatorLimits.requestsPerConnection
    /// When the connection is ended, or the delayed answer sent; `nil` = never.
    var deadline: MonotonicTime?

    init(_ id: ConnectionID, now: MonotonicTime) {
        self.id = id
        deadline = now + SimulatorLimits.requestNanoseconds
    }
}
