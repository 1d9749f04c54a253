/// When a report is taken, by the two clocks that it needs.
package struct ReportTime: Sendable, Equatable {
    /// CLOCK_REALTIME: nanoseconds since 1970; stamps the report.
    package var unixNanoseconds: Int64
    /// CLOCK_MONOTONIC in nanoseconds; decides what is due to be read again.
    package var monotonicNanoseconds: UInt64

    /// Takes both clocks' readings, in nanoseconds.
    package init(unixNanoseconds: Int64, monotonicNanoseconds: UInt64) {
        self.unixNanoseconds = unixNanoseconds
        self.monotonicNanoseconds = monotonicNanoseconds
    }
}
