import Testing

@testable import PulseSimulator

@Suite("The ten seconds of pvestatd")
struct CadenceTests {
    @Test("a node and its guests change together, once in ten seconds, each node in its phase")
    func cadence() {
        var cluster = cluster(options(nodes: 4))
        var changes = [[Int]](repeating: [], count: 4)
        for second in 1...60 {
            let before = cluster
            cluster.advance(to: Int64(second) * 1000)
            for node in 0..<4 {
                let own = cluster.guests.indices.filter {
                    cluster.guests[$0].node == node && cluster.guests[$0].state == .running
                }
                let changed = own.filter {
                    cluster.guests[$0].sample != before.guests[$0].sample
                }
                let isNew = cluster.nodes[node].sample != before.nodes[node].sample
                #expect(changed == (isNew ? own : []))
                if isNew { changes[node].append(second) }
            }
        }
        for seconds in changes {
            #expect(seconds.count == 6)
            #expect(zip(seconds, seconds.dropFirst()).allSatisfy { $1 - $0 == 10 })
        }
        #expect(Set(changes.map { $0[0] }).count > 1, "all nodes have one phase")
    }

    @Test("counters never decrease, and what runs moves on")
    func counters() {
        var cluster = cluster()
        var before = cluster.guests
        for cycle in 1...360 {
            cluster.advance(to: Int64(cycle) * 10_000)
            for (old, new) in zip(before, cluster.guests) {
                let (old, new, isWorking) = (old.sample, new.sample, new.state == .running)
                #expect(new.counters.netIn >= old.counters.netIn)
                #expect(new.counters.netOut >= old.counters.netOut)
                #expect(new.counters.diskRead >= old.counters.diskRead)
                #expect(new.counters.diskWrite >= old.counters.diskWrite)
                #expect(isWorking == (new.counters.netIn > old.counters.netIn))
                #expect(new.uptime == (new.state == .stopped ? 0 : old.uptime + 10))
            }
            before = cluster.guests
        }
    }

    @Test("a guest that is stopped and started counts from 0, seen in the next cycle only")
    func restart() throws {
        let played = PlayedCluster()
        let index = try #require(played.cluster.guests.firstIndex { $0.state == .running })
        let vmid = played.cluster.guests[index].vmid
        var time: Int64 = 0
        func nextCycle() -> Int64 {
            played.cluster.nodes[played.cluster.guests[index].node].nextCycle
        }

        let running = played.cluster.guests[index].sample
        #expect(played.change { $0.stopGuest(vmid, at: time) })
        #expect(played.cluster.guests[index].sample == running)
        time = nextCycle()
        played.change { $0.advance(to: time) }
        #expect(played.cluster.guests[index].sample == SimulatedGuest.Sample())

        #expect(played.change { $0.startGuest(vmid, at: time + 4000) })
        #expect(played.cluster.guests[index].sample.state == .stopped)
        time = nextCycle()
        played.change { $0.advance(to: time) }
        let sample = played.cluster.guests[index].sample
        #expect(sample.state == .running && sample.uptime == 6)
        #expect(sample.counters.netIn > 0 && sample.counters.netIn < running.counters.netIn)
        time = nextCycle()
        #expect(played.change { $0.startGuest(vmid, at: time) })
        #expect(played.cluster.guests[index].sample.uptime > 0)
    }

    @Test("a guest that is removed is gone at once, a template does not start")
    func removal() throws {
        let played = PlayedCluster()
        let template = try #require(played.cluster.guests.first { $0.isTemplate })
        #expect(!played.change { $0.startGuest(template.vmid, at: 0) })
        #expect(played.change { $0.removeGuest(template.vmid, at: 0) })
        #expect(played.cluster.guests.count == 59)
        #expect(!played.change { $0.removeGuest(template.vmid, at: 0) })
        #expect(!played.change { $0.stopGuest(template.vmid, at: 0) })
    }

    @Test("a dead node takes no samples, and boots with its guests anew")
    func death() throws {
        let played = PlayedCluster()
        #expect(
            !played.change { $0.killNode("pve9", at: 0) }
                && !played.change { $0.startNode("", at: 0) }
        )
        #expect(played.change { $0.killNode("pve2", at: 12_000) })
        let dead = played.cluster.nodes[1].sample
        played.change { $0.advance(to: 200_000) }
        #expect(played.cluster.nodes[1].sample == dead && played.cluster.isQuorate)
        #expect(played.cluster.nodes[1].isKnown(at: dead.time + 300_000))
        #expect(!played.cluster.nodes[1].isKnown(at: dead.time + 300_001))
        #expect(played.change { $0.startNode("pve2", at: 400_500) })
        #expect(
            played.cluster.nodes[1].isAlive
                && played.cluster.nodes[1].sample.time == 400_500
        )
        played.change { $0.advance(to: 410_500) }
        #expect(played.cluster.nodes[1].sample.uptime == 10)
        for guest in played.cluster.guests where guest.node == 1 {
            #expect(guest.sample.uptime == (guest.state == .stopped ? 0 : 10))
        }
    }

    @Test("without a majority there is no quorum, and somebody still answers")
    func quorum() {
        let played = PlayedCluster()
        #expect(played.change { $0.killNode("pve1", at: 0) })
        #expect(played.cluster.isQuorate && played.cluster.answering.name == "pve2")
        #expect(played.change { $0.killNode("pve2", at: 0) })
        #expect(!played.cluster.isQuorate && played.cluster.answering.name == "pve3")
        #expect(
            played.change { $0.killNode("pve3", at: 0) }
                && played.cluster.answering.name == "pve1"
        )
    }
}
