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
    /// What has happened to it since it was last asked; the caller empties it.
    var changes: [Change] { get set }
    /// The place in a census of its kind: one of `groupCount` groups.
    var group: Int { get }

    static var stream: StreamName { get }
    static var groupCount: Int { get }

    /// What a list says for the first time.
    init(_ report: Report, of remote: Remote, at now: FleetTime)
    /// Takes what a list says, which differs from the last.
    mutating func take(_ report: Report, of remote: Remote, at now: FleetTime)
    /// Takes that the remote has changed, or that the deadline has passed.
    mutating func reconsider(of remote: Remote, at now: FleetTime)
    /// The newest figure for the history, `nil` while it is not live; sizes in percent.
    func level(of metric: HistoryMetric) -> Double?
    /// What is wrong with it.
    func judge(of remote: Remote, _ look: inout ProblemLook)
    /// It as events and problems name it.
    var subject: Subject { get }
    /// What it is called as a machine, where it is one that may run an agent.
    var machineName: String? { get }
}

extension ListedResource {
    var machineName: String? { nil }
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
    /// By slot: whether the last look at the resource could judge it, its remote being live.
    ///
    /// What another look finds wrong then began before that, nobody knows when.
    private var areJudged: [Bool] = []
    /// By slot: the slot of the remote.
    private var owners: [Int] = []
    /// By slot of the remote, then by key.
    private var slots: [[Resource.Key: Int]] = []
    /// By slot of the remote: whether it has listed them before, so that what more it lists has
    /// appeared.
    private var hasListed: [Bool] = []
    /// By slot of the remote: the number of the list that is being applied, or was last, and how
    /// many resources it has named.
    private var openLists: [(number: UInt64, namedCount: Int)] = []
    private var listCount: UInt64 = 0
    private var count = 0
    /// How many there are of each group.
    private(set) var groupCounts = [Int](repeating: 0, count: Resource.groupCount)
    private let countMax: Int
    private var scratch = FragmentScratch(
        capacity: FleetLimits.storageNodesBytesMax + FleetLimits.listEntryBytesMax
    )

    init(countMax: Int) {
        self.countMax = countMax
    }

    /// Applies a list, or a part of one: what it does not name is gone.
    ///
    /// Of two entries for one resource the last one counts.
    mutating func apply(
        _ reports: ArraySlice<Resource.Report>,
        _ part: ListPart,
        of remote: Remote,
        at now: FleetTime,
        to table: inout ResourceTable,
        noting news: inout FleetNews
    ) {
        let owner = remote.id.slot
        while slots.count <= owner {
            slots.append([:])
            hasListed.append(false)
            openLists.append((0, 0))
        }
        if part.isFirst {
            listCount += 1
            openLists[owner] = (listCount, 0)
        }
        let number = openLists[owner].number
        for report in reports {
            guard let key = Resource.key(of: report) else { continue }
            if let slot = slots[owner][key] {
                if lists[slot] != number { openLists[owner].namedCount += 1 }
                lists[slot] = number
                if resources[slot]?.report == report { continue }
                change(slot, of: remote, at: now, in: &table, noting: &news) {
                    $0.take(report, of: remote, at: now)
                }
            } else if count < countMax {
                openLists[owner].namedCount += 1
                let resource = Resource(report, of: remote, at: now)
                slots[owner][key] = add(resource, of: remote, at: now, to: &table, noting: &news)
            }
        }
        guard part.isLast else { return }
        hasListed[owner] = true
        if openLists[owner].namedCount < slots[owner].count {
            removeUnnamed(of: owner, at: now, from: &table, noting: &news)
        }
    }

    /// What is known of one resource.
    func resource(_ key: Resource.Key, of remote: Remote) -> Resource? {
        guard remote.id.slot < slots.count, let slot = slots[remote.id.slot][key] else {
            return nil
        }
        return resources[slot]
    }

    /// Changes one resource by what is told of it beside the lists, if it is known.
    mutating func update(
        _ key: Resource.Key,
        of remote: Remote,
        at now: FleetTime,
        in table: inout ResourceTable,
        noting news: inout FleetNews,
        _ body: (inout Resource) -> Void
    ) {
        guard remote.id.slot < slots.count, let slot = slots[remote.id.slot][key] else { return }
        change(slot, of: remote, at: now, in: &table, noting: &news, body)
    }

    /// Changes the resource of a slot.
    mutating func update(
        _ slot: Int,
        of remotes: [Remote?],
        at now: FleetTime,
        in table: inout ResourceTable,
        noting news: inout FleetNews,
        _ body: (inout Resource) -> Void
    ) {
        guard resources[slot] != nil, let remote = remotes[owners[slot]] else { return }
        change(slot, of: remote, at: now, in: &table, noting: &news, body)
    }

    /// Lets the resources of a remote follow a change of the remote itself: all of them, or those
    /// that it concerns.
    mutating func reconsider(
        of remote: Remote,
        at now: FleetTime,
        in table: inout ResourceTable,
        noting news: inout FleetNews,
        where isConcerned: (Resource) -> Bool = { _ in true }
    ) {
        guard remote.id.slot < slots.count else { return }
        // In order of their slots, so that the same reports always lead to the same events.
        for slot in slots[remote.id.slot].values.sorted()
        where resources[slot].map(isConcerned) ?? false {
            change(slot, of: remote, at: now, in: &table, noting: &news) {
                $0.reconsider(of: remote, at: now)
            }
        }
    }

    /// Changes the rows whose deadline has passed.
    mutating func expire(
        at now: FleetTime,
        remotes: [Remote?],
        in table: inout ResourceTable,
        noting news: inout FleetNews
    ) {
        for slot in deadlines.indices where deadlines[slot] < now.monotonicNanoseconds {
            guard let remote = remotes[owners[slot]] else {
                preconditionFailure("a resource outlived its remote")
            }
            change(slot, of: remote, at: now, in: &table, noting: &news) {
                $0.reconsider(of: remote, at: now)
            }
        }
    }

