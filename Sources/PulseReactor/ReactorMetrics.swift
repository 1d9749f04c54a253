/// What the loop has done since it began; monotone counters, for /metrics and for tests.
package struct ReactorMetrics: Sendable {
    package var turns: UInt64 = 0
    package var completions: UInt64 = 0
    package var jobs: UInt64 = 0
    package var accepted: UInt64 = 0
    /// Connections to others that were opened.
    package var connected: UInt64 = 0
    /// Connections closed at once because the limit was reached.
    package var refused: UInt64 = 0
    /// TLS handshakes that were completed.
    package var handshakes: UInt64 = 0
    /// Those of them that resumed an earlier session.
    package var handshakesResumed: UInt64 = 0
    /// TLS handshakes that failed, and clients that spoke no TLS where it was expected.
    package var handshakesFailed: UInt64 = 0
    package var bytesReceived: UInt64 = 0
    package var bytesSent: UInt64 = 0
    package var sends: UInt64 = 0

    package init() {}
}
