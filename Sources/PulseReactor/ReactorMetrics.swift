/// What the loop has done since it began; monotone counters, for /metrics and for tests.
package struct ReactorMetrics: Sendable {
    package var turns: UInt64 = 0
    /// From the kernel's return to the next wait.
    package var turnTime = TimeHistogram()
    /// Turns that took longer than `Limits.slowTurnNanoseconds`.
    package var slowTurns: UInt64 = 0
    package var completions: UInt64 = 0
    /// Calls that wait; one a turn.
    package var waits: UInt64 = 0
    /// Calls that handed operations over: one a turn on io_uring, each operation's own on epoll.
    package var submits: UInt64 = 0
    package var jobs: UInt64 = 0
    /// How late timers fired.
    package var timerLag = TimeHistogram()
    package var accepted: UInt64 = 0
    /// Connections to others that were opened.
    package var connected: UInt64 = 0
    /// Connections closed at once because there were as many as may be.
    package var refusedAtLimit: UInt64 = 0
    /// Connections closed at once because their network had its share.
    package var refusedForNetwork: UInt64 = 0
    /// Connections closed at once because no descriptor was left.
    package var refusedForDescriptors: UInt64 = 0
    /// Connections closed at once because there was no memory for TLS.
    package var refusedForMemory: UInt64 = 0
    /// Connections that a service ended, the peers' own ends among them.
    package var closedByService: UInt64 = 0
    /// Connections that an error of the network or of TLS ended.
    package var closedByError: UInt64 = 0
    /// TLS handshakes that were completed.
    package var handshakes: UInt64 = 0
    /// Those of them that resumed an earlier session.
    package var handshakesResumed: UInt64 = 0
    /// TLS handshakes that failed, and clients that spoke no TLS where it was expected.
    package var handshakesFailed: UInt64 = 0
    /// Steps of TLS handshakes that waited for their turn.
    package var handshakesDelayed: UInt64 = 0
    /// Connections closed because too many handshakes waited.
    package var handshakesRefused: UInt64 = 0
    package var bytesReceived: UInt64 = 0
    package var bytesSent: UInt64 = 0
    package var sends: UInt64 = 0
    package var sendsEnded: UInt64 = 0
    /// Receives that found no buffer free and began anew a turn later.
    package var starved: UInt64 = 0

    // Not counters, but how things stand.

    /// Open and closing connections.
    package var connections = 0
    /// TLS handshakes that wait for their turn.
    package var handshakesWaiting = 0
    /// Timers whose time has not come.
    package var timers = 0
    /// Memory of frames that somebody holds.
    package var frameBytes = 0

    package init() {}

    /// Connections closed at once, for whatever reason.
    package var refused: UInt64 {
        refusedAtLimit + refusedForNetwork + refusedForDescriptors + refusedForMemory
    }
}
