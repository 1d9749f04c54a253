/// The past of one resource: its rings of bytes, and which samples were the newest in them.
struct HistoryRecord: Sendable, Equatable {
    var phase: UInt8
    var numbers: HistoryNumbers
    /// As `HistoryLayout` lays them out; a piece of what holds those of others, too.
    var rings: ArraySlice<UInt8>

    /// The same in the layout of a server that keeps other metrics; what it lacks is unknown.
    func laidOut(as new: HistoryLayout, from old: HistoryLayout) -> HistoryRecord {
        if new.metrics == old.metrics { return self }
        var result = self
        result.rings = ArraySlice(repeating: HistoryScale.unknown, count: new.byteCount)
        for (metric, kind) in new.metrics.enumerated() {
            guard let before = old.metrics.firstIndex(of: kind) else { continue }
            for range in HistoryRange.allCases
            where new.keeps(metric, for: range) && old.keeps(before, for: range) {
                let from = rings.startIndex + old.start(of: before, range)
                let to = new.start(of: metric, range)
                result.rings.replaceSubrange(
                    to..<to + range.sampleCount,
                    with: rings[from..<from + range.sampleCount]
                )
            }
        }
        return result
    }
}
