/// What a dashboard may subscribe to, by the name that it has on the wire.
package enum StreamKey: Hashable, Sendable {
    /// All of a stream: `guests`.
    case whole(StreamName)
    /// What one remote lists of it: `guests@lab`.
    case scoped(StreamName, remote: String)
    /// The details of one resource: `resource/guest:lab/100`.
    case resource(String)

    private static let resourcePrefix = "resource/"

    /// The key that has this name; `nil` when there can be none.
    package init?(_ text: String) {
        if text.hasPrefix(Self.resourcePrefix) {
            let id = String(text.dropFirst(Self.resourcePrefix.count))
            guard id.isResourceIdentity else { return nil }
            self = .resource(id)
            return
        }
        // Names of streams have none, and those of remotes may have more.
        guard let at = text.firstIndex(of: "@") else {
            guard let name = StreamName(rawValue: text) else { return nil }
            self = .whole(name)
            return
        }
        let remote = String(text[text.index(after: at)...])
        guard let name = StreamName(rawValue: String(text[..<at])), name.hasScopes, remote.isName
        else { return nil }
        self = .scoped(name, remote: remote)
    }

    /// Its name.
    package var text: String {
        switch self {
        case .whole(let name): name.rawValue
        case .scoped(let name, let remote): "\(name.rawValue)@\(remote)"
        case .resource(let id): Self.resourcePrefix + id
        }
    }

    /// Whether it is there as long as the server runs, and known without asking the fleet.
    package var isWhole: Bool {
        if case .whole = self { true } else { false }
    }
}

extension StreamName {
    /// Whether it can be had for one remote: its rows are what remotes list.
    package var hasScopes: Bool { self == .nodes || self == .guests || self == .storage }
}

extension String {
    /// Whether it is short enough for the identity of a resource: a word and two names.
    package var isResourceIdentity: Bool {
        !isEmpty && utf8.count <= 2 * FleetLimits.nameBytesMax + 16
    }
}
