// GET /nodes and what lies below
extension Caller {
    func nodesCall(_ parts: [String], _ request: APIRequest) throws(PVEError) -> PVEValue {
        if parts.count == 1 {
            try request.allow([])
            return .list(nodeList)
        }
        // Calls are looked up before they are handed to their node.
        guard let call = NodeCall(parts) else { throw .unknown("GET", parts) }
        try request.allow(call.parameters)
        let (index, node) = try reach(parts[1])
        switch call {
        case .status:
            try demand(.sysAudit, on: "/nodes/\(node.name)")
            return status(of: node)
        case .guests(let kind):
            let own = visibleGuests.filter { $0.node == index && $0.kind == kind }
            return .list(own.map { .object(listFields(of: $0)) })
        case .guest(let kind, let number):
            return try current(kind, number, on: index)
        case .storage:
            return .list(storages(onNode: index))
        }
    }

    /// The calls of a node that there are.
    private enum NodeCall {
        case status
        case guests(SimulatedGuest.Kind)
        case guest(SimulatedGuest.Kind, String)
        case storage

        init?(_ parts: [String]) {
            switch parts.count {
            case 3 where parts[2] == "status": self = .status
            case 3 where parts[2] == "storage": self = .storage
            case 3:
                guard let kind = SimulatedGuest.Kind(rawValue: parts[2]) else { return nil }
                self = .guests(kind)
            case 6 where parts[4...] == ["status", "current"]:
                guard let kind = SimulatedGuest.Kind(rawValue: parts[2]) else { return nil }
                self = .guest(kind, parts[3])
            default: return nil
            }
        }

        var parameters: Set<String> {
            switch self {
            case .status, .guest: []
            case .guests(let kind): kind == .qemu ? ["full"] : []
            case .storage: ["content", "enabled", "format", "storage", "target"]
            }
        }
    }

    /// The node that a call is for; who answers reaches it only when it lives.
    private func reach(_ name: String) throws(PVEError) -> (Int, SimulatedNode) {
        guard let index = cluster.nodes.firstIndex(where: { $0.name == name }) else {
            throw .failure(
                "hostname lookup '\(name)' failed - failed to get address info for: \(name): "
                    + "Name or service not known"
            )
        }
        let node = cluster.nodes[index]
        guard node.isAlive || node.name == cluster.answering.name else {
            throw .unreachable("No route to host")
        }
        return (index, node)
    }

    private var nodeList: [PVEValue] {
        cluster.nodes.map { node in
            var random = SeededRandom(seed: SeededRandom.seed(node.seed, .max))
            let digits = Array("0123456789ABCDEF")
            // Each node has a certificate of its own, beside the one that is shown here.
            let fingerprint = (0..<32).map { _ in
                String([digits[Int(random.next() >> 60)], digits[Int(random.next() >> 60)]])
            }
            let text = fingerprint.joined(separator: ":")
            return .object(fields(of: node) + [.init("ssl_fingerprint", .text(text))])
        }
    }

    // MARK: Status

    private func status(of node: SimulatedNode) -> PVEValue {
        let sample = node.sample
        // Read when it is asked for, so it moves between two cycles.
        var random = SeededRandom(seed: SeededRandom.seed(node.seed, seconds))
        let release = cluster.release
        return .object([
            .init("uptime", .integer((time.milliseconds - node.bootedAt) / 1000)),
            .init("idle", .integer(0)),
            .init("cpu", .number(min(1, sample.cpu * random.between(0.9...1.1)))),
            .init("wait", .number(sample.wait * random.between(0.5...1.5))),
            .init(
                "loadavg",
                .list([sample.load1, sample.load5, sample.load15].map { .text(hundredths($0)) })
            ),
            .init("kversion", .text("Linux \(release.kernel) \(release.kernelBuild)")),
            .init(
                "current-kernel",
                .object([
                    .init("sysname", .text("Linux")),
                    .init("release", .text(release.kernel)),
                    .init("version", .text(release.kernelBuild)),
                    .init("machine", .text("x86_64")),
                ])
            ),
            .init(
                "boot-info",
                .object([.init("mode", .text("efi")), .init("secureboot", .integer(0))])
            ),
            .init("cpuinfo", processor(of: node)),
            .init("memory", memory(of: node)),
            .init("swap", space(total: node.swapMax, used: sample.swap)),
            .init("ksm", .object([.init("shared", .integer(0))])),
            .init("rootfs", root(of: node)),
            .init(
                "pveversion",
                .text("pve-manager/\(release.version)/\(release.repositoryID)")
            ),
        ])
    }

