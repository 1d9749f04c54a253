/// Where the samples of one resource lie in its record: rings of bytes, by range and metric.
///
/// A guest has seven metrics: 2 x 60 + 7 x (90 + 288) = 2,766 bytes, and 7 for what is newest.
struct HistoryLayout {
    let metrics: [HistoryMetric]
    /// The metrics that are kept in the finest steps, which come first.
    let fineCount: Int

    init(_ metrics: [HistoryMetric]) {
        self.metrics = metrics
        fineCount = metrics.prefix { $0 == .cpu || $0 == .mem }.count
    }

    var byteCount: Int {
        fineCount * HistoryRange.twoMinutes.sampleCount
            + metrics.count
            * (HistoryRange.quarterHour.sampleCount + HistoryRange.day.sampleCount)
    }

    func keeps(_ metric: Int, for range: HistoryRange) -> Bool {
        range != .twoMinutes || metric < fineCount
    }

    /// Where the ring of a metric begins in the record.
    func start(of metric: Int, _ range: HistoryRange) -> Int {
        let fine = fineCount * HistoryRange.twoMinutes.sampleCount
        let quarter = metrics.count * HistoryRange.quarterHour.sampleCount
        return switch range {
        case .twoMinutes: metric * HistoryRange.twoMinutes.sampleCount
        case .quarterHour: fine + metric * HistoryRange.quarterHour.sampleCount
        case .day: fine + quarter + metric * HistoryRange.day.sampleCount
        }
    }
}
