/// Who says how much memory is in use: the word that stands in `memSource`.
///
/// The same guest may seem to use 20 % or 97 % of its memory, by who is asked. The best source that
/// there is counts, and is told along.
enum MemorySource: String {
    /// The kernel of the machine itself: all less what it calls available.
    case available
    /// The guest, through its balloon driver; most guests count their page cache as used.
    case balloon
    /// The control group of a container, less its page cache.
    case cgroup
    /// The host: what it spends, whatever the guest does with it. Such a figure hardly ever falls.
    case host
    /// PVE's list, which does not say where it has it from.
    case list

    /// Whether a figure says what programs in the machine have taken.
    var isTrusted: Bool { self == .available || self == .balloon || self == .cgroup }
}

/// How much memory is in use, and who says so.
struct MemoryReading: Equatable {
    var usedBytes: UInt64
    var source: MemorySource
}

/// The last figure of a guest's memory that could be trusted.
///
/// A balloon driver misses a sample now and then, and for that one PVE falls back on what the host
/// spends: a guest of 20 % would jump to 97 % and back. So the good figure is held for a while.
struct MemoryMemo {
    /// As upstream holds it.
    private static let holdNanoseconds: UInt64 = 120_000_000_000

    private var trusted: MemoryReading?
    private var trustedNanoseconds: UInt64 = 0

    /// Takes the reading of a sample; returns the one to show.
    mutating func take(_ reading: MemoryReading?, at now: FleetTime) -> MemoryReading? {
        if let reading, reading.source.isTrusted {
            trusted = reading
            trustedNanoseconds = now.monotonicNanoseconds
            return reading
        }
        guard let trusted, now.monotonicNanoseconds >= trustedNanoseconds,
            now.monotonicNanoseconds - trustedNanoseconds <= Self.holdNanoseconds
        else { return reading }
        return trusted
    }
}
