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

/// Some of the streams, as the closing of a tick reports them.
package struct StreamSet: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The set of this one stream.
    package init(_ stream: StreamName) {
        self.init(rawValue: 1 << UInt32(stream.index))
    }

    /// Whether `stream` is among them.
    package func contains(_ stream: StreamName) -> Bool {
        contains(StreamSet(stream))
    }
}
