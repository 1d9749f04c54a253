extension SimulatedCluster {
    /// The clusters of a world, as they are when the simulation begins.
    package static func world(_ options: SimulatorOptions) -> [SimulatedCluster] {
        (0..<options.clusters).map { index in
            let rest = index < options.guests % options.clusters ? 1 : 0
            // The last clusters have the dead nodes, and enough others to go on.
            let hasDeadNode = index >= options.clusters - options.deadNodes && options.nodes > 2
            var plan = ClusterPlan(
                options,
                index: index,
                guestCount: options.guests / options.clusters + rest
            )
            var cluster = plan.make()
            cluster.advance(to: 0)
            if hasDeadNode { _ = cluster.killNode("pve\(options.nodes)", at: 0) }
            return cluster
        }
    }
}

/// Draws one cluster from its seed.
private struct ClusterPlan {
    private let options: SimulatorOptions
    private let index: Int
    private let guestCount: Int
    private let seed: UInt64
    private var random: SeededRandom

    private static let names = ["lab", "prod", "edge", "office", "archive", "staging"]
    private static let pools = ["infra", "production", "staging"]

    init(_ options: SimulatorOptions, index: Int, guestCount: Int) {
        self.options = options
        self.index = index
        self.guestCount = guestCount
        seed = SeededRandom.seed(options.seed, UInt64(index))
        random = SeededRandom(seed: seed)
    }

    mutating func make() -> SimulatedCluster {
        // One in three has not been upgraded yet.
        let release = index % 3 == 1 ? PVERelease.eight : .nine
        let name = index < Self.names.count ? Self.names[index] : "cluster-\(index + 1)"
        let tokens = tokens(release)
        let guests = GuestPlan(count: guestCount, nodes: options.nodes, seed: seed).guests()
        return SimulatedCluster(
            name: name,
            release: release,
            tokens: tokens,
            storages: storages(),
            pools: Self.pools,
            nodes: nodes(guests),
            guests: guests,
            seed: seed
        )
    }

    private mutating func tokens(_ release: PVERelease) -> [SimulatedToken] {
        let full = SimulatedToken(
            id: "monitor@pve!pulse",
            secret: SimulatedToken.secret(&random),
            privileges: Privilege.auditor(release),
            path: "/"
        )
        return [full]
            + options.lesserTokens.map { lesser in
                SimulatedToken(
                    id: "monitor@pve!\(lesser.name)",
                    secret: SimulatedToken.secret(&random),
                    privileges: lesser.privileges,
                    path: lesser.path
                )
            }
    }

    private func storages() -> [SimulatedStorage] {
        let images = ["images", "rootdir"]
        let files = ["backup", "iso", "vztmpl"]
        var all = [
            SimulatedStorage(
                "local",
                type: "dir",
                content: files,
                gibibytes: 94,
                isShared: false,
                seed: seed
            ),
            SimulatedStorage(
                "local-lvm",
                type: "lvmthin",
                content: images,
                gibibytes: 1800,
                isShared: false,
                seed: seed
            ),
            SimulatedStorage(
                "nas",
                type: "nfs",
                content: ["backup", "images", "iso"],
                gibibytes: 14_900,
                seed: seed
            ),
            SimulatedStorage(
                "pbs1",
                type: "pbs",
                content: ["backup"],
                gibibytes: 22_300,
                seed: seed
            ),
        ]
        if options.nodes > 2 {
            all.append(
                SimulatedStorage(
                    "ceph",
                    type: "rbd",
                    content: images,
                    gibibytes: 28_600,
                    seed: seed
                )
            )
        }
        var old = SimulatedStorage(
            "old-nas",
            type: "cifs",
            content: ["backup"],
            gibibytes: 3700,
            seed: seed
        )
        old.isEnabled = false
        return all + [old]
    }

    /// Nodes on machines that can carry their guests, and one that has too much to do.
    private mutating func nodes(_ guests: [SimulatedGuest]) -> [SimulatedNode] {
        let hot = Int.random(in: 0..<options.nodes, using: &random)
        return (0..<options.nodes).map { node in
            let own = guests.filter { $0.node == node && !$0.isTemplate }
            let memory = own.reduce(Int64(0)) { $0 + $1.memoryMax }
            let cpus = own.reduce(0.0) { $0 + $1.cpus }
            let network = index % 200 + 10
            return SimulatedNode(
                name: "pve\(node + 1)",
                address: "10.\(network).\(node / 240).\(node % 240 + 11)",
                hardware: .fitting(cpus: cpus / 3, memory: memory / 10 * 9),
                // One hot node in every other cluster is trouble enough.
                isHot: node == hot && index % 2 == 0,
                seed: SeededRandom.seed(seed, 1_000_000 + UInt64(node))
            )
        }
    }
}
