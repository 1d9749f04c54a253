import PulseJSON

/// The fields of stream `events`, all cold, in the order of its rows.
enum EventField: Int, CaseIterable {
    case id, at, kind, resource, type, name, remote, node, from, to

    var field: Field {
        switch self {
        case .id: Field("id")
        case .at: Field("at", unit: "unixMilliseconds")
        case .kind: Field("kind")
        case .resource: Field("resource")
        case .type: Field("type")
        case .name: Field("name")
        case .remote: Field("remote")
        case .node: Field("node")
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
        case .resource: writer.text(event.subject.id)
        case .type: writer.text(event.subject.type)
        case .name: writer.text(event.subject.name)
        case .remote: writer.text(event.subject.remote)
        case .node: writer.text(event.subject.node)
        case .from: writer.text(event.change.from)
        case .to: writer.text(event.change.to)
        }
    }
}

extension StreamSchema {
    /// What has happened.
    static let events = StreamSchema(cold: EventField.allCases.map(\.field), hot: [])
}
