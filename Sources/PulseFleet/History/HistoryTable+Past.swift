// What is known from before a time in which nothing was written: of another run of the server, or
// of this one before it stood still.
extension HistoryTable {
    /// All that is known of a resource, as it lies in memory.
    func record(of slot: Int) -> HistoryRecord? {
        guard let numbers else { return nil }
        let start = place(of: slot)
        return HistoryRecord(
            phase: phases[slot],
            numbers: numbers,
            rings: blocks[slot / Self.blockSlots][start..<start + layout.byteCount]
        )
    }

    /// Takes over what another run knew of a resource that was inserted just now.
    mutating func restore(_ slot: Int, _ past: HistoryRecord) {
        guard let numbers, past.rings.count == layout.byteCount else { return }
        phases[slot] = past.phase
        let start = place(of: slot)
        blocks[slot / Self.blockSlots].replaceSubrange(
            start..<start + layout.byteCount,
            with: past.rings
        )
        skip(slot, from: past.numbers, to: numbers)
    }

    /// Goes on from `new`, without a sample between the last and that.
    mutating func skip(to new: HistoryNumbers) {
        guard let old = numbers else { return }
        for slot in ids.indices where ids[slot] != nil { skip(slot, from: old, to: new) }
        numbers = new
    }

    /// Makes a gap of the samples between two moments.
    ///
    /// Five minutes that ended in the gap keep the mean of what was known of them, as long as the
    /// ring of ten seconds tells it.
    private mutating func skip(_ slot: Int, from old: HistoryNumbers, to new: HistoryNumbers) {
        blank(slot, .twoMinutes, HistoryRange.twoMinutes.missing(after: old.fine, to: new.fine))
        blank(
            slot,
            .quarterHour,
            HistoryRange.quarterHour.missing(after: old.coarse, to: new.coarse)
        )
        let (first, last) = (
            dayNumber(of: slot, at: old.coarse), dayNumber(of: slot, at: new.coarse)
        )
        guard let days = HistoryRange.day.missing(after: first, to: last) else { return }
        let count = UInt64(HistoryRange.quarterHour.sampleCount)
        for day in days {
            let end = day * Self.perDaySample + UInt64(phases[slot])
            let isTold = end + count >= new.coarse + Self.perDaySample
            for metric in layout.metrics.indices {
                let code = isTold ? mean(of: metric, slot, endingAt: end) : HistoryScale.unknown
                setCode(code, of: metric, slot, .day, day)
            }
        }
    }

    /// Makes unknown what was up to a moment, and the five minutes that began before it.
    mutating func forget(upTo old: HistoryNumbers) {
        guard let numbers else { return }
        for slot in ids.indices where ids[slot] != nil {
            let fine = HistoryRange.twoMinutes.kept(at: numbers.fine, upTo: old.fine)
            blank(slot, .twoMinutes, fine)
            let coarse = HistoryRange.quarterHour.kept(at: numbers.coarse, upTo: old.coarse)
            blank(slot, .quarterHour, coarse)
            let newest = dayNumber(of: slot, at: numbers.coarse)
            let last = dayNumber(of: slot, at: old.coarse + Self.perDaySample - 1)
            blank(slot, .day, HistoryRange.day.kept(at: newest, upTo: min(last, newest)))
        }
    }

    private mutating func blank(_ slot: Int, _ range: HistoryRange, _ samples: ClosedRange<UInt64>?)
    {
        guard let samples else { return }
        for metric in layout.metrics.indices where layout.keeps(metric, for: range) {
            for number in samples {
                setCode(HistoryScale.unknown, of: metric, slot, range, number)
            }
        }
    }
}
