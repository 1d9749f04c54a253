// GET /cluster/…
extension Caller {
    func clusterCall(_ parts: [String], _ request: APIRequest) throws(PVEError) -> PVEValue {
        switch parts {
        case ["cluster", "resources"]:
            try request.allow(["type"])
            return .list(try resources(request.parameter("type")))
        case ["cluster", "status"]:
            try request.allow([])
            try demand(.sysAudit, on: "/")
            return .list(status)
        default: throw .unknown("GET", parts)
        }
    }

    private var status: [PVEValue] {
        var entries: [PVEValue] = []
        if !cluster.isStandalone {
            entries.append(
                .object([
                    .init("type", .text("cluster")),
                    .init("id", .text("cluster")),
                    .init("name", .text(cluster.name)),
                    .init("nodes", .number(cluster.nodes.count)),
                    .init("version", .number(cluster.nodes.count + 4)),
                    .init("quorate", .flag(cluster.isQuorate)),
                ])
            )
        }
        let local = cluster.answering.name
        for (index, node) in cluster.nodes.enumerated() {
            entries.append(
                .object([
                    .init("type", .text("node")),
                    .init("id", .text("node/\(node.name)")),
                    .init("name", .text(node.name)),
                    .init("nodeid", .number(cluster.isStandalone ? 0 : index + 1)),
                    .init("ip", .text(node.address)),
                    .init("online", .flag(node.isAlive)),
                    .init("local", .flag(node.name == local)),
                    .init("level", .text(node.level)),
                ])
            )
        }
        return entries
    }

    // MARK: Resources

    private func resources(_ type: String?) throws(PVEError) -> [PVEValue] {
        switch type {
        case nil: return poolEntries + guestEntries + nodeEntries + storageEntries + zoneEntries
        case "vm": return guestEntries
        case "node": return nodeEntries
        case "storage": return storageEntries
        case "sdn": return zoneEntries
        case .some(let other):
            throw .parameters([
                "type": "value '\(other)' does not have a value in the enumeration "
                    + "'vm, storage, node, sdn'"
            ])
        }
    }

    private var poolEntries: [PVEValue] {
        cluster.pools.filter { allows(.poolAudit, on: "/pool/\($0)") }.map { pool in
            var fields: [PVEValue.Field] = [
                .init("id", .text("/pool/\(pool)")),
                .init("pool", .text(pool)),
                .init("type", .text("pool")),
            ]
            let running = visibleGuests.filter {
                $0.pool == pool && $0.sample.state != .stopped
                    && cluster.isKnown($0, at: time.milliseconds)
            }
            if !running.isEmpty {
                let cpus = running.reduce(0.0) { $0 + $1.cpus }
                let work = running.reduce(0.0) { $0 + $1.cpus * $1.sample.cpu }
                let memory = running.reduce(Int64(0)) { $0 + $1.sample.memory }
                let memoryMax = running.reduce(Int64(0)) { $0 + $1.memoryMax }
                fields += [
                    .init("cpu", .number(work / cpus)),
                    .init("maxcpu", .processors(cpus)),
                    .init("mem", .integer(memory)),
                    .init("maxmem", .integer(memoryMax)),
                    .init("uptime", .integer(running.map(\.sample.uptime).max() ?? 0)),
                ]
            }
            return .object(fields)
        }
    }

    private var guestEntries: [PVEValue] {
        // By number, compared as text.
        visibleGuests.map { (text: String($0.vmid), guest: $0) }.sorted { $0.text < $1.text }
            .map { .object(fields(of: $0.guest)) }
    }

    /// The guests that the token may see.
    var visibleGuests: [SimulatedGuest] {
        cluster.guests.filter { allows(.vmAudit, on: "/vms/\($0.vmid)") }
    }

    private func fields(of guest: SimulatedGuest) -> [PVEValue.Field] {
        let isKnown = cluster.isKnown(guest, at: time.milliseconds)
        let sample = guest.sample
        var fields: [PVEValue.Field] = [
            .init("id", .text("\(guest.kind.rawValue)/\(guest.vmid)")),
            .init("vmid", .number(guest.vmid)),
            .init("node", .text(cluster.nodes[guest.node].name)),
            .init("type", .text(guest.kind.rawValue)),
            .init("status", .text(isKnown ? sample.state.rawValue : "unknown")),
        ]
        // Locks, tags, pools and HA come from the cluster's files, not from the node.
        if let lock = guest.lock { fields.append(.init("lock", .text(lock))) }
        if !guest.tags.isEmpty {
            fields.append(.init("tags", .text(guest.tags.joined(separator: ";"))))
        }
        if let pool = guest.pool, allows(.poolAudit, on: "/pool/\(pool)") {
            fields.append(.init("pool", .text(pool)))
        }
        if guest.isManaged {
            let state = guest.state == .stopped ? "stopped" : "started"
            fields.append(.init("hastate", .text(state)))
        }
        guard isKnown else { return fields }
        fields += [
            .init("name", .text(guest.name)),
            .init("template", .flag(guest.isTemplate)),
            .init("uptime", .integer(sample.uptime)),
            .init("maxcpu", .processors(guest.cpus)),
            .init("cpu", .number(sample.cpu)),
            .init("maxmem", .integer(guest.memoryMax)),
            .init("mem", .integer(sample.memory)),
            .init("maxdisk", .integer(guest.diskMax)),
            .init("disk", .integer(sample.disk)),
            .init("netin", .integer(sample.counters.netIn)),
            .init("netout", .integer(sample.counters.netOut)),
            .init("diskread", .integer(sample.counters.diskRead)),
            .init("diskwrite", .integer(sample.counters.diskWrite)),
        ]
        if isModern { fields.append(.init("memhost", .integer(sample.hostMemory))) }
        return fields
    }

