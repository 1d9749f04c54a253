package import PulseReactor

/// What carries requests: the HTTP client, or whatever takes its place in a test.
package protocol Transport: AnyObject {
    /// Sends a request and returns the whole answer, whatever its status.
    ///
    /// Ends by `deadline` at the latest, not counting how long a request waits until it may open a
    /// connection, and at once with `TransportError.cancelled` when the task is cancelled.
    func send(
        _ request: HTTPRequest,
        deadline: MonotonicTime,
        on shard: isolated Shard
    ) async throws(TransportError) -> HTTPAnswer
}
