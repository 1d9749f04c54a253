import PulseFleet
import Testing

/// What the fleet makes of remotes, their nodes and their storages.
struct ClusterRules {
    @Test("nodes", arguments: nodesTable)
    func nodes(rule: Rule) throws { try rule.check() }

    @Test("storages", arguments: storagesTable)
    func storages(rule: Rule) throws { try rule.check() }

    @Test("remotes", arguments: remotesTable)
    func remotes(rule: Rule) throws { try rule.check() }

    static let nodesTable = [
        Rule("a node's cpu is a fraction of all its processors") { lab in
            lab.poll(0, nodes: [.pve("pve1")])
            try lab.expect(.nodes, ["cpu": 12.3, "cpus": 16])
        },
        Rule("memory is all less what the kernel calls available, where the node says that") {
            lab in
            lab.poll(0, nodes: [.pve("pve1")])
            try lab.expect(.nodes, ["mem": .bytes(9 * gibibyte), "memSource": "list"])
            lab.fleet.apply(.full("pve1"), of: lab.remote, at: .at(1))
            try lab.expect(.nodes, ["mem": .bytes(44 * gibibyte), "memSource": "available"])
        },
        Rule("more available than there is cannot be, and is not believed") { lab in
            lab.poll(0, nodes: [.pve("pve1")])
            var details = NodeDetails(name: "pve1")
            details.memoryAvailableBytes = UInt64(65 * gibibyte)
            lab.fleet.apply(details, of: lab.remote, at: .at(1))
            try lab.expect(.nodes, ["mem": .bytes(9 * gibibyte), "memSource": "list"])
        },
        Rule("what a node told of itself two minutes ago does not pass for now") { lab in
            lab.poll(0, nodes: [.pve("pve1")])
            lab.fleet.apply(.full("pve1"), of: lab.remote, at: .at(0))
            for seconds in stride(from: 2.0, through: 122, by: 2) {
                lab.poll(seconds, nodes: [.pve("pve1", at: seconds)])
            }
            try lab.expect(.nodes, ["load1": .null, "memSource": "list", "version": "9.2.11"])
        },
        Rule("a node that the cluster has lost keeps its sizes and last figures") { lab in
            lab.poll(0, nodes: [.pve("pve1")])
            var bare = NodeReport.pve("pve1").lost()
            lab.poll(2, nodes: [bare])
            bare.memoryTotalBytes = nil
            bare.cpuCount = nil
            lab.poll(302, nodes: [bare])
            try lab.expect(
                .nodes,
                [
                    "status": "offline", "stale": .bool(true), "cpus": 16, "cpu": 12.3,
                    "memTotal": .bytes(64 * gibibyte),
                ]
            )
        },
        Rule("without Sys.Audit the figures of a node are unknown, and it is online") { lab in
            lab.poll(0, nodes: [NodeReport(name: "pve1", status: "online")])
            try lab.expect(
                .nodes,
                ["status": "online", "cpu": .null, "mem": .null, "boot": .null, "cpus": .null]
            )
        },
        Rule("a node of which nobody has heard is unknown, whatever it is called") { lab in
            lab.poll(0, nodes: [NodeReport(name: "pve1", status: "joining")])
            try lab.expect(.nodes, ["status": "unknown", "stale": .bool(true)])
        },
        Rule("a hanging storage that freezes all figures of a node makes it stale") { lab in
            lab.poll(0, nodes: [.pve("pve1")])
            for seconds in stride(from: 2.0, through: 62, by: 2) {
                lab.poll(seconds, nodes: [.pve("pve1")])
            }
            try lab.expect(.nodes, ["status": "online", "stale": .bool(true), "cpu": 12.3])
        },
        Rule("a node that was booted anew has another time of boot") { lab in
            lab.poll(0, nodes: [.pve("pve1")])
            var report = NodeReport.pve("pve1")
            report.uptimeSeconds = 30
            lab.poll(60, nodes: [report])
            try lab.expect(.nodes, ["boot": .number(NodeTests.start + 30_000)])
        },
    ]

