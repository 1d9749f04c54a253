/// The resources that somebody looks at, and what each of them has told since then.
struct DetailRegistry: ~Copyable {
    private struct Record {
        var traits: DetailTraits
        var figures = DetailFigures()
    }

    /// By slot of the table; `nil` where that has no live row.
    private var records: [Record?] = []
    private var slots: [String: Int] = [:]
    private var scratch = FragmentScratch(
        capacity: FleetLimits.detailListBytesMax + FleetLimits.listEntryBytesMax
    )

    /// Where the row of a resource is that is looked at.
    func slot(of id: String) -> Int? { slots[id] }

    var count: Int { slots.count }

    /// Begins a row, in a scope of its own; nothing but its identity is known.
    mutating func open(_ id: String, in table: inout ResourceTable) {
        guard slots[id] == nil else { return }
        let slot = table.insertAsScope()
        while records.count <= slot { records.append(nil) }
        records[slot] = Record(traits: DetailTraits(id: id))
        slots[id] = slot
        write(slot, to: &table)
    }

    /// Ends it.
    mutating func close(_ id: String, in table: inout ResourceTable) {
        guard let slot = slots.removeValue(forKey: id) else { return }
        records[slot] = nil
        table.remove(slot)
    }

    /// Takes what the resource has told; nothing of one at which nobody looks any more.
    mutating func take(
        _ report: DetailReport,
        from source: DetailSource,
        of id: String,
        at now: FleetTime,
        in table: inout ResourceTable
    ) {
        guard let slot = slots[id], var record = records[slot] else { return }
        record.figures.report = report
        record.figures.rates.take(report, at: now)
        record.figures.sampledMilliseconds = now.wallMilliseconds
        record.traits.type = source.type
        record.traits.status = report.status
        record.traits.error = nil
        record.traits.hasGuestAgent = report.hasGuestAgent
        record.traits.machine = report.machine
        record.traits.emulator = report.emulator
        record.traits.networks = record.figures.rates.networks
        record.traits.disks = record.figures.rates.disks
        records[slot] = record
        write(slot, to: &table)
    }

    /// Takes why it could not be asked: what it told before stays, and says when that was.
    mutating func take(failure words: String, of id: String, in table: inout ResourceTable) {
        guard let slot = slots[id] else { return }
        records[slot]?.traits.error = words
        write(slot, to: &table)
    }

    private mutating func write(_ slot: Int, to table: inout ResourceTable) {
        guard let record = records[slot] else { return }
        table.write(traits: record.traits, to: slot, through: &scratch)
        table.write(figures: record.figures, to: slot)
    }
}

extension DetailSource {
    /// The word for it in the row.
    fileprivate var type: String {
        switch self {
        case .guest(let kind, _, _): kind.rawValue
        case .node: "node"
        }
    }
}
