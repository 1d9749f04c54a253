import Foundation

@testable import PulseSimulator

/// Options for a world, in one line.
func options(
    clusters: Int = 1,
    nodes: Int = 3,
    guests: Int = 60,
    seed: UInt64 = 7
) -> SimulatorOptions {
    var options = SimulatorOptions()
    options.clusters = clusters
    options.nodes = nodes
    options.guests = guests
    options.seed = seed
    return options
}

/// The first cluster of a world.
func cluster(_ options: SimulatorOptions = options()) -> SimulatedCluster {
    SimulatedCluster.world(options)[0]
}

/// A cluster's API with a client that has a token, and a clock that the test moves.
final class PlayedCluster {
    var api: ClusterAPI
    var milliseconds: Int64 = 0

    init(_ options: SimulatorOptions = options(), index: Int = 0) {
        api = ClusterAPI(SimulatedCluster.world(options)[index])
    }

    /// A cluster like another one, as that one is now.
    init(like other: PlayedCluster) {
        api = other.api
        milliseconds = other.milliseconds
    }

    /// The cluster as it is now.
    var cluster: SimulatedCluster { api.cluster }

    /// Does something to the cluster.
    func change<R>(_ body: (inout SimulatedCluster) -> R) -> R { body(&api.cluster) }

    /// The header's value for one of the cluster's tokens.
    func authorization(_ token: Int = 0) -> String {
        let token = api.cluster.tokens[token]
        return "PVEAPIToken=\(token.id)=\(token.secret)"
    }

    /// Asks for a path below /api2/json.
    func get(_ path: String, token: Int = 0) -> APIAnswer {
        send(APIRequest("/api2/json" + path, authorization: authorization(token)))
    }

    func send(_ request: APIRequest) -> APIAnswer {
        api.answer(request, at: SimulationTime(milliseconds: milliseconds))
    }

    /// The list that a path answers with.
    func list(_ path: String, token: Int = 0) throws -> [[String: Any]] {
        try get(path, token: token).data() as? [[String: Any]] ?? []
    }
}

extension APIAnswer {
    /// The JSON of the body.
    func json() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:]
    }

    func data() throws -> Any? { try json()["data"] }
}
