/// How often something took how long, in a few buckets; monotone, for /metrics.
package struct TimeHistogram: Sendable, Equatable {
    /// The upper bounds of all buckets but the last, which has none.
    ///
    /// From what an idle turn takes, over the 5 ms of a slice of long work and the 50 ms of the
    /// watchdog, to what a person notices.
    package static let bounds: InlineArray<7, UInt64> = [
        100_000, 1_000_000, 5_000_000, 10_000_000, 50_000_000, 250_000_000, 1_000_000_000,
    ]

    /// What fell into each bucket, and into no smaller one.
    private var counts = InlineArray<8, UInt64>(repeating: 0)
    package private(set) var sumNanoseconds: UInt64 = 0

    package init() {}

    package mutating func add(_ nanoseconds: UInt64) {
        var index = 0
        while index < TimeHistogram.bounds.count, nanoseconds > TimeHistogram.bounds[index] {
            index += 1
        }
        counts[index] += 1
        sumNanoseconds += nanoseconds
    }

    /// What fell into the bucket at `index`; the last has no bound.
    package func count(at index: Int) -> UInt64 { counts[index] }

    package static func == (left: TimeHistogram, right: TimeHistogram) -> Bool {
        left.sumNanoseconds == right.sumNanoseconds
            && left.counts.indices.allSatisfy { left.counts[$0] == right.counts[$0] }
    }
}
