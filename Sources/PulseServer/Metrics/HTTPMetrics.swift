/// What one HTTP service has done since it began.
struct HTTPMetrics: Sendable {
    /// Answers by their status; all 500 that there may be, since each answer is counted.
    private var counts = [UInt64](repeating: 0, count: 500)
    /// Connections that were ended because something took too long, by what it was.
    private(set) var timeouts: [Wait: UInt64] = [:]
    var webSocketsOpened: UInt64 = 0
    var webSocketsOpen: UInt64 = 0
    /// WebSockets that were closed because their client had taken nothing for a minute.
    var webSocketsStalled: UInt64 = 0
    /// WebSockets that were closed because their client had not answered a ping for a minute.
    var webSocketsSilent: UInt64 = 0
    /// WebSockets that were closed because their client broke the protocol.
    var webSocketsFailed: UInt64 = 0
    /// Times that a client's input rested because it had sent too far ahead of its answers.
    var inputPauses: UInt64 = 0

    /// What a connection may wait for, each with its limit in `ServerLimits`.
    enum Wait: String, Sendable, CaseIterable {
        /// The TLS handshake and the first byte of the first request.
        case opening
        case head
        case body
        /// Another request.
        case idle
        /// The client to take its answer.
        case answer
        /// The client to end its side.
        case closing
    }

    /// The status codes that were sent, in their order, and how often.
    var answers: [(status: UInt16, count: UInt64)] {
        counts.indices.filter { counts[$0] > 0 }.map {
            (UInt16($0) + HTTPMetrics.firstStatus, counts[$0])
        }
    }

    private static let firstStatus: UInt16 = 100

    mutating func note(answer status: UInt16) { counts[Int(status - HTTPMetrics.firstStatus)] += 1 }

    mutating func note(timeout wait: Wait) { timeouts[wait, default: 0] += 1 }
}
