import PulseJSON

/// A resource as events and problems name it.
struct Subject: Equatable {
    /// Its identity in its own stream.
    var id: String
    var type: String
    var name: String?
    /// `nil` of a host.
    var remote: String?
    /// Where a guest or a storage is.
    var node: String?
}

/// The fields that name a resource in rows about one.
enum SubjectField: CaseIterable {
    case resource, type, name, remote, node

    var field: Field {
        switch self {
        case .resource: Field("resource")
        case .type: Field("type")
        case .name: Field("name")
        case .remote: Field("remote")
        case .node: Field("node")
        }
    }
}

extension Subject {
    func encode(_ field: SubjectField, into writer: inout JSONWriter) {
        switch field {
        case .resource: writer.text(id)
        case .type: writer.text(type)
        case .name: writer.text(name)
        case .remote: writer.text(remote)
        case .node: writer.text(node)
        }
    }
}

/// The fields of rows about a resource, numbered by their place in the list of all.
protocol SubjectRowField: RawRepresentable<Int>, CaseIterable, Equatable
where AllCases == [Self] {}

extension SubjectRowField {
    init?(rawValue place: Int) {
        guard Self.allCases.indices.contains(place) else { return nil }
        self = Self.allCases[place]
    }

    var rawValue: Int {
        guard let place = Self.allCases.firstIndex(of: self) else {
            preconditionFailure("a field is not among all of them")
        }
        return place
    }
}
