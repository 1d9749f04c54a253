/// The numbers of two samples: that of two seconds and that of ten which a moment belongs to.
struct HistoryNumbers: Equatable {
    var fine: UInt64
    var coarse: UInt64

    init(fine: UInt64, coarse: UInt64) {
        self.fine = fine
        self.coarse = coarse
    }

    /// What is due at a moment on the clock of the history.
    init(at now: FleetTime) {
        fine = now.monotonicNanoseconds / HistoryRange.twoMinutes.stepNanoseconds
        coarse = now.monotonicNanoseconds / HistoryRange.quarterHour.stepNanoseconds
    }

    /// The samples before these.
    var before: HistoryNumbers {
        HistoryNumbers(fine: fine - min(fine, 1), coarse: coarse - min(coarse, 1))
    }
}

extension HistoryRange {
    /// The samples behind `old` up to `new` of which its ring has a place.
    func missing(after old: UInt64, to new: UInt64) -> ClosedRange<UInt64>? {
        guard new > old else { return nil }
        return max(old + 1, oldest(at: new))...new
    }

    /// The samples up to `last` that its ring still has when `newest` was written.
    func kept(at newest: UInt64, upTo last: UInt64) -> ClosedRange<UInt64>? {
        let oldest = oldest(at: newest)
        return last >= oldest ? oldest...min(last, newest) : nil
    }

    private func oldest(at newest: UInt64) -> UInt64 {
        newest - min(newest, UInt64(sampleCount) - 1)
    }
}
