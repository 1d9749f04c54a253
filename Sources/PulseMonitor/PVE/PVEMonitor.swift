package import PulseFleet
package import PulseHTTPClient
import PulseJSON
package import PulseReactor

/// Polls one PVE cluster, or one PVE node, through one of its endpoints.
///
/// In each round the two lists that hold every figure of the cluster; beside the rounds, and more
/// rarely, what these do not say.
package final class PVEMonitor: Monitor {
    private let settings: RemoteSettings
    private let remote: RemoteID
    private let fleet: FleetOwner
    private let client: PVEClient
    private let clocks: MonitorRunner.Clocks

    private var version: String?
    private var permissions: PVEPermissions?
    /// The nodes of the last list that were online: only these can be asked for more.
    private var onlineNodes: [String] = []
    /// Whether the last list of guests had any.
    private var hadGuests = false
    /// Whether permissions were not asked for since it had none.
    private var isEmptinessDoubtful = false
    private var due: [Detail: MonotonicTime] = [:]

    /// What is asked beside the rounds.
    private enum Detail: Hashable {
        case permissions, version, cluster, storage
        case node(String)
    }

    /// Polls what `settings` name and applies it as `remote` to the fleet.
    package init(
        _ settings: RemoteSettings,
        as remote: RemoteID,
        in fleet: FleetOwner,
        over transport: any Transport,
        clocks: MonitorRunner.Clocks
    ) {
        self.settings = settings
        self.remote = remote
        self.fleet = fleet
        self.clocks = clocks
        client = PVEClient(settings, over: transport, now: clocks.now)
    }

    package func poll(on shard: isolated Shard) async throws(PollError) -> MonitorAnswer {
        let nodes = try await client.list("node", on: shard, NodeReport.read)
        try await apply(nodes, on: shard)
        let guests = try await client.list("vm", on: shard, GuestReport.read)
        // A token without rights gets an empty list and no error; that must not clear the page.
        // What it may do is asked again, since that may be why the list is empty now.
        if guests.isEmpty, hadGuests {
            isEmptinessDoubtful = true
            due[.permissions] = nil
        }
        hadGuests = !guests.isEmpty
        if hadGuests || (!isEmptinessDoubtful && permissions?.has(.guestAudit) == true) {
            try await apply(guests, on: shard)
        }
        return MonitorAnswer(
            version: version,
            problem: permissions?.problem(of: settings.token)
        )
    }

    private func apply(
        _ nodes: [NodeReport],
        on shard: isolated Shard
    ) async throws(PollError) {
        var online: [String] = []
        try await ListSlices(nodes).forEach(on: shard) { slice, part in
            fleet.apply(slice, part, of: remote, at: clocks.fleetNow())
            for node in slice where node.status == "online" && Self.isNodeName(node.name) {
                online.append(node.name)
            }
        }
        onlineNodes = online
    }

    private func apply(
        _ guests: [GuestReport],
        on shard: isolated Shard
    ) async throws(PollError) {
        try await ListSlices(guests).forEach(on: shard) { slice, part in
            fleet.apply(slice, part, of: remote, at: clocks.fleetNow())
        }
    }

    private func apply(
        _ storages: [StorageReport],
        on shard: isolated Shard
    ) async throws(PollError) {
        var list = StorageGroups()
        try await ListSlices(storages).forEach(on: shard) { slice, _ in list.add(slice) }
        // A shared one has an entry for each node, and each of them costs.
        let slices = ListSlices(list.groups) { $0.entries.count }
        try await slices.forEach(on: shard) { slice, part in
            fleet.apply(slice, part, of: remote, at: clocks.fleetNow())
        }
    }

    /// Asks for what is due.
    ///
    /// A failure ends this go; what failed is due again later, and the next
    /// go begins with the rest.
    package func pollDetails(on shard: isolated Shard) async throws(PollError) {
        if isDue(.permissions) {
            let permissions = try await detail("/access/permissions", on: shard) {
                (body) throws(JSONError) in try PVEPermissions(body)
            }
            self.permissions = permissions
            isEmptinessDoubtful = false
            done(
                .permissions,
                nextIn: permissions.missing.isEmpty
                    ? PVELimits.permissionsNanoseconds : PVELimits.missingNanoseconds
            )
        }
        if isDue(.version) {
            version = try await detail("/version", on: shard, PVEDetails.version)
            done(.version, nextIn: PVELimits.versionNanoseconds)
        }
        if isDue(.cluster) {
            let report = try await detail("/cluster/status", on: shard, PVEDetails.cluster)
            fleet.apply(report, of: remote, at: clocks.fleetNow())
            done(.cluster, nextIn: PVELimits.clusterNanoseconds)
        }
        if isDue(.storage) {
            let storages = try await client.list("storage", on: shard, StorageReport.read)
            // As with guests.
            if !storages.isEmpty || permissions?.has(.storageAudit) == true {
                try await apply(storages, on: shard)
            }
            done(.storage, nextIn: PVELimits.storageNanoseconds)
        }
        try await pollNodes(on: shard)
    }

    package func pollDetail(
        of source: DetailSource,
        on shard: isolated Shard
    ) async throws(PollError) -> DetailReport {
        switch source {
        case .guest(let kind, let vmid, let node):
            return try await client.get(
                "/nodes/\(try pathName(of: node))/\(kind.rawValue)/\(vmid)/status/current",
                withinNanoseconds: PVELimits.roundNanoseconds,
                on: shard,
                decode: PVECurrent.guest
            )
        case .node(let name):
            let details = try await askNode(
                try pathName(of: name),
                withinNanoseconds: PVELimits.roundNanoseconds,
                on: shard
            )
            return PVECurrent.node(details)
        }
    }

    /// A node's name as part of a path.
    private func pathName(of node: String) throws(PollError) -> String {
        guard Self.isNodeName(node) else {
            throw .unexpected(origin: settings.endpoint.origin, offset: 0)
        }
        return node
    }

    package func makeAllDue() { due = [:] }

    /// Asks those nodes that were not asked for the longest time.
    private func pollNodes(on shard: isolated Shard) async throws(PollError) {
        let nodes = onlineNodes
        let names = Set(nodes)
        due = due.filter { entry in
            guard case .node(let name) = entry.key else { return true }
            return names.contains(name)
        }
        // Those never asked have no time, and come first.
        let overdue = nodes.filter { isOverdue(.node($0)) }.sorted {
            (due[.node($0)]?.nanoseconds ?? 0, $0) < (due[.node($1)]?.nanoseconds ?? 0, $1)
        }
        for name in overdue.prefix(PVELimits.nodesAtOnce) where isDue(.node(name)) {
            _ = try await askNode(
                name,
                withinNanoseconds: PVELimits.detailNanoseconds,
                on: shard
            )
        }
    }

    /// Asks a node, and puts what it tells into its row.
    private func askNode(
        _ name: String,
        withinNanoseconds: UInt64,
        on shard: isolated Shard
    ) async throws(PollError) -> NodeDetails {
        let details = try await client.get(
            "/nodes/\(name)/status",
            withinNanoseconds: withinNanoseconds,
            on: shard
        ) { (body) throws(JSONError) in try PVEDetails.node(name, body) }
        fleet.apply(details, of: remote, at: clocks.fleetNow())
        done(.node(name), nextIn: PVELimits.nodeNanoseconds)
        return details
    }

    /// Whether a name may be part of a path; PVE gives nodes only names of hosts.
    private static func isNodeName(_ name: String) -> Bool {
        name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-.".contains($0)) }
            && name.contains { $0 != "." }
    }

    // MARK: What is due

    private func isOverdue(_ detail: Detail) -> Bool {
        due[detail].map { $0 <= clocks.now() } ?? true
    }

    /// Whether to ask now; if so, and it fails, it is not asked again for a minute.
    private func isDue(_ detail: Detail) -> Bool {
        guard isOverdue(detail) else { return false }
        due[detail] = clocks.now() + PVELimits.retryNanoseconds
        return true
    }

    private func done(_ detail: Detail, nextIn nanoseconds: UInt64) {
        due[detail] = clocks.now() + nanoseconds
    }

    // MARK: Requests

    private func detail<Value>(
        _ path: String,
        on shard: isolated Shard,
        _ decode: ([UInt8]) throws(JSONError) -> Value?
    ) async throws(PollError) -> Value {
        try await client.get(
            path,
            withinNanoseconds: PVELimits.detailNanoseconds,
            on: shard,
            decode: decode
        )
    }
}
