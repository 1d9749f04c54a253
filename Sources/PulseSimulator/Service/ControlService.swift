import Logging
import PulseReactor

/// The control endpoint: what there is, and what is to go wrong with it.
///
/// `GET /` tells everything. `POST /clusters/{name}/{action}`, `POST
/// /clusters/{name}/nodes/{node}/{action}` and `POST /clusters/{name}/guests/{vmid}/{action}`
/// change it, and answer with the cluster as it is then.
final class ControlService: HTTPResponder {
    private let clusters: [ClusterService]
    private let seed: UInt64
    private let log: Logger

    init(_ clusters: [ClusterService], seed: UInt64, log: Logger) {
        self.clusters = clusters
        self.seed = seed
        self.log = log
    }

    /// Why a request was refused.
    private struct Refusal: Error {
        let status: Int
        let reason: String
        let words: String

        static func unknown(_ what: String) -> Refusal {
            Refusal(status: 404, reason: "Not Found", words: what)
        }

        static func bad(_ what: String) -> Refusal {
            Refusal(status: 400, reason: "Bad Request", words: what)
        }
    }

    func respond(to request: APIRequest) -> APIAnswer? {
        do throws(Refusal) {
            return .json(200, "OK", try answer(request).encoded())
        } catch {
            let body = PVEValue.object([.init("error", .text(error.words))])
            return .json(error.status, error.reason, body.encoded())
        }
    }

    private func answer(_ request: APIRequest) throws(Refusal) -> PVEValue {
        let path = request.path
        if path.isEmpty {
            guard request.method == "GET" else { throw .bad("GET / tells what there is") }
            return .object([
                .init("seed", .text("\(seed)")), .init("clusters", .list(clusters.map(describe))),
            ])
        }
        guard path.count >= 3, path[0] == "clusters" else {
            throw .unknown("there is no \(request.target); GET / tells what there is")
        }
        guard let cluster = clusters.first(where: { $0.name == path[1] }) else {
            throw .unknown("there is no cluster \(path[1])")
        }
        guard request.method == "POST" else { throw .bad("only POST changes a cluster") }
        switch (path.count, path[2]) {
        case (3, let action): try change(cluster, action, request)
        case (5, "nodes"): try changeNode(cluster, path[3], path[4])
        case (5, "guests"): try changeGuest(cluster, path[3], path[4])
        default: throw .unknown("there is no \(request.target); GET / tells what there is")
        }
        log.info("changed", metadata: ["path": "\(request.target)"])
        return describe(cluster)
    }

    // MARK: Changes

    private func change(
        _ cluster: ClusterService,
        _ action: String,
        _ request: APIRequest
    ) throws(Refusal) {
        if cluster.fault == .killed, action != "start", action != "kill" {
            throw .bad("\(cluster.name) is killed; start it first")
        }
        switch action {
        case "kill": cluster.kill()
        case "start": try start(cluster)
        case "resume": cluster.set(nil)
        case "hang": cluster.set(.hanging)
        case "garbage": cluster.set(.garbage)
        case "truncate": cluster.set(.truncated)
        case "chunk": cluster.set(.chunked(try number("bytes", request, 1...65_536, default: 1000)))
        case "slow":
            let milliseconds = try number("milliseconds", request, 0...600_000, default: 3000)
            cluster.set(.slow(Int64(milliseconds)))
        case "error": cluster.set(.error(try number("status", request, 400...599, default: 500)))
        case "certificate":
            do throws(TLSError) {
                try cluster.changeCertificate()
            } catch {
                throw Refusal(status: 500, reason: "Failed", words: "\(error)")
            }
        default:
            throw .unknown(
                "there is no action \(action); the actions are kill, start, hang, resume, garbage, "
                    + "truncate, chunk?bytes=1000, slow?milliseconds=3000, error?status=500 and "
                    + "certificate"
            )
        }
    }

    private func start(_ cluster: ClusterService) throws(Refusal) {
        guard cluster.fault == .killed else { return cluster.set(nil) }
        do throws(SystemError) {
            try cluster.listen()
        } catch {
            throw Refusal(
                status: 500,
                reason: "Failed",
                words: "cannot listen on \(cluster.address): \(error.reason)"
            )
        }
    }

    private func number(
        _ name: String,
        _ request: APIRequest,
        _ range: ClosedRange<Int>,
        default usual: Int
    ) throws(Refusal) -> Int {
        guard let text = request.parameter(name) else { return usual }
        guard let value = Int(text), range.contains(value) else {
            throw .bad("\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private func changeNode(
        _ cluster: ClusterService,
        _ node: String,
        _ action: String
    ) throws(Refusal) {
        let isFound =
            switch action {
            case "kill": cluster.change { $0.killNode(node, at: $1) }
            case "start": cluster.change { $0.startNode(node, at: $1) }
            default: throw .unknown("there is no action \(action); nodes have kill and start")
            }
        if !isFound { throw .unknown("there is no node \(node) in \(cluster.name)") }
    }

    private func changeGuest(
        _ cluster: ClusterService,
        _ number: String,
        _ action: String
    ) throws(Refusal) {
        let vmid = Int(number) ?? 0
        let isFound =
            switch action {
            case "start": cluster.change { $0.startGuest(vmid, at: $1) }
            case "stop": cluster.change { $0.stopGuest(vmid, at: $1) }
            case "remove": cluster.change { $0.removeGuest(vmid, at: $1) }
            default:
                throw .unknown("there is no action \(action); guests have stop, start and remove")
            }
        if !isFound { throw .unknown("there is no guest \(number) in \(cluster.name)") }
    }

    // MARK: What there is

    private func describe(_ service: ClusterService) -> PVEValue {
        let cluster = service.current
        return .object([
            .init("name", .text(cluster.name)),
            .init("url", .text(service.url)),
            .init("state", .text(service.fault?.name ?? "running")),
            .init("version", .text(cluster.release.version)),
            .init("fingerprint", service.fingerprint.map { .text($0) } ?? .null),
            .init("tokens", .list(cluster.tokens.map(describe))),
            .init("nodes", .list(cluster.nodes.map(describe))),
            .init("guests", .list(cluster.guests.map { describe($0, in: cluster) })),
        ])
    }

    private func describe(_ token: SimulatedToken) -> PVEValue {
        .object([
            .init("id", .text(token.id)),
            .init("secret", .text(token.secret)),
            .init("path", .text(token.path)),
            .init(
                "privileges",
                .list(token.privileges.map(\.rawValue).sorted().map { .text($0) })
            ),
        ])
    }

    private func describe(_ node: SimulatedNode) -> PVEValue {
        .object([
            .init("name", .text(node.name)),
            .init("status", .text(node.isAlive ? "online" : "dead")),
            .init("hot", .bool(node.isHot)),
        ])
    }

    private func describe(_ guest: SimulatedGuest, in cluster: SimulatedCluster) -> PVEValue {
        .object([
            .init("vmid", .number(guest.vmid)),
            .init("name", .text(guest.name)),
            .init("type", .text(guest.kind.rawValue)),
            .init("node", .text(cluster.nodes[guest.node].name)),
            .init("status", .text(guest.state.rawValue)),
            .init("template", .bool(guest.isTemplate)),
        ])
    }
}

extension ClusterService {
    /// Where a monitor on this machine finds it.
    var url: String { "\(isSecure ? "https" : "http")://\(address.reachable)" }
}