    /// Forgets everything that a remote has listed.
    mutating func removeAll(
        of remote: Remote,
        from table: inout ResourceTable,
        noting news: inout FleetNews
    ) {
        let owner = remote.id.slot
        guard owner < slots.count else { return }
        for slot in slots[owner].values.sorted() { remove(slot, from: &table, noting: &news) }
        slots[owner] = [:]
        hasListed[owner] = false
    }

    // MARK: Rows

    private mutating func change(
        _ slot: Int,
        of remote: Remote,
        at now: FleetTime,
        in table: inout ResourceTable,
        noting news: inout FleetNews,
        _ body: (inout Resource) -> Void
    ) {
        // In its place: a guest's record has a thousand bytes.
        let deadline = resources[slot]?.change(
            in: slot,
            of: remote,
            at: now,
            counted: &groupCounts,
            isJudged: &areJudged[slot],
            to: &table,
            through: &scratch,
            noting: &news,
            body
        )
        guard let deadline else { preconditionFailure("a resource has a slot but no record") }
        deadlines[slot] = deadline
    }

    private mutating func add(
        _ resource: Resource,
        of remote: Remote,
        at now: FleetTime,
        to table: inout ResourceTable,
        noting news: inout FleetNews
    ) -> Int {
        var resource = resource
        let owner = remote.id.slot
        if hasListed[owner] { resource.changes.append(Change(.appeared)) }
        groupCounts[resource.group] += 1
        let slot = table.insert(in: remote.id.number)
        link(resource, slot, isThere: true, &news)
        while resources.count <= slot {
            resources.append(nil)
            deadlines.append(.max)
            lists.append(0)
            areJudged.append(false)
            owners.append(0)
        }
        areJudged[slot] = false
        resource.note(in: slot, of: remote, at: now, isJudged: &areJudged[slot], in: &news)
        resources[slot] = resource
        deadlines[slot] = resource.deadlineNanoseconds
        lists[slot] = openLists[owner].number
        owners[slot] = owner
        count += 1
        table.write(traits: resource.traits, to: slot, through: &scratch)
        table.write(figures: resource.figures, to: slot)
        return slot
    }

    private func link(
        _ resource: Resource,
        _ slot: Int,
        isThere: Bool,
        _ news: inout FleetNews
    ) {
        guard let name = resource.machineName else { return }
        let machine = MachineLinks.Machine(slot: slot, id: resource.subject.id)
        news.links.note(node: machine, called: isThere ? name : nil)
    }

    private mutating func removeUnnamed(
        of owner: Int,
        at now: FleetTime,
        from table: inout ResourceTable,
        noting news: inout FleetNews
    ) {
        let number = openLists[owner].number
        let gone = slots[owner].filter { lists[$0.value] != number }
        // In order of their slots, so that the same lists always lead to the same handles.
        for (key, slot) in gone.sorted(by: { $0.value < $1.value }) {
            slots[owner][key] = nil
            if let subject = resources[slot]?.subject {
                news.note(Change(.vanished), of: subject, at: now)
            }
            remove(slot, from: &table, noting: &news)
        }
    }

    private mutating func remove(
        _ slot: Int,
        from table: inout ResourceTable,
        noting news: inout FleetNews
    ) {
        if let resource = resources[slot] {
            groupCounts[resource.group] -= 1
            link(resource, slot, isThere: false, &news)
        }
        news.problems.forget(ProblemBook.Owner(stream: Resource.stream, slot: slot))
        news.history.remove(Resource.stream, slot)
        resources[slot] = nil
        deadlines[slot] = .max
        count -= 1
        table.remove(slot)
    }
}

extension ListedResource {
    /// Changes the resource of a slot and writes its row; returns its deadline.
    fileprivate mutating func change(
        in slot: Int,
        of remote: Remote,
        at now: FleetTime,
        counted groupCounts: inout [Int],
        isJudged: inout Bool,
        to table: inout ResourceTable,
        through scratch: inout FragmentScratch,
        noting news: inout FleetNews,
        _ body: (inout Self) -> Void
    ) -> UInt64 {
        let before = traits
        groupCounts[group] -= 1
        body(&self)
        groupCounts[group] += 1
        if traits != before { table.write(traits: traits, to: slot, through: &scratch) }
        table.write(figures: figures, to: slot)
        note(in: slot, of: remote, at: now, isJudged: &isJudged, in: &news)
        return deadlineNanoseconds
    }

    /// Says what has happened to a resource, and what is wrong with it.
    fileprivate mutating func note(
        in slot: Int,
        of remote: Remote,
        at now: FleetTime,
        isJudged: inout Bool,
        in news: inout FleetNews
    ) {
        for change in changes {
            news.note(change, of: subject, at: now)
            // Another one in its place: what was is not its own.
            if change.kind == .appeared {
                news.history.remove(Self.stream, slot)
                news.history.forgetPast(of: subject.id, Self.stream)
            }
        }
        if !changes.isEmpty { changes.removeAll() }
        news.history.note(Self.stream, slot, id: { subject.id }) { level(of: $0) }
        var look = ProblemLook()
        // Of what is not live nobody knows whether it is wrong: only its remote is.
        if !remote.isStale { judge(of: remote, &look) }
        let owner = ProblemBook.Owner(stream: Self.stream, slot: slot)
        let isFirst = !isJudged
        isJudged = !remote.isStale
        news.problems.take(look, of: owner, isFirst: isFirst, at: now) { subject }
    }
}
