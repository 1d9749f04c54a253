/// The clock by which samples are numbered: the monotonic one, which goes on from where it was when
/// the history of another run was saved.
struct HistoryClock {
    /// How far it is ahead of the monotonic clock of this run; it may be behind, so sums wrap.
    private var aheadNanoseconds: UInt64 = 0

    /// Both clocks, with this one in the place of the monotonic one.
    func time(at now: FleetTime) -> FleetTime {
        var time = now
        time.monotonicNanoseconds &+= aheadNanoseconds
        return time
    }

    /// Makes it show `nanoseconds` now.
    mutating func set(to nanoseconds: UInt64, at now: FleetTime) {
        aheadNanoseconds = nanoseconds &- now.monotonicNanoseconds
    }
}