    static let storagesTable = [
        Rule("a shared storage is one, however many nodes list it: nothing is summed") { lab in
            let all = ["pve1", "pve2", "pve3"].map {
                StorageReport.store("nas", on: $0, shared: true)
            }
            lab.poll(0, storage: all)
            try lab.expect(
                .storage,
                [
                    "id": "storage:lab/nas", "disk": .bytes(10 * gibibyte),
                    "diskTotal": .bytes(100 * gibibyte), "nodes": ["pve1", "pve2", "pve3"],
                ]
            )
        },
        Rule("storages of one name that are not shared are different disks") { lab in
            let all = ["pve1", "pve2"].map { StorageReport.store("local", on: $0) }
            lab.poll(0, storage: all)
            let ids = try lab.fleet.rows(.storage).keys.sorted()
            #expect(ids == ["storage:lab/pve1/local", "storage:lab/pve2/local"])
        },
        Rule("a shared storage is at hand while one node has it") { lab in
            let one = StorageReport.store("nas", on: "pve1", shared: true)
            let two = StorageReport.store("nas", on: "pve2", shared: true)
            lab.poll(0, storage: [one, two])
            lab.poll(2, storage: [one.unknown(), two])
            try lab.expect(.storage, ["status": "available", "stale": .bool(false)])
        },
        Rule("a storage that nobody has at hand keeps its size, and is not empty") { lab in
            lab.poll(0, storage: [.store("local", on: "pve1")])
            lab.poll(2, storage: [StorageReport.store("local", on: "pve1").unknown()])
            try lab.expect(
                .storage,
                [
                    "status": "unknown", "stale": .bool(true), "disk": .bytes(10 * gibibyte),
                    "diskTotal": .bytes(100 * gibibyte),
                ]
            )
        },
        Rule("the storages of a lost node are lost with it") { lab in
            lab.poll(0, nodes: [.pve("pve1")], storage: [.store("local", on: "pve1")])
            lab.poll(2, nodes: [NodeReport.pve("pve1").lost()])
            try lab.expect(.storage, ["status": "unknown", "stale": .bool(true)])
        },
        Rule("a storage in quiet use is live, however long it does not change") { lab in
            for seconds in stride(from: 0.0, through: 600, by: 6) {
                lab.poll(seconds, storage: [.store("local", on: "pve1")])
            }
            try lab.expect(.storage, ["stale": .bool(false)])
        },
    ]

    static let remotesTable = [
        Rule("one failed poll makes nothing stale") { lab in
            lab.poll(0, guests: [.vm()])
            lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(2))
            lab.fleet.expire(at: .at(3))
            try lab.expect(.remotes, ["status": "online", "error": .null])
            try lab.expect(.guests, ["stale": .bool(false)])
        },
        Rule("after 6 s and three polls without an answer all that it lists is stale") { lab in
            lab.poll(0, guests: [.vm()])
            for seconds in [2.0, 4, 6] {
                lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(seconds))
            }
            lab.fleet.expire(at: .at(6.5))
            try lab.expect(.remotes, ["status": "failing", "error": "timed out"])
            try lab.expect(.guests, ["stale": .bool(true), "cpu": 3.7])
        },
        Rule("a poll that hangs is noticed before it fails") { lab in
            lab.poll(0, guests: [.vm()])
            lab.fleet.expire(at: .at(6.5))
            try lab.expect(.guests, ["stale": .bool(true)])
            try lab.expect(.remotes, ["status": "online"])
            lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(10))
            try lab.expect(.remotes, ["status": "failing", "error": "timed out"])
        },
        Rule("who polls rarely waits for three polls") { _ in
            let lab = Lab(pollSeconds: 60)
            lab.poll(0, guests: [.vm()])
            lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(60))
            lab.fleet.expire(at: .at(180))
            try lab.expect(.guests, ["stale": .bool(false)])
            lab.fleet.expire(at: .at(181))
            try lab.expect(.guests, ["stale": .bool(true)])
        },
        Rule("a remote that has never answered fails at once, with the reason") { lab in
            lab.fleet.noteFailure("certificate is another", of: lab.remote, at: .at(0.1))
            try lab.expect(
                .remotes,
                ["status": "failing", "error": "certificate is another", "seen": .null]
            )
        },
        Rule("630: what one guest or node does not answer is no fault of its remote") { lab in
            lab.poll(0, nodes: [.pve("pve1"), NodeReport.pve("pve2").lost()])
            try lab.expect(.remotes, ["status": "online", "error": .null])
        },
        Rule("1701: nothing is offline before the first round of polls") { lab in
            lab.fleet.expire(at: .at(1))
            try lab.expect(.remotes, ["status": "connecting", "failingSince": .null])
        },
        Rule("while a remote fails nothing of it vanishes and nothing becomes 0") { lab in
            lab.poll(0, nodes: [.pve("pve1")], guests: [.vm()], storage: [.store("a", on: "pve1")])
            lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(100))
            lab.fleet.expire(at: .at(4_000))
            try lab.expect(.guests, ["cpu": 3.7, "mem": .megabytes(5 * gibibyte)])
            try lab.expect(.nodes, ["cpu": 12.3, "status": "online"])
            try lab.expect(.storage, ["disk": .bytes(10 * gibibyte)])
        },
        Rule("the pause of a remote that was away is not divided into one poll") { lab in
            lab.poll(0, guests: [.vm()])
            lab.poll(10, guests: [.vm(at: 10)])
            lab.fleet.noteFailure("timed out", of: lab.remote, at: .at(20))
            lab.poll(610, guests: [.vm(at: 610)])
            try lab.expect(.guests, ["netIn": 1_000, "stale": .bool(false)])
        },
    ]
}
