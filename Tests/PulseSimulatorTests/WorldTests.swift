import Testing

@testable import PulseSimulator

@Suite("The world that a seed makes")
struct WorldTests {
    @Test("the same seed makes the same world, another seed another one")
    func seeds() {
        #expect(SimulatedCluster.world(options()) == SimulatedCluster.world(options()))
        #expect(cluster(options(seed: 1)) != cluster(options(seed: 2)))
        #expect(cluster(options(seed: 1)).tokens != cluster(options(seed: 2)).tokens)
    }

    @Test("it does not matter how often somebody looks")
    func steps() {
        var patient = cluster()
        var eager = patient
        for time in stride(from: Int64(0), through: 600_000, by: 731) { eager.advance(to: time) }
        eager.advance(to: 600_000)
        patient.advance(to: 600_000)
        #expect(eager == patient)
        #expect(patient != cluster())
    }

    @Test("guests are spread over the clusters, and none is lost")
    func spread() {
        let world = SimulatedCluster.world(options(clusters: 3, guests: 100))
        #expect(world.map(\.guests.count) == [34, 33, 33])
        #expect(Set(world.map(\.name)).count == 3)
        #expect(world.map { $0.nodes.map(\.name) } == [["pve1", "pve2", "pve3"]].repeated(3))
        #expect(Set(world.flatMap { $0.tokens.map(\.secret) }).count == 3)
    }

    @Test("numbers are unique in a cluster and in order", arguments: [0, 1, 5, 60, 9000])
    func numbers(guests: Int) {
        let numbers = cluster(options(guests: guests)).guests.map(\.vmid)
        #expect(Set(numbers).count == guests)
        #expect(numbers == numbers.sorted())
        #expect(numbers.allSatisfy { (100...999_999_999).contains($0) })
    }

    @Test("a cluster of 100 guests has some of everything", arguments: 1...5)
    func variety(seed: UInt64) {
        let guests = cluster(options(guests: 100, seed: seed)).guests
        for kind in [SimulatedGuest.Kind.qemu, .lxc] {
            #expect(guests.count { $0.kind == kind } > 20)
        }
        for state in [SimulatedGuest.State.running, .stopped, .paused, .inputOutputError] {
            #expect(guests.contains { $0.state == state }, "\(state)")
        }
        #expect(guests.count { $0.state == .running } > 70)
        #expect(guests.contains { $0.isTemplate } && guests.contains { $0.lock != nil })
        #expect(guests.contains { $0.tags.isEmpty } && guests.contains { $0.tags.count > 1 })
        #expect(guests.contains { $0.pool == nil } && guests.contains { $0.pool != nil })
        #expect(guests.contains { $0.cpus == 0.5 })
        #expect(guests.contains { $0.name == "web-01" } && guests.contains { $0.name == "db-02" })
        #expect(guests.filter(\.isTemplate).allSatisfy { $0.state == .stopped })
        #expect(guests.allSatisfy { $0.kind == .qemu || [.running, .stopped].contains($0.state) })
    }

    @Test("one node in every other cluster is hot, and the others are not")
    func heat() {
        for cluster in SimulatedCluster.world(options(clusters: 3, guests: 300)) {
            let hot = cluster.nodes.filter(\.isHot)
            #expect(hot.count == (cluster.name == "prod" ? 0 : 1))
            #expect(hot.allSatisfy { $0.sample.cpu > 0.85 })
            #expect(cluster.nodes.allSatisfy { $0.isHot || $0.sample.cpu < 0.8 })
        }
    }

    @Test("the demo has one dead node, and its cluster goes on")
    func demo() {
        let world = SimulatedCluster.world(.demo)
        #expect(world.count == 3 && world.reduce(0) { $0 + $1.guests.count } == 300)
        #expect(world.flatMap(\.nodes).count == 12)
        #expect(world.flatMap(\.nodes).filter { !$0.isAlive }.map(\.name) == ["pve4"])
        #expect(world.allSatisfy { $0.isQuorate })
    }

    @Test("figures stay within what their machine has", arguments: [12, 300, 5000])
    func bounds(guests: Int) {
        var cluster = cluster(options(nodes: 4, guests: guests))
        for cycle in 0..<50 {
            cluster.advance(to: Int64(cycle) * 10_000)
            for node in cluster.nodes {
                let sample = node.sample
                #expect((0.0...1).contains(sample.cpu) && (0.0...1).contains(sample.wait))
                #expect(sample.memory > 0 && sample.memory < node.hardware.memory)
                #expect(sample.disk > 0 && sample.disk < node.diskMax)
                #expect(sample.uptime > 0 && sample.load1 > 0 && sample.load15 > 0)
            }
            for guest in cluster.guests where guest.state == .running {
                #expect((0.0...1.1).contains(guest.sample.cpu))
                #expect(guest.sample.memory > 0 && guest.sample.memory <= guest.memoryMax)
                #expect((guest.sample.disk > 0) == (guest.kind == .lxc))
                #expect(guest.sample.uptime < cluster.nodes[guest.node].sample.uptime)
            }
        }
    }
}

extension Array {
    fileprivate func repeated(_ count: Int) -> [Element] {
        (0..<count).flatMap { _ in self }
    }
}
