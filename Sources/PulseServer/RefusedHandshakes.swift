import PulseReactor

/// When to say that TLS handshakes of one thread were refused: at once, and then each minute.
struct RefusedHandshakes {
    private var toldCount: UInt64 = 0
    private var quietUntil = MonotonicTime(nanoseconds: 0)

    /// How long nothing more is said.
    static let quietNanoseconds: UInt64 = 60_000_000_000

    /// Looks at how many were refused since the beginning; returns how many of them nobody was
    /// told of, when it is time to tell.
    mutating func look(_ count: UInt64, at now: MonotonicTime) -> UInt64? {
        guard count > toldCount, now >= quietUntil else { return nil }
        defer { toldCount = count }
        quietUntil = now + RefusedHandshakes.quietNanoseconds
        return count - toldCount
    }
}
