// GET /nodes/{node}/qemu, /nodes/{node}/lxc and one guest of them
extension Caller {
    /// What the lists of a node say of a guest: other names, and fewer figures of QEMU.
    func listFields(of guest: SimulatedGuest) -> [PVEValue.Field] {
        let common = commonFields(of: guest, guest.listedCounters)
        guard guest.kind == .qemu, !isModern else { return common }
        let none = PVEValue.integer(0)
        return common + [.init("diskread", none), .init("diskwrite", none)]
    }

    private func commonFields(
        of guest: SimulatedGuest,
        _ counters: SimulatedGuest.Counters
    ) -> [PVEValue.Field] {
        let sample = guest.sample
        let isStopped = guest.state == .stopped
        var fields: [PVEValue.Field] = [
            .init("vmid", .number(guest.vmid)),
            .init("name", .text(guest.name)),
            // These lists know no other states.
            .init("status", .text(isStopped ? "stopped" : "running")),
            .init("cpus", .processors(guest.cpus)),
            .init("cpu", .number(isStopped ? 0 : sample.cpu)),
            .init("mem", .integer(isStopped ? 0 : sample.memory)),
            .init("maxmem", .integer(guest.memoryMax)),
            .init("disk", .integer(isStopped ? 0 : sample.disk)),
            .init("maxdisk", .integer(guest.diskMax)),
            .init("netin", .integer(counters.netIn)),
            .init("netout", .integer(counters.netOut)),
            .init("uptime", .integer(uptime(of: guest))),
        ]
        if !isStopped { fields.append(.init("pid", .number(1000 + guest.vmid * 7 % 30_000))) }
        if guest.isTemplate { fields.append(.init("template", .integer(1))) }
        if let lock = guest.lock { fields.append(.init("lock", .text(lock))) }
        if !guest.tags.isEmpty {
            fields.append(.init("tags", .text(guest.tags.joined(separator: ";"))))
        }
        if guest.kind == .lxc { fields += lxcFields(counters) }
        if guest.kind == .qemu, isModern {
            fields.append(.init("memhost", .integer(isStopped ? 0 : sample.hostMemory)))
        }
        return fields + pressure(guest)
    }

    private func lxcFields(_ counters: SimulatedGuest.Counters) -> [PVEValue.Field] {
        [
            .init("type", .text("lxc")),
            .init("swap", .integer(0)),
            .init("maxswap", .integer(536_870_912)),
            .init("diskread", .integer(counters.diskRead)),
            .init("diskwrite", .integer(counters.diskWrite)),
        ]
    }

    /// Stalls: numbers of QEMU, texts of LXC, and only since version 9.
    private func pressure(_ guest: SimulatedGuest) -> [PVEValue.Field] {
        guard isModern, guest.state != .stopped else { return [] }
        return ["cpu", "io", "memory"].flatMap { what in
            ["some", "full"].map { kind in
                let none = guest.kind == .qemu ? PVEValue.integer(0) : .text("0.00")
                return PVEValue.Field("pressure\(what)\(kind)", none)
            }
        }
    }

    private func uptime(of guest: SimulatedGuest) -> Int64 {
        guest.state == .stopped ? 0 : (time.milliseconds - guest.bootedAt) / 1000
    }

    // MARK: One guest

    func current(
        _ kind: SimulatedGuest.Kind,
        _ number: String,
        on node: Int
    ) throws(PVEError) -> PVEValue {
        guard let vmid = Int(number), (100...999_999_999).contains(vmid) else {
            throw .parameters([
                "vmid": "invalid format - value does not look like a valid VM ID"
            ])
        }
        try demand(.vmAudit, on: "/vms/\(vmid)")
        guard
            let guest = cluster.guests.first(where: {
                $0.vmid == vmid && $0.kind == kind && $0.node == node
            })
        else {
            let folder = kind == .qemu ? "qemu-server" : "lxc"
            let name = cluster.nodes[node].name
            throw .failure(
                "Configuration file 'nodes/\(name)/\(folder)/\(vmid).conf' does not exist"
            )
        }
        let managed: [PVEValue.Field] =
            [.init("managed", .flag(guest.isManaged))]
            + (guest.isManaged ? [.init("state", .text("started"))] : [])
        // Read while it is asked, where the lists tell what pvestatd has read.
        let counters = guest.liveCounters(at: time.milliseconds)
        let common = commonFields(of: guest, counters) + [.init("ha", .object(managed))]
        return .object(kind == .lxc ? common : common + machineFields(guest, counters))
    }

    /// What QEMU itself says of a machine that runs.
    private func machineFields(
        _ guest: SimulatedGuest,
        _ counters: SimulatedGuest.Counters
    ) -> [PVEValue.Field] {
        let isStopped = guest.state == .stopped
        let fields: [PVEValue.Field] = [
            .init("qmpstatus", .text(guest.state.rawValue)),
            .init("agent", .integer(1)),
            .init("diskread", .integer(counters.diskRead)),
            .init("diskwrite", .integer(counters.diskWrite)),
        ]
        if isStopped { return fields }
        let free = guest.memoryMax - guest.sample.memory
        return fields + [
            .init("balloon", .integer(guest.memoryMax)),
            .init("freemem", .integer(free)),
            .init("ballooninfo", balloon(guest, free: free)),
            .init("clipboard", .null),
            .init("running-machine", .text("pc-q35-10.1+pve0")),
            .init("running-qemu", .text(isModern ? "10.1.2" : "9.2.0")),
            .init(
                "nics",
                .object([
                    .init(
                        "tap\(guest.vmid)i0",
                        .object([
                            .init("netin", .integer(counters.netIn)),
                            .init("netout", .integer(counters.netOut)),
                        ])
                    )
                ])
            ),
            .init(
                "blockstat",
                .object([
                    .init(
                        "scsi0",
                        .object([
                            .init("rd_bytes", .integer(counters.diskRead)),
                            .init("wr_bytes", .integer(counters.diskWrite)),
                            .init("account_failed", .bool(true)),
                        ])
                    )
                ])
            ),
            .init(
                "proxmox-support",
                .object([
                    .init("pbs-dirty-bitmap", .bool(true)), .init("query-bitmap-info", .bool(true)),
                ])
            ),
        ]
    }

    private func balloon(_ guest: SimulatedGuest, free: Int64) -> PVEValue {
        .object([
            .init("actual", .integer(guest.memoryMax)),
            .init("max_mem", .integer(guest.memoryMax)),
            .init("total_mem", .integer(guest.memoryMax)),
            .init("free_mem", .integer(free)),
            .init("last_update", .integer(time.wallSeconds)),
        ])
    }
}
