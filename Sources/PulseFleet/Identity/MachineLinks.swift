/// Which host is which node: a machine that runs an agent and is a member of a polled cluster.
///
/// They are one machine when they have the same short name, no other host and no other node has it,
/// and the host runs a kernel of Proxmox's. Nothing better is told by both: machine ids are copied
/// with templates, and PVE does not tell its own.
struct MachineLinks {
    /// A host or a node: its slot and its identity.
    struct Machine: Equatable {
        let slot: Int
        let id: String
    }

    /// A host and the node that it is; one of them is `nil` where they are not one any more.
    struct Link {
        let host: Machine?
        let node: Machine?
    }

    private var hosts: [String: [Machine]] = [:]
    private var nodes: [String: [Machine]] = [:]
    private var hostNames: [Int: String] = [:]
    private var nodeNames: [Int: String] = [:]
    private var changed: Set<String> = []

    /// Notes what a host is called; `nil` = it is gone, or can be no node.
    mutating func note(host: Machine, called name: String?) {
        let name = name.map(Self.short)
        guard hostNames[host.slot] != name else { return }
        Self.move(host, from: hostNames[host.slot], to: name, in: &hosts, &changed)
        hostNames[host.slot] = name
    }

    /// Notes what a node is called; `nil` = it is gone.
    mutating func note(node: Machine, called name: String?) {
        let name = name.map(Self.short)
        guard nodeNames[node.slot] != name else { return }
        Self.move(node, from: nodeNames[node.slot], to: name, in: &nodes, &changed)
        nodeNames[node.slot] = name
    }

    /// What has changed since the last call, in a fixed order.
    mutating func takeChanges() -> [Link] {
        if changed.isEmpty { return [] }
        var links: [Link] = []
        for name in changed.sorted() {
            let (hosts, nodes) = (hosts[name] ?? [], nodes[name] ?? [])
            if let host = hosts.first, let node = nodes.first, hosts.count == 1, nodes.count == 1 {
                links.append(Link(host: host, node: node))
            } else {
                links += hosts.map { Link(host: $0, node: nil) }
                links += nodes.map { Link(host: nil, node: $0) }
            }
        }
        changed.removeAll()
        return links
    }

    private static func move(
        _ machine: Machine,
        from old: String?,
        to new: String?,
        in machines: inout [String: [Machine]],
        _ changed: inout Set<String>
    ) {
        if let old {
            machines[old]?.removeAll { $0.slot == machine.slot }
            if machines[old]?.isEmpty == true { machines[old] = nil }
            changed.insert(old)
        }
        if let new {
            machines[new, default: []].append(machine)
            changed.insert(new)
        }
    }

    /// A name without its domain, in small letters.
    private static func short(_ name: String) -> String {
        String(name.prefix { $0 != "." }).lowercased()
    }
}
