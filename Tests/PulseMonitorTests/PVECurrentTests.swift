import PulseFleet
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseMonitor

@Suite("What one guest or node tells", .endsWhenItHangs)
struct PVECurrentTests {
    private static let machine = """
        {"data":{"vmid":100,"status":"running","qmpstatus":"paused","cpus":4,"cpu":0.0372,\
        "mem":5368709120,"uptime":912445,"agent":1,"netin":48211093312,"netout":9912345677,\
        "diskread":77123456512,"diskwrite":212345678848,"clipboard":null,\
        "pressurecpusome":1.5,"pressureiosome":"0.25","pressurememorysome":0,\
        "nics":{"tap100i1":{"netin":2,"netout":3},"tap100i0":{"netin":48,"netout":9}},\
        "blockstat":{"scsi0":{"rd_bytes":77,"wr_bytes":21,"account_failed":true},"ide2":{}},\
        "running-machine":"pc-q35-10.1+pve0","running-qemu":"10.1.2","ha":{"managed":1}}}
        """

    private func guest(_ text: String) throws -> DetailReport {
        try #require(try PVECurrent.guest(Array(text.utf8)))
    }

    @Test("a machine tells its state, its parts and who emulates it")
    func machine() throws {
        let report = try guest(Self.machine)
        #expect(report.status == "paused")
        #expect(report.cpuFraction == 0.0372)
        #expect(
            report.network == .init(name: "", incoming: 48_211_093_312, outgoing: 9_912_345_677)
        )
        #expect(
            report.networks == [
                .init(name: "tap100i0", incoming: 48, outgoing: 9),
                .init(name: "tap100i1", incoming: 2, outgoing: 3),
            ],
            "by name, whatever the order"
        )
        #expect(report.disks == [.init(name: "scsi0", incoming: 77, outgoing: 21)])
        #expect(report.hasGuestAgent == true)
        #expect((report.machine, report.emulator) == ("pc-q35-10.1+pve0", "10.1.2"))
        #expect((report.cpuPressure, report.ioPressure) == (1.5, 0.25))
    }

    @Test("a container tells its swap, and nothing that only machines have")
    func container() throws {
        let text = """
            {"data":{"type":"lxc","status":"running","cpu":0.0023,"mem":187432960,"swap":4096,\
            "netin":812345678,"netout":112345678,"diskread":0,"diskwrite":0,"uptime":259400}}
            """
        let report = try guest(text)
        #expect(report.swapUsedBytes == 4096)
        #expect(report.disk == .init(name: "", incoming: 0, outgoing: 0))
        #expect(report.disks.isEmpty)
        #expect(report.hasGuestAgent == nil)
    }

    @Test("what is stopped uses nothing, and its zeros are no figures")
    func stopped() throws {
        let text = """
            {"data":{"status":"stopped","qmpstatus":"stopped","cpu":0,"mem":0,"uptime":0,\
            "netin":0,"netout":0}}
            """
        var expected = DetailReport()
        expected.status = "stopped"
        #expect(try guest(text) == expected)
    }

    @Test("no data is no report")
    func noData() throws {
        #expect(try PVECurrent.guest(Array(#"{"data":null}"#.utf8)) == nil)
    }

    @Test("a guest is asked of its node, by its kind")
    func paths() async throws {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let bench = try MonitorBench(.cluster)
            let path = "/nodes/pve1/qemu/100/status/current"
            bench.endpoint.answers[path] = .json(Self.machine)
            let source = DetailSource.guest(.qemu, vmid: 100, node: "pve1")
            let report = try await bench.monitor.pollDetail(of: source, on: shard)
            #expect(report.status == "paused")
            #expect(bench.endpoint.takePaths() == [path])
            await #expect(throws: PollError.self) {
                let source = DetailSource.guest(.lxc, vmid: 100, node: "../pve1")
                _ = try await bench.monitor.pollDetail(of: source, on: shard)
            }
            #expect(bench.endpoint.takePaths().isEmpty, "a name that is no name goes nowhere")
        }
    }

    @Test("a node that is looked at tells its row too, and is not asked twice for it")
    func node() async throws {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let bench = try MonitorBench(.cluster)
            _ = try await bench.monitor.poll(on: shard)
            let report = try await bench.monitor.pollDetail(of: .node("pve1"), on: shard)
            #expect(report.status == "online")
            #expect(report.loadAverage.count == 3)
            _ = bench.endpoint.takePaths()
            try await bench.monitor.pollDetails(on: shard)
            #expect(!bench.endpoint.takePaths().contains("/nodes/pve1/status"))
            let row = bench.rows(.nodes).first { $0["name"] as? String == "pve1" }
            #expect(row?["cpuModel"] as? String == "Example 32-Core")
        }
    }

    @Test("a refreshed monitor asks for everything at its next look")
    func refreshed() async throws {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let bench = try MonitorBench(.cluster)
            _ = try await bench.monitor.poll(on: shard)
            try await bench.monitor.pollDetails(on: shard)
            let asked = bench.endpoint.takePaths()
            try await bench.monitor.pollDetails(on: shard)
            #expect(bench.endpoint.takePaths().isEmpty)
            bench.monitor.makeAllDue()
            try await bench.monitor.pollDetails(on: shard)
            #expect(bench.endpoint.takePaths() == Array(asked.dropFirst(2)))
        }
    }
}