    private var nodeEntries: [PVEValue] {
        cluster.nodes.map { node in
            var all = fields(of: node)
            if isModern, !cluster.isStandalone {
                all.append(.init("hastate", .text(node.isAlive ? "online" : "unknown")))
            }
            return .object(all)
        }
    }

    /// What /cluster/resources and /nodes both say of a node.
    func fields(of node: SimulatedNode) -> [PVEValue.Field] {
        let isKnown = node.isKnown(at: time.milliseconds)
        var fields: [PVEValue.Field] = [
            .init("id", .text("node/\(node.name)")),
            .init("node", .text(node.name)),
            .init("type", .text("node")),
            .init("status", .text(!node.isAlive ? "offline" : isKnown ? "online" : "unknown")),
        ]
        guard isKnown else { return fields }
        fields.append(.init("level", .text(node.level)))
        guard allows(.sysAudit, on: "/nodes/\(node.name)") else { return fields }
        fields += [
            .init("maxcpu", .number(node.hardware.threads)),
            .init("maxmem", .integer(node.hardware.memory)),
            .init("maxdisk", .integer(node.diskMax)),
            .init("cgroup-mode", .integer(2)),
        ]
        guard node.isAlive else { return fields }
        fields += [
            .init("cpu", .number(node.sample.cpu)),
            .init("mem", .integer(node.sample.memory)),
            .init("disk", .integer(node.sample.disk)),
            .init("uptime", .integer(node.sample.uptime)),
        ]
        return fields
    }

    private var storageEntries: [PVEValue] {
        let visible = cluster.storages.filter {
            $0.isEnabled && allows(.datastoreAudit, on: "/storage/\($0.name)")
        }
        return cluster.nodes.indices.flatMap { index in
            visible.map { .object(fields(of: $0, onNode: index)) }
        }
    }

    private func fields(of storage: SimulatedStorage, onNode index: Int) -> [PVEValue.Field] {
        let node = cluster.nodes[index]
        let isKnown = node.isAlive && node.isKnown(at: time.milliseconds)
        var fields: [PVEValue.Field] = [
            .init("id", .text("storage/\(node.name)/\(storage.name)")),
            .init("storage", .text(storage.name)),
            .init("node", .text(node.name)),
            .init("type", .text("storage")),
            .init("plugintype", .text(storage.type)),
            .init("content", .text(content(of: storage, onNode: index))),
            .init("shared", .flag(storage.isShared)),
            .init("status", .text(isKnown ? "available" : "unknown")),
        ]
        guard isKnown else { return fields }
        fields += [
            .init("maxdisk", .integer(storage.size)),
            .init("disk", .integer(storage.used(onNode: index, cycle: node.cycle))),
        ]
        return fields
    }

    /// What a storage holds, in an order that differs from node to node.
    func content(of storage: SimulatedStorage, onNode index: Int) -> String {
        var random = SeededRandom(seed: SeededRandom.seed(cluster.seed, UInt64(index)))
        return storage.content.shuffled(using: &random).joined(separator: ",")
    }

    private var zoneEntries: [PVEValue] {
        guard allows(.sdnAudit, on: "/sdn/zones/localnetwork") else { return [] }
        return cluster.nodes.filter(\.isAlive).map { node in
            let zone = PVEValue.text("localnetwork")
            var fields: [PVEValue.Field] = [
                .init("node", .text(node.name)), .init("status", .text("ok")),
            ]
            if isModern {
                fields += [
                    .init("id", .text("network/\(node.name)/zone/localnetwork")),
                    .init("type", .text("network")),
                    .init("network-type", .text("zone")),
                    .init("network", zone),
                ]
            } else {
                fields += [
                    .init("id", .text("sdn/\(node.name)/localnetwork")),
                    .init("type", .text("sdn")),
                    .init("sdn", zone),
                ]
            }
            return .object(fields)
        }
    }
}
