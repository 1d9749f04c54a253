import Histogram

/// Times in microseconds, with every percentile to three digits.
struct Latencies {
    private var histogram = Histogram<UInt64>(
        highestTrackableValue: Latencies.microsecondsMax,
        numberOfSignificantValueDigits: .three
    )
    /// The largest value, exactly.
    private(set) var max: UInt64 = 0

    /// An hour: longer than anything that is waited for.
    private static let microsecondsMax: UInt64 = 3_600_000_000

    var count: UInt64 { histogram.totalCount }

    mutating func record(_ microseconds: UInt64) {
        max = Swift.max(max, microseconds)
        histogram.record(min(microseconds, Latencies.microsecondsMax))
    }

    /// The value below which `percent` of all lie; `nil` when there is none.
    func percentile(_ percent: Double) -> UInt64? {
        count == 0 ? nil : min(histogram.valueAtPercentile(percent), max)
    }

    var summary: LatencySummary? {
        guard let p50 = percentile(50), let p90 = percentile(90), let p99 = percentile(99),
            let p999 = percentile(99.9)
        else { return nil }
        return LatencySummary(count: count, p50: p50, p90: p90, p99: p99, p999: p999, max: max)
    }
}

/// Percentiles over all values, in microseconds.
package struct LatencySummary: Sendable, Equatable {
    package let count: UInt64
    package let p50: UInt64
    package let p90: UInt64
    package let p99: UInt64
    package let p999: UInt64
    package let max: UInt64
}
