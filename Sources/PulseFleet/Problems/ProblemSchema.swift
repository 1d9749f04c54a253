import PulseJSON

/// The fields of stream `problems`, all cold, in the order of its rows.
enum ProblemField: Int, CaseIterable {
    case id, severity, rank, kind, resource, type, name, remote, node, words, since, older

    var field: Field {
        switch self {
        case .id: Field("id")
        case .severity: Field("severity")
        case .rank: Field("rank")
        case .kind: Field("kind")
        case .resource: Field("resource")
        case .type: Field("type")
        case .name: Field("name")
        case .remote: Field("remote")
        case .node: Field("node")
        case .words: Field("words")
        case .since: Field("since", unit: "unixMilliseconds")
        case .older: Field("older")
        }
    }
}

/// What the row of a problem says.
struct ProblemTraits: RowTraits {
    private let problem: Problem

    init(_ problem: Problem) { self.problem = problem }

    func encode(_ field: ProblemField, into writer: inout JSONWriter) {
        switch field {
        case .id: writer.text(problem.id)
        case .severity: writer.text(problem.severity.rawValue)
        case .rank: writer.int(Int64(problem.kind.rawValue))
        case .kind: writer.word(problem.kind.word)
        case .resource: writer.text(problem.subject.id)
        case .type: writer.text(problem.subject.type)
        case .name: writer.text(problem.subject.name)
        case .remote: writer.text(problem.subject.remote)
        case .node: writer.text(problem.subject.node)
        case .words: writer.text(problem.words)
        case .since: writer.time(problem.sinceMilliseconds)
        case .older: writer.bool(problem.isOlder)
        }
    }
}

extension StreamSchema {
    /// What is wrong now.
    static let problems = StreamSchema(cold: ProblemField.allCases.map(\.field), hot: [])
}
