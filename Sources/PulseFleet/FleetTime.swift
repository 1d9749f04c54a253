/// One moment as the caller's two clocks show it; the fleet itself reads no clock.
package struct FleetTime: Sendable, Equatable {
    /// Milliseconds since 1970, for what people read; it may jump.
    package var wallMilliseconds: Int64
    /// Nanoseconds since any fixed moment, for what is measured; it never goes back.
    package var monotonicNanoseconds: UInt64

    package init(wallMilliseconds: Int64, monotonicNanoseconds: UInt64) {
        self.wallMilliseconds = wallMilliseconds
        self.monotonicNanoseconds = monotonicNanoseconds
    }

    /// Seconds since a moment of the monotonic clock; 0 before it.
    func seconds(since nanoseconds: UInt64) -> Double {
        Double(monotonicNanoseconds - min(nanoseconds, monotonicNanoseconds)) / 1e9
    }
}