    private var seconds: UInt64 { UInt64(bitPattern: time.milliseconds / 1000) }

    /// "0.52", as the kernel writes its load.
    private func hundredths(_ value: Double) -> String {
        let scaled = Int((value * 100).rounded())
        let fraction = scaled % 100
        return "\(scaled / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    private func processor(of node: SimulatedNode) -> PVEValue {
        let hardware = node.hardware
        return .object([
            .init("model", .text(hardware.model)),
            .init("vendor", .text(hardware.vendor)),
            .init("family", .text(hardware.family)),
            .init("sockets", .number(hardware.sockets)),
            .init("cores", .number(hardware.cores)),
            .init("cpus", .number(hardware.threads)),
            .init("mhz", .text(hardware.mhz)),
            .init("hvm", .text("1")),
            .init("user_hz", .integer(100)),
            .init("flags", .text("fpu vme de pse tsc msr pae mce cx8 apic sep mtrr")),
        ])
    }

    private func memory(of node: SimulatedNode) -> PVEValue {
        let total = node.hardware.memory
        let available = total - node.sample.memory
        var fields: [PVEValue.Field] = [
            .init("total", .integer(total)),
            .init("used", .integer(node.sample.memory)),
            .init("free", .integer(available / 3 / 4096 * 4096)),
        ]
        if isModern { fields.append(.init("available", .integer(available))) }
        return .object(fields)
    }

    private func root(of node: SimulatedNode) -> PVEValue {
        let free = node.diskMax - node.sample.disk
        return .object([
            .init("total", .integer(node.diskMax)),
            .init("used", .integer(node.sample.disk)),
            // What is reserved for root is free but not available.
            .init("avail", .integer(max(0, free - node.diskMax / 20))),
            .init("free", .integer(free)),
        ])
    }

    private func space(total: Int64, used: Int64) -> PVEValue {
        .object([
            .init("total", .integer(total)),
            .init("used", .integer(used)),
            .init("free", .integer(total - used)),
        ])
    }

    // MARK: Storage

    private func storages(onNode index: Int) -> [PVEValue] {
        let cycle = cluster.nodes[index].cycle
        return cluster.storages.filter { allows(.datastoreAudit, on: "/storage/\($0.name)") }
            .map { storage in
                let total = storage.isEnabled ? storage.size : 0
                let used = storage.isEnabled ? storage.used(onNode: index, cycle: cycle) : 0
                var fields: [PVEValue.Field] = [
                    .init("storage", .text(storage.name)),
                    .init("type", .text(storage.type)),
                    .init("content", .text(content(of: storage, onNode: index))),
                    .init("shared", .flag(storage.isShared)),
                    .init("enabled", .flag(storage.isEnabled)),
                    .init("active", .flag(storage.isEnabled)),
                    .init("total", .integer(total)),
                    .init("used", .integer(used)),
                    .init("avail", .integer(total - used)),
                ]
                if total > 0 {
                    let share = Double(used) / Double(total)
                    fields.append(.init("used_fraction", .number(share)))
                }
                return .object(fields)
            }
    }
}

// GET /access/…
extension Caller {
    func accessCall(_ parts: [String], _ request: APIRequest) throws(PVEError) -> PVEValue {
        switch parts {
        case ["access", "permissions"]:
            try request.allow(["path", "userid"])
            return permissions(only: request.parameter("path"))
        case ["access", "ticket"]: throw .needsTicket("/access/ticket")
        default: throw .unknown("GET", parts)
        }
    }

    /// The token's own rights, on the paths that are always shown and on those that it names.
    private func permissions(only path: String?) -> PVEValue {
        let top = [
            "/", "/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms",
        ]
        let paths = path.map { [$0] } ?? Set(top + [token.path]).sorted()
        let fields = paths.compactMap { path -> PVEValue.Field? in
            let held = Privilege.allCases.filter { allows($0, on: path) }
            if held.isEmpty { return nil }
            return .init(path, .object(held.map { .init($0.rawValue, .integer(1)) }))
        }
        return .object(fields)
    }
}
