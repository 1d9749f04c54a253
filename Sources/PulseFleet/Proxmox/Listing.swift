/// One resource that a remote lists: a node, a guest, a storage.
protocol ListedResource {
    /// What tells it from the others of its kind and remote.
    associatedtype Key: Hashable
    /// What a list says about it.
    associatedtype Report: Equatable
    associatedtype Traits: RowTraits, Equatable
    associatedtype Figures: RowFigures

    /// The key of what is reported; `nil` when it has no name that could be kept.
    static func key(of report: Report) -> Key?

    /// What a list said last.
    var report: Report { get }
    var traits: Traits { get }
    var figures: Figures { get }
    /// When time alone changes the row, on the monotonic clock; `.max` = never.
    var deadlineNanoseconds: UInt64 { get }

    /// What a list says for the first time.
    init(_ report: Report, of remote: Remote, at now: FleetTime)
    /// Takes what a list says, which differs from the last.
    mutating func take(_ report: Report, of remote: Remote, at now: FleetTime)
    /// Takes that the remote has changed, or that the deadline has passed.
    mutating func reconsider(of remote: Remote, at now: FleetTime)
}

/// All resources of one kind, of all remotes, and the slots of their rows.
///
/// A report that says what the last one said costs a look-up and a comparison. The bytes of a list
/// would not do for that: PVE shuffles the members of each object.
struct Listing<Resource: ListedResource>: ~Copyable {
    /// By slot; `nil` where the table has no live row.
    private var resources: [Resource?] = []
    /// By slot: when time alone changes the row.
    ///
    /// `expire` reads nothing else of most rows.
    private var deadlines: [UInt64] = []
    /// By slot: the list that named the resource last.
    private var lists: [UInt64] = []
    /// By slot: the slot of the remote.
    private var owners: [Int] = []
    /// By slot of the remote, then by key.
    private var slots: [[Resource.Key: Int]] = []
    private var listCount: UInt64 = 0
    private var count = 0
    private let countMax: Int
    private var scratch = FragmentScratch(
        capacity: FleetLimits.storageNodesBytesMax + FleetLimits.listEntryBytesMax
    )

    init(countMax: Int) {
        self.countMax = countMax
    }

    /// Applies a whole list: what it does not name is gone.
    ///
    /// Of two entries for one resource the last one counts.
    mutating func apply(
        _ reports: [Resource.Report],
        of remote: Remote,
        at now: FleetTime,
        to table: inout ResourceTable
    ) {
        let owner = remote.id.slot
        while slots.count <= owner { slots.append([:]) }
        listCount += 1
        var named = 0
        for report in reports {
            guard let key = Resource.key(of: report) else { continue }
            if let slot = slots[owner][key] {
                if lists[slot] != listCount { named += 1 }
                lists[slot] = listCount
                if resources[slot]?.report == report { continue }
                change(slot, in: &table) { $0.take(report, of: remote, at: now) }
            } else if count < countMax {
                named += 1
                let slot = add(Resource(report, of: remote, at: now), of: owner, to: &table)
                slots[owner][key] = slot
            }
        }
        if named < slots[owner].count { removeUnnamed(of: owner, from: &table) }
    }

    /// Changes one resource by what is told of it beside the lists, if it is known.
    mutating func update(
        _ key: Resource.Key,
        of remote: Remote,
        in table: inout ResourceTable,
        _ body: (inout Resource) -> Void
    ) {
        guard remote.id.slot < slots.count, let slot = slots[remote.id.slot][key] else { return }
        change(slot, in: &table, body)
    }

    /// Lets all resources of a remote follow a change of the remote itself.
    mutating func reconsider(of remote: Remote, at now: FleetTime, in table: inout ResourceTable) {
        guard remote.id.slot < slots.count else { return }
        for slot in slots[remote.id.slot].values {
            change(slot, in: &table) { $0.reconsider(of: remote, at: now) }
        }
    }

    /// Changes the rows whose deadline has passed.
    mutating func expire(at now: FleetTime, remotes: [Remote?], in table: inout ResourceTable) {
        for slot in deadlines.indices where deadlines[slot] < now.monotonicNanoseconds {
            guard let remote = remotes[owners[slot]] else {
                preconditionFailure("a resource outlived its remote")
            }
            change(slot, in: &table) { $0.reconsider(of: remote, at: now) }
        }
    }

    /// Forgets everything that a remote has listed.
    mutating func removeAll(of remote: Remote, from table: inout ResourceTable) {
        let owner = remote.id.slot
        guard owner < slots.count else { return }
        for slot in slots[owner].values.sorted() { remove(slot, from: &table) }
        slots[owner] = [:]
    }

    // MARK: Rows

    private mutating func change(
        _ slot: Int,
        in table: inout ResourceTable,
        _ body: (inout Resource) -> Void
    ) {
        // Taken out while it is changed, so that its texts are not copied.
        guard var resource = resources[slot].take() else {
            preconditionFailure("a resource has a slot but no record")
        }
        let traits = resource.traits
        body(&resource)
        if resource.traits != traits {
            table.write(traits: resource.traits, to: slot, through: &scratch)
        }
        table.write(figures: resource.figures, to: slot)
        deadlines[slot] = resource.deadlineNanoseconds
        resources[slot] = resource
    }

    private mutating func add(
        _ resource: Resource,
        of owner: Int,
        to table: inout ResourceTable
    ) -> Int {
        let slot = table.insert()
        while resources.count <= slot {
            resources.append(nil)
            deadlines.append(.max)
            lists.append(0)
            owners.append(0)
        }
        resources[slot] = resource
        deadlines[slot] = resource.deadlineNanoseconds
        lists[slot] = listCount
        owners[slot] = owner
        count += 1
        table.write(traits: resource.traits, to: slot, through: &scratch)
        table.write(figures: resource.figures, to: slot)
        return slot
    }

    private mutating func removeUnnamed(of owner: Int, from table: inout ResourceTable) {
        let gone = slots[owner].filter { lists[$0.value] != listCount }
        // In order of their slots, so that the same lists always lead to the same handles.
        for (key, slot) in gone.sorted(by: { $0.value < $1.value }) {
            slots[owner][key] = nil
            remove(slot, from: &table)
        }
    }

    private mutating func remove(_ slot: Int, from table: inout ResourceTable) {
        resources[slot] = nil
        deadlines[slot] = .max
        count -= 1
        table.remove(slot)
    }
}
