/// An answer of `GET /cluster/resources?type=vm` as a PVE cluster would give it: the members of
/// each object in an order of its own, since Perl shuffles them.
enum InventedAnswer {
    /// The same bytes for the same seed.
    static func guests(count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        var text = "{\"data\":["
        for index in 0..<count {
            if index > 0 { text += "," }
            let members = members(vmid: 100 + index, &random).shuffled(using: &random)
            text += "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
        }
        text += "]}"
        return Array(text.utf8)
    }

    /// Names and encoded values.
    private static func members(
        vmid: Int,
        _ random: inout SeededRandom
    ) -> [(String, String)] {
        let isRunning = random.below(10) > 0
        let kind = random.below(3) == 0 ? "lxc" : "qemu"
        let memory = UInt64(random.pick([1, 2, 4, 16])) << 30
        let words = ["web", "db", "mail", "build", "büro", "monitor", "vpn", "🚀-svc"]
        var members = [
            ("id", "\"\(kind)/\(vmid)\""), ("type", "\"\(kind)\""), ("vmid", "\(vmid)"),
            ("node", "\"pve\(random.below(60))\""),
            ("name", "\"\(random.pick(words))-\(vmid)\""),
            ("status", isRunning ? "\"running\"" : "\"stopped\""),
            ("template", "0"), ("maxcpu", "\(random.pick([1, 2, 4, 8]))"),
            ("maxmem", "\(memory)"), ("maxdisk", "\(UInt64(random.pick([8, 32, 100])) << 30)"),
            ("disk", kind == "lxc" && isRunning ? "\(random.below(8 << 30))" : "0"),
        ]
        // As Perl prints a share: 15 to 17 digits.
        members.append(("cpu", isRunning ? "\(random.unit() / 4)" : "0"))
        members.append(("uptime", isRunning ? "\(1_000 + random.below(9_000_000))" : "0"))
        members.append(("mem", isRunning ? "\(random.below(memory))" : "0"))
        for name in ["netin", "netout", "diskread", "diskwrite"] {
            members.append((name, isRunning ? "\(random.below(1 << 40))" : "0"))
        }
        if random.below(3) == 0 { members.append(("tags", "\"prod;dmz\"")) }
        if random.below(4) == 0 { members.append(("pool", "\"shop\"")) }
        // What newer versions tell and nobody here reads.
        if random.below(2) == 0 { members.append(("memhost", "\(random.below(memory))")) }
        if random.below(8) == 0 { members.append(("pressure", "{\"cpu\":[0.1,0.25],\"io\":null}")) }
        return members
    }
}
