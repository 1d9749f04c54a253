/// A stream that dashboards subscribe to: one kind of resource, or what is to be said of them all.
package enum StreamName: String, CaseIterable, Sendable {
    case hosts
    case remotes
    case nodes
    case guests
    case storage
    case events
    case problems
    case summary

    /// The place of this stream in arrays that have one element for each.
    package var index: Int {
        switch self {
        case .hosts: 0
        case .remotes: 1
        case .nodes: 2
        case .guests: 3
        case .storage: 4
        case .events: 5
        case .problems: 6
        case .summary: 7
        }
    }
}

extension StreamName {
    /// What its rows consist of.
    var schema: StreamSchema {
        switch self {
        case .hosts: .hosts
        case .remotes: .remotes
        case .nodes: .nodes
        case .guests: .guests
        case .storage: .storage
        case .events: .events
        case .problems: .problems
        case .summary: .summary
        }
    }
}
