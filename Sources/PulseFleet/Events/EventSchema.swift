import PulseJSON

/// The fields of stream `events`, all cold, in the order of its rows.
enum EventField: SubjectRowField {
    case id, at, kind
    case of(SubjectField)
    case from, to

    static let allCases =
        [id, at, kind] + SubjectField.allCases.map(EventField.of) + [from, to]

    var field: Field {
        switch self {
        case .id: Field("id")
        case .at: Field("at", unit: "unixMilliseconds")
        case .kind: Field("kind")
        case .of(let subject): subject.field
        case .from: Field("from")
        case .to: Field("to")
        }
    }
}

/// What the row of an event says.
struct EventTraits: RowTraits {
    let number: UInt64
    let event: Event

    func encode(_ field: EventField, into writer: inout JSONWriter) {
        switch field {
        case .id: writer.string("event:\(number)")
        case .at: writer.time(event.atMilliseconds)
        case .kind: writer.text(event.change.kind.rawValue)
        case .of(let field): event.subject.encode(field, into: &writer)
        case .from: writer.text(event.change.from)
        case .to: writer.text(event.change.to)
        }
    }
}

extension StreamSchema {
    /// What has happened.
    static let events = StreamSchema(cold: EventField.allCases.map(\.field), hot: [])
}
