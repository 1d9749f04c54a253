import PulseJSON

/// The fields of stream `problems`, all cold, in the order of its rows.
enum ProblemField: SubjectRowField {
    case id, severity, rank, kind
    case of(SubjectField)
    case words, since, older

    static let allCases =
        [id, severity, rank, kind] + SubjectField.allCases.map(ProblemField.of)
        + [words, since, older]

    var field: Field {
        switch self {
        case .id: Field("id")
        case .severity: Field("severity")
        case .rank: Field("rank")
        case .kind: Field("kind")
        case .of(let subject): subject.field
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
        case .of(let field): problem.subject.encode(field, into: &writer)
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
