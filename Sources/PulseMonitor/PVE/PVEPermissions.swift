import PulseJSON

/// What a token may do: `GET /access/permissions`, a map from paths to privileges.
package struct PVEPermissions: Sendable, Equatable {
    /// What pulse needs, and what is missing on the page without it.
    package enum Privilege: String, CaseIterable, Sendable {
        case systemAudit = "Sys.Audit"
        case guestAudit = "VM.Audit"
        case storageAudit = "Datastore.Audit"

        /// What is not to be seen without it.
        package var loss: String {
            switch self {
            case .systemAudit: "figures of nodes and the state of the cluster"
            case .guestAudit: "guests"
            case .storageAudit: "storages"
            }
        }
    }

    /// Where a privilege means anything for what pulse shows; everywhere below, too.
    private static func isOfUse(_ privilege: Privilege, on path: String) -> Bool {
        let roots =
            switch privilege {
            case .systemAudit: ["/nodes"]
            case .guestAudit: ["/vms", "/pool"]
            case .storageAudit: ["/storage", "/pool"]
            }
        return path == "/" || roots.contains { path == $0 || path.hasPrefix($0 + "/") }
    }

    private var granted: [String: Set<String>] = [:]

    /// Reads an answer; `nil` when there is no map in it.
    init?(_ body: [UInt8]) throws(JSONError) {
        var paths: [String: Set<String>]?
        try PVEEnvelope.object(body) { (reader) throws(JSONError) in
            // Perl writes an empty map as an empty list at times.
            guard try reader.peek() == .object else {
                if try reader.peek() == .array { paths = [:] }
                return try reader.skipValue()
            }
            var found: [String: Set<String>] = [:]
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let path = key.text
                guard try reader.beginObjectUnlessNull() else { continue }
                while let privilege = try reader.nextKey() {
                    // The value says whether it holds for what is below the path, too.
                    found[path, default: []].insert(privilege.text)
                    try reader.skipValue()
                }
            }
            paths = found
        }
        guard let paths else { return nil }
        granted = paths
    }

    /// Privileges that the token has on no path where they are of use.
    package var missing: [Privilege] {
        Privilege.allCases.filter { paths(granting: $0).isEmpty }
    }

    /// Where the token has a privilege that is of use there, in the order of the alphabet; `/` is
    /// everywhere.
    package func paths(granting privilege: Privilege) -> [String] {
        granted.filter { path, names in
            names.contains(privilege.rawValue) && Self.isOfUse(privilege, on: path)
        }.keys.sorted()
    }

    /// Whether some path grants it.
    package func has(_ privilege: Privilege) -> Bool { !missing.contains(privilege) }

    /// What is missing and what to do about it; `nil` when nothing is.
    package func problem(of token: RemoteToken) -> String? {
        let missing = missing
        guard !missing.isEmpty else { return nil }
        let names = missing.map(\.rawValue).joined(separator: ", ")
        let losses = missing.map(\.loss).joined(separator: ", ")
        return "the token \(token) lacks \(names), so \(losses) cannot be seen; on a node run: "
            + token.grantLine
    }
}
