/// A cluster: the truth about its nodes and guests, and what their pvestatd last said of it.
///
/// It does no I/O and reads no clock: who asks says what time it is, and asks with a time that
/// never goes back.
package struct SimulatedCluster: Sendable, Equatable {
    package let name: String
    package let release: PVERelease
    package let tokens: [SimulatedToken]
    package let storages: [SimulatedStorage]
    package let pools: [String]
    package internal(set) var nodes: [SimulatedNode]
    /// In the order of their numbers.
    package internal(set) var guests: [SimulatedGuest]
    let seed: UInt64

    /// Whether more than half of the nodes are members.
    package var isQuorate: Bool { nodes.count { $0.isAlive } * 2 > nodes.count }

    /// The node that answers for the cluster: the first that lives.
    var answering: SimulatedNode { nodes.first { $0.isAlive } ?? nodes[0] }

    /// One machine alone has no cluster around it.
    var isStandalone: Bool { nodes.count == 1 }

    /// Lets every pvestatd do the cycles that were due until `time`, in milliseconds.
    package mutating func advance(to time: Int64) {
        for index in nodes.indices {
            while nodes[index].isAlive, nodes[index].nextCycle <= time {
                takeSamples(ofNode: index)
            }
        }
    }

    private mutating func takeSamples(ofNode index: Int) {
        let cycleTime = nodes[index].nextCycle
        let cycle = nodes[index].cycle
        var cpus = 0.0
        var memory: Int64 = 0
        for guest in guests.indices where guests[guest].node == index {
            guests[guest].takeSample(
                at: cycleTime,
                elapsed: SimulatedNode.cycleMilliseconds,
                cycle: cycle
            )
            let sample = guests[guest].sample
            cpus += sample.cpu * guests[guest].cpus
            memory += max(sample.memory, sample.hostMemory)
        }
        nodes[index].takeSample(guests: (cpus, memory))
    }

    /// Whether the cluster still knows what a guest does.
    func isKnown(_ guest: SimulatedGuest, at time: Int64) -> Bool {
        nodes[guest.node].isKnown(at: time)
    }
}

// MARK: What happens to it

extension SimulatedCluster {
    /// Cuts a node's power; the others notice at once, and what it said fades after five minutes.
    ///
    /// Returns `false` when there is no such node.
    package mutating func killNode(_ name: String, at time: Int64) -> Bool {
        guard let index = nodes.firstIndex(where: { $0.name == name }) else { return false }
        advance(to: time)
        if nodes[index].isAlive { nodes[index].die(at: time) }
        return true
    }

    /// Boots a dead node, and with it those of its guests that were not stopped.
    package mutating func startNode(_ name: String, at time: Int64) -> Bool {
        guard let index = nodes.firstIndex(where: { $0.name == name }) else { return false }
        advance(to: time)
        guard !nodes[index].isAlive else { return true }
        nodes[index].boot(at: time)
        for guest in guests.indices
        where guests[guest].node == index && guests[guest].state != .stopped {
            guests[guest].start(at: time)
        }
        advance(to: time)
        return true
    }

    /// Starts a guest that is not running; pvestatd sees it in its next cycle.
    ///
    /// Returns `false` when there is no such guest, or when it is a template.
    package mutating func startGuest(_ vmid: Int, at time: Int64) -> Bool {
        guard let index = guests.firstIndex(where: { $0.vmid == vmid }),
            !guests[index].isTemplate
        else { return false }
        advance(to: time)
        if guests[index].state != .running { guests[index].start(at: time) }
        return true
    }

    /// Stops a guest; pvestatd sees it in its next cycle.
    package mutating func stopGuest(_ vmid: Int, at time: Int64) -> Bool {
        guard let index = guests.firstIndex(where: { $0.vmid == vmid }) else { return false }
        advance(to: time)
        guests[index].state = .stopped
        return true
    }

    /// Removes a guest, which is gone at once.
    package mutating func removeGuest(_ vmid: Int, at time: Int64) -> Bool {
        guard let index = guests.firstIndex(where: { $0.vmid == vmid }) else { return false }
        advance(to: time)
        guests.remove(at: index)
        return true
    }
}
