/// A storage: what the nodes that have it say about it.
struct Storage: ListedResource {
    private(set) var report: StorageGroup
    private(set) var traits: StorageTraits
    private(set) var figures = StorageFigures()
    /// A storage that nobody uses shows the same figures for days; that is no sign of anything.
    let deadlineNanoseconds = UInt64.max
    var changes: [Change] = []
    /// Whether it was at hand when its nodes were last there.
    private var wasAvailable: Bool?
    /// Whether nobody could have it at hand, since the nodes that have it are down.
    private var isNodeDown = false

    static func key(of report: StorageGroup) -> StorageGroup.Key? {
        report.key
    }

    init(_ report: StorageGroup, of remote: Remote, at now: FleetTime) {
        self.report = report
        traits = StorageTraits(name: report.key.name, remote: remote.name, node: report.key.node)
        absorb(of: remote, at: now)
    }

    mutating func take(_ report: StorageGroup, of remote: Remote, at now: FleetTime) {
        self.report = report
        absorb(of: remote, at: now)
    }

    mutating func reconsider(of remote: Remote, at now: FleetTime) {
        absorb(of: remote, at: now)
    }

    /// Takes the word of the first node, by name, that has the storage at hand.
    ///
    /// Each node takes samples of its own: to go from one to the other would make a figure jump
    /// back and forth.
    private mutating func absorb(of remote: Remote, at now: FleetTime) {
        let entry = report.entries.first {
            $0.status == "available" && !remote.downNodes.contains($0.node)
        }
        traits.nodes = report.entries.map(\.node)
        traits.isAvailable = entry != nil
        traits.isStale = remote.isStale || entry == nil
        isNodeDown =
            entry == nil && report.entries.allSatisfy { remote.downNodes.contains($0.node) }
        noteChange()
        let told = entry ?? report.entries.first
        traits.type = told?.type ?? traits.type
        if let content = told?.content, !content.isEmpty { traits.content = content.sorted() }
        // Of a storage that nobody has at hand the size and the use of old are kept.
        guard let entry else { return }
        traits.diskTotalBytes = entry.totalBytes.known
        guard entry.usedBytes != figures.diskBytes else { return }
        figures.diskBytes = entry.usedBytes
        figures.sampledMilliseconds = entry.usedBytes.map { _ in now.wallMilliseconds }
    }

    private mutating func noteChange() {
        if isNodeDown { return }
        if let wasAvailable, wasAvailable != traits.isAvailable {
            changes.append(Change(traits.isAvailable ? .back : .lost))
        }
        wasAvailable = traits.isAvailable
    }
}

extension Storage {
    static var stream: StreamName { .storage }

    /// Available, or not.
    static var groupCount: Int { 2 }

    var group: Int { traits.isAvailable ? 0 : 1 }

    var subject: Subject {
        Subject(
            id: traits.id,
            type: "storage",
            name: traits.name,
            remote: traits.remote,
            node: traits.node
        )
    }

    func level(of metric: HistoryMetric) -> Double? {
        guard metric == .disk, !traits.isStale else { return nil }
        return Figure.percent(figures.diskBytes, of: traits.diskTotalBytes)
    }

    func judge(of remote: Remote, _ look: inout ProblemLook) {
        if isNodeDown { return }
        guard traits.isAvailable else {
            look.holds(.storage, .warning, "cannot be reached")
            return
        }
        let percent = Figure.percent(figures.diskBytes, of: traits.diskTotalBytes)
        look.measures(.storage, percent, .storage, detail: "full") {
            "is \(ProblemLook.text($0)) full"
        }
    }
}
