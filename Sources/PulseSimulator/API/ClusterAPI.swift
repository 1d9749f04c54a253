/// The API of one cluster: requests in, answers out, at a time that is given.
///
/// The calls are those that a monitor needs, under /api2/json; what it answers follows
/// pve-manager 9.2 and 8.4, down to the words of the errors.
package struct ClusterAPI: Sendable {
    package var cluster: SimulatedCluster
    /// Counts the answers, so that each has its keys in another order.
    private var answers: UInt64 = 0

    package init(_ cluster: SimulatedCluster) {
        self.cluster = cluster
    }

    /// Answers a request; `time` never goes back.
    package mutating func answer(_ request: APIRequest, at time: SimulationTime) -> APIAnswer {
        cluster.advance(to: time.milliseconds)
        answers += 1
        let seed = SeededRandom.seed(cluster.seed, 4_000_000 + answers)
        do throws(PVEError) {
            let data = try data(for: request, at: time)
            let body = PVEValue.object([.init("data", data)]).encoded(shuffledBy: seed)
            return .json(200, "OK", body)
        } catch {
            return error.answer(shuffledBy: seed)
        }
    }

    private func data(
        for request: APIRequest,
        at time: SimulationTime
    ) throws(PVEError) -> PVEValue {
        let path = request.path
        guard path.count >= 2, path[0] == "api2" else {
            throw .noSuchFile("/\(path.joined(separator: "/"))")
        }
        guard path[1] == "json" else { throw .notImplemented("no such uri") }
        let parts = Array(path.dropFirst(2))
        if request.method == "POST", parts == ["access", "ticket"] { throw .authenticationFailure }
        let caller = Caller(token: try token(of: request), cluster: cluster, time: time)
        guard request.method == "GET" else { throw .unknown(request.method, parts) }
        if request.hasContent { throw .notImplemented("Unexpected content for method 'GET'") }
        switch parts.first {
        case "version" where parts.count == 1:
            try request.allow([])
            return caller.version
        case "cluster": return try caller.clusterCall(parts, request)
        case "nodes": return try caller.nodesCall(parts, request)
        case "access": return try caller.accessCall(parts, request)
        default: throw .unknown("GET", parts)
        }
    }

    /// Who asks, by the header that API tokens come in.
    private func token(of request: APIRequest) throws(PVEError) -> SimulatedToken {
        let modern = cluster.release == .nine
        let prefix = "PVEAPIToken="
        if let cookie = request.cookie, cookie.contains("PVEAuthCookie=") {
            // Nobody can log in, so no ticket is right.
            throw .unauthorized(
                modern ? "Authentication failed!" : "permission denied - invalid PVE ticket"
            )
        }
        guard let value = request.authorization, value.hasPrefix(prefix) else {
            throw .unauthorized("No ticket")
        }
        let text = value.dropFirst(prefix.count)
        // The last `=` divides, as Perl's greedy `(.*)=(.*)` does.
        guard let equals = text.lastIndex(of: "=") else { throw .unauthorized("No ticket") }
        let id = String(text[..<equals])
        guard let token = cluster.tokens.first(where: { $0.id == id }) else {
            let parts = id.split(separator: "!", maxSplits: 1).map(String.init)
            throw .unauthorized(
                modern || parts.count < 2
                    ? "Authentication failed!"
                    : "no such token '\(parts[1])' for user '\(parts[0])'"
            )
        }
        guard token.secret == text[text.index(after: equals)...] else {
            throw .unauthorized(modern ? "Authentication failed!" : "invalid token value!")
        }
        return token
    }
}

extension APIRequest {
    /// Refuses parameters that a call does not have.
    func allow(_ names: Set<String>) throws(PVEError) {
        var errors: [String: String] = [:]
        for parameter in parameters where !names.contains(parameter.name) {
            errors[parameter.name] =
                "property is not defined in schema and the schema does not allow additional "
                + "properties"
        }
        if !errors.isEmpty { throw .parameters(errors) }
    }
}

/// One who asks, with what the token may read, of the cluster as it is now.
struct Caller {
    let token: SimulatedToken
    let cluster: SimulatedCluster
    let time: SimulationTime

    func allows(_ privilege: Privilege, on path: String) -> Bool {
        token.allows(privilege, on: path)
    }

    func demand(_ privilege: Privilege, on path: String) throws(PVEError) {
        guard allows(privilege, on: path) else { throw .permission(path, privilege) }
    }

    var isModern: Bool { cluster.release == .nine }

    var version: PVEValue {
        .object([
            .init("version", .text(cluster.release.version)),
            .init("release", .text(cluster.release.release)),
            .init("repoid", .text(cluster.release.repositoryID)),
        ])
    }
}
