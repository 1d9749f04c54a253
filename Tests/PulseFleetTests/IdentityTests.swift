import PulseFleet
import Testing

/// A machine that is both a host and a node: linked, and not doubled.
struct IdentityTests {
    private func report(_ id: String, _ name: String, kernel: String = "6.14.8-2-pve") -> HostReport
    {
        var report = HostReport(id: id, hostname: name)
        report.kernelVersion = kernel
        return report
    }

    private func links(_ lab: Lab) throws -> (hosts: [String: Value?], nodes: [String: Value?]) {
        lab.fleet.expire(at: .at(1))
        let hosts = try lab.fleet.rows(.hosts).mapValues { $0["node"] }
        return (hosts, try lab.fleet.rows(.nodes).mapValues { $0["host"] })
    }

    @Test("whoever comes first, an agent on a node and the node name each other")
    func linked() throws {
        for isHostFirst in [true, false] {
            let lab = Lab()
            if isHostFirst { lab.fleet.apply(report("a", "PVE1.example.org"), at: .at(0)) }
            lab.poll(0, nodes: [.pve("pve1"), .pve("pve2")])
            if !isHostFirst { lab.fleet.apply(report("a", "PVE1.example.org"), at: .at(0)) }
            let links = try links(lab)
            #expect(links.hosts == ["host:a": "node:lab/pve1"])
            #expect(links.nodes == ["node:lab/pve1": "host:a", "node:lab/pve2": .null])
        }
    }

    @Test("another kernel than Proxmox's, and another name, is another machine")
    func others() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1")])
        lab.fleet.apply(report("a", "pve1", kernel: "6.1.0-32-amd64"), at: .at(0))
        lab.fleet.apply(report("b", "pve10"), at: .at(0))
        #expect(try links(lab).nodes == ["node:lab/pve1": .null])
    }

    @Test("where a name is not the only one of its kind nobody is linked by it")
    func ambiguous() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1")])
        lab.fleet.apply(report("a", "pve1"), at: .at(0))
        #expect(try links(lab).nodes == ["node:lab/pve1": "host:a"])
        lab.fleet.apply(report("b", "pve1"), at: .at(0))
        var both = try links(lab)
        #expect(both.nodes == ["node:lab/pve1": .null])
        #expect(both.hosts == ["host:a": .null, "host:b": .null])
        lab.fleet.removeHost(id: "a")
        #expect(try links(lab).nodes == ["node:lab/pve1": "host:b"])
        let other = lab.fleet.addRemote(.lab("b"), pollNanoseconds: 1, at: .at(0))
        lab.fleet.apply([NodeReport.pve("pve1")], of: other, at: .at(0))
        both = try links(lab)
        #expect(both.hosts == ["host:b": .null])
        lab.fleet.removeRemote(lab.remote)
        #expect(try links(lab).hosts == ["host:b": "node:b/pve1"])
    }

    @Test("a machine that has another name is another from then on")
    func renamed() throws {
        let lab = Lab()
        lab.poll(0, nodes: [.pve("pve1"), .pve("pve2")])
        lab.fleet.apply(report("a", "pve1"), at: .at(0))
        _ = try links(lab)
        lab.fleet.apply(report("a", "pve2"), at: .at(0))
        let links = try links(lab)
        #expect(links.nodes == ["node:lab/pve1": .null, "node:lab/pve2": "host:a"])
    }

    @Test("what the node is judged by is not a second problem of the host")
    func problems() throws {
        let lab = Lab()
        lab.poll(0, nodes: [ProblemTests.node(cpu: 0.95)])
        var busy = report("a", "pve1")
        busy.cpuPercent = 95
        busy.temperatures = [.init(name: "cpu", celsius: 85)]
        lab.fleet.apply(busy, at: .at(0))
        _ = try links(lab)
        lab.fleet.apply(busy, at: .at(2))
        let words = try lab.fleet.rows(.problems).values.compactMap { $0["words"]?.text }
        #expect(words.sorted() == ["is 85 °C hot", "uses 95 % of its CPU"])
    }
}
