/// What a simulated world consists of.
package struct SimulatorOptions: Sendable, Equatable {
    /// A token beside the one that may read everything.
    package struct LesserToken: Sendable, Equatable {
        /// The part behind the `!`.
        package var name: String
        package var privileges: Set<Privilege>
        /// Where they hold, and below: "/", "/vms/100", "/nodes/pve1".
        package var path: String

        package init(name: String, privileges: Set<Privilege>, path: String = "/") {
            self.name = name
            self.privileges = privileges
            self.path = path
        }
    }

    /// How many clusters there are, each with an address of its own.
    package var clusters = 3
    /// Nodes in each cluster; one alone is no cluster in Proxmox VE's sense.
    package var nodes = 4
    /// Guests in all, spread over the clusters.
    package var guests = 300
    /// The same seed makes the same world.
    package var seed: UInt64 = 1
    /// Nodes that die when the simulation begins, one in each of the last clusters.
    package var deadNodes = 0
    package var lesserTokens: [LesserToken] = []

    package init() {}

    /// The world of the demo: 3 clusters of 4 nodes, 300 guests, and some trouble.
    package static var demo: SimulatorOptions {
        var options = SimulatorOptions()
        options.deadNodes = 1
        return options
    }
}

/// The privileges of Proxmox VE that the simulated calls look at.
package enum Privilege: String, Sendable, CaseIterable {
    case sysAudit = "Sys.Audit"
    case vmAudit = "VM.Audit"
    case datastoreAudit = "Datastore.Audit"
    case poolAudit = "Pool.Audit"
    case sdnAudit = "SDN.Audit"
    case mappingAudit = "Mapping.Audit"
    case guestAgentAudit = "VM.GuestAgent.Audit"

    /// What the role PVEAuditor holds in a version.
    static func auditor(_ release: PVERelease) -> Set<Privilege> {
        var all = Set(allCases)
        if release == .eight { all.remove(.guestAgentAudit) }
        return all
    }
}
