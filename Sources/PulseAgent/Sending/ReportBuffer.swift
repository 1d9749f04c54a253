/// Reports that the server has not taken yet, oldest first; the oldest make room for new ones.
package struct ReportBuffer: Sendable {
    private var reports: [[UInt8]] = []
    private let reportsMax: Int
    /// Reports that had to make room, ever.
    package private(set) var droppedCount: UInt64 = 0

    /// Holds at most `reportsMax` reports.
    package init(reportsMax: Int = SendingLimits.bufferedReportsMax) {
        precondition(reportsMax > 0, "a buffer has room for a report")
        self.reportsMax = reportsMax
    }

    package var count: Int { reports.count }

    package var oldest: [UInt8]? { reports.first }

    /// Adds the newest report.
    package mutating func append(_ report: [UInt8]) {
        if reports.count == reportsMax {
            reports.removeFirst()
            droppedCount += 1
        }
        reports.append(report)
    }

    /// Removes the oldest report, which the server has taken or will never take.
    package mutating func removeOldest() {
        precondition(!reports.isEmpty, "an empty buffer has no oldest report")
        reports.removeFirst()
    }

    /// Forgets all reports.
    package mutating func removeAll() { reports.removeAll() }
}
