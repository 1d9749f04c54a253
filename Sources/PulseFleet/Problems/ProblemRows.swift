/// One thing that is wrong and is told: a row of stream `problems`.
struct Problem: Equatable {
    let kind: ProblemKind
    let detail: String
    let severity: Severity
    let subject: Subject
    let words: String
    let sinceMilliseconds: Int64
    let isOlder: Bool

    /// Tells it from all others.
    var id: String {
        let name = "problem:\(kind.word):\(subject.id)"
        return detail.isEmpty ? name : name + ":" + detail
    }

    /// Whether it comes before another one where the worst is first.
    func isWorse(than other: Problem) -> Bool {
        if severity != other.severity { return severity == .critical }
        if kind != other.kind { return kind.rawValue < other.kind.rawValue }
        let (name, otherName) = (subject.name ?? "", other.subject.name ?? "")
        return name == otherName ? id < other.id : name < otherName
    }
}

/// Everything that is told to be wrong, in numbers and words.
struct Verdict: Equatable {
    var warningCount = 0
    var criticalCount = 0
    /// The worst, at most `FleetLimits.worstProblemsMax`, worst first.
    var worst: [Problem] = []
}

/// The rows of stream `problems`: brought up to date when a tick begins.
struct ProblemRows: ~Copyable {
    /// Whose rows these are.
    enum Origin: Hashable {
        case resource(ProblemBook.Owner)
        /// All silent guests of the node of this identity.
        case guestsOf(String)
    }

    private struct Row {
        var problem: Problem
        let slot: Int
    }

    private var wanted: [Origin: [Problem]] = [:]
    private var rows: [Origin: [Row]] = [:]
    private var rowCount = 0
    private(set) var verdict = Verdict()
    private var scratch = FragmentScratch(capacity: 24 * FleetLimits.textBytesMax)

    /// Says what is wrong with something from the next tick on.
    mutating func set(_ problems: [Problem], of origin: Origin) {
        if problems.isEmpty, rows[origin] == nil {
            wanted[origin] = nil
        } else {
            wanted[origin] = problems
        }
    }

    mutating func publish(to table: inout ResourceTable) {
        if wanted.isEmpty { return }
        var isChanged = false
        // In a fixed order, so that the same reports always lead to the same handles.
        for (origin, problems) in wanted.sorted(by: { $0.key.order < $1.key.order })
        where bring(origin, to: problems, in: &table) {
            isChanged = true
        }
        wanted.removeAll()
        if isChanged { judge() }
    }

    /// Returns whether anything has changed.
    private mutating func bring(
        _ origin: Origin,
        to problems: [Problem],
        in table: inout ResourceTable
    ) -> Bool {
        var old = rows[origin] ?? []
        if old.map(\.problem) == problems { return false }
        var new: [Row] = []
        for problem in problems {
            if let place = old.firstIndex(where: { $0.problem.id == problem.id }) {
                let slot = old.remove(at: place).slot
                new.append(Row(problem: problem, slot: slot))
                table.write(traits: ProblemTraits(problem), to: slot, through: &scratch)
            } else if rowCount < FleetLimits.problemsMax {
                rowCount += 1
                let slot = table.insert()
                new.append(Row(problem: problem, slot: slot))
                table.write(traits: ProblemTraits(problem), to: slot, through: &scratch)
            }
        }
        for row in old {
            rowCount -= 1
            table.remove(row.slot)
        }
        rows[origin] = new.isEmpty ? nil : new
        return true
    }

    private mutating func judge() {
        var verdict = Verdict()
        for rows in rows.values {
            for row in rows {
                if row.problem.severity == .critical {
                    verdict.criticalCount += 1
                } else {
                    verdict.warningCount += 1
                }
                let place = verdict.worst.firstIndex { row.problem.isWorse(than: $0) }
                verdict.worst.insert(row.problem, at: place ?? verdict.worst.count)
                if verdict.worst.count > FleetLimits.worstProblemsMax { verdict.worst.removeLast() }
            }
        }
        self.verdict = verdict
    }
}

extension ProblemRows.Origin {
    /// Streams by their place, slots in their order, then nodes by their identity.
    fileprivate var order: (Int, Int, String) {
        switch self {
        case .resource(let owner): (owner.stream.index, owner.slot, "")
        case .guestsOf(let node): (.max, 0, node)
        }
    }
}
