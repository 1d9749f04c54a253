// The history over a restart.
extension FleetHistory {
    /// Goes on from where an earlier run was; to be called before anything is noted.
    ///
    /// The time between is a gap: the clock of the history moves on by as much as the wall clock.
    mutating func restore(
        _ archive: HistoryArchive,
        at now: FleetTime
    ) throws(HistoryArchiveError) {
        let age = UInt64(try archive.ageMilliseconds(at: now)) * 1_000_000
        let time = archive.savedAt.monotonicNanoseconds + age
        guard time < HistoryArchive.goneOnNanosecondsMax else { throw .malformed }
        clock.set(to: time, at: now)
        let numbers = HistoryNumbers(at: clock.time(at: now))
        for index in tables.indices { tables[index].numbers = numbers }
        past = HistoryPast(archive.resources)
        restored = numbers
    }

    /// Forgets all that came from an earlier run, since its place in time is not known any more.
    ///
    /// Returns whether there was any.
    mutating func forgetRestored() -> Bool {
        guard let old = restored.take() else { return false }
        past = HistoryPast()
        for index in tables.indices { tables[index].forget(upTo: old) }
        return true
    }

    /// Begins to copy it out; see `HistoryArchiver`.
    mutating func archiver(at now: FleetTime) -> HistoryArchiver {
        HistoryArchiver(past: past.current(at: HistoryNumbers(at: clock.time(at: now))))
    }

    /// Ends an archive.
    func finish(_ archiver: HistoryArchiver, at now: FleetTime) -> [UInt8] {
        archiver.finish(at: clock.time(at: now))
    }

    /// How many slots a table has, or `nil` when there is none of this number.
    func slotCount(ofTable table: Int) -> Int? {
        table < tables.count ? tables[table].ids.count : nil
    }

    /// What is known of a resource.
    func record(ofTable table: Int, _ slot: Int) -> (id: String, record: HistoryRecord)? {
        guard let id = tables[table].ids[slot], let record = tables[table].record(of: slot) else {
            return nil
        }
        return (id, record)
    }
}
