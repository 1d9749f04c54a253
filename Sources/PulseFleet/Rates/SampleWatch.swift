/// Tells for how long something that should show new figures has shown none.
///
/// The time counts only while somebody could have seen them: not while its remote fails or its node
/// is down, after which it begins anew.
struct SampleWatch {
    /// Since when nothing new was seen, on the monotonic clock; `nil` while nobody looks.
    private var sinceNanoseconds: UInt64?

    /// Takes that there are new figures.
    mutating func restart(at now: FleetTime) {
        sinceNanoseconds = now.monotonicNanoseconds
    }

    /// Begins to look, or goes on; or ends it.
    mutating func look(_ isLooking: Bool, at now: FleetTime) {
        sinceNanoseconds = isLooking ? sinceNanoseconds ?? now.monotonicNanoseconds : nil
    }

    /// When the silence will have been longer than this, on the monotonic clock; `.max` while
    /// nobody looks.
    func deadline(afterNanoseconds limit: UInt64) -> UInt64 {
        sinceNanoseconds.map { $0 + limit } ?? .max
    }
}
