import Foundation
import PulseFleet
import PulseJSON
import PulseTestSupport
import Testing

@testable import PulseMonitor

@Suite("PVE details")
struct PVEDetailsTests {
    private func node(_ text: String) throws -> NodeDetails? {
        try PVEDetails.node("pve1", Array(text.utf8))
    }

    private func cluster(_ text: String) throws -> ClusterReport? {
        try PVEDetails.cluster(Array(text.utf8))
    }

    private func permissions(_ text: String) throws -> PVEPermissions? {
        try PVEPermissions(Array(text.utf8))
    }

    private static var wholeNode: NodeDetails {
        var details = NodeDetails(name: "pve1")
        details.uptimeSeconds = 4_210_987
        details.cpuFraction = 0.18
        details.memoryUsedBytes = 181_193_932_800
        details.memoryTotalBytes = 270_377_598_976
        details.ioWaitFraction = 0.00412
        details.loadAverage = [11.52, 10.61, 9.6]
        details.swapUsedBytes = 4096
        details.swapTotalBytes = 8_589_930_496
        details.memoryAvailableBytes = 89_183_666_176
        details.kernelVersion = "6.17.13-2-pve"
        details.cpuModel = "Example 32-Core"
        details.version = "9.2.11"
        return details
    }

    @Test("every field of a node's state is read, in whatever order")
    func wholeNode() throws {
        #expect(try node(PVEFixtures.nodeStatus) == Self.wholeNode)
        var random = SeededGenerator(seed: testSeed())
        let value = try JSONSerialization.jsonObject(with: Data(PVEFixtures.nodeStatus.utf8))
        for _ in 0..<50 {
            #expect(try node(shuffledJSON(value, &random)) == Self.wholeNode)
        }
    }

    @Test("a node of PVE 7 says less")
    func oldNode() throws {
        let details = try #require(
            try node(
                """
                {"data":{"wait":0,"loadavg":["0.00","0.01","0.05"],"kversion":
                "Linux 5.15.158-2-pve #1 SMP PVE","memory":{"total":2,"used":1,"free":1},
                "swap":{"total":0,"used":0,"free":0},"pveversion":"pve-manager/7.4-19/f98bf8d4"}}
                """
            )
        )
        #expect(details.kernelVersion == "5.15.158-2-pve")
        #expect(details.version == "7.4-19")
        #expect(details.memoryAvailableBytes == nil)
        #expect(details.swapTotalBytes == 0 && details.swapUsedBytes == 0)
        #expect(details.loadAverage == [0, 0.01, 0.05])
        #expect(details.cpuModel == nil)
    }

    @Test(
        "loads are three numbers or unknown",
        arguments: [
            (#"["1","2","3"]"#, [1, 2, 3]), ("[1,2,3]", [1, 2, 3]), ("[1,2]", []), ("null", []),
            (#"["a","2","3"]"#, []), ("[]", []), ("[1,2,3,4]", [1, 2, 3]),
        ]
    )
    func loads(text: String, loads: [Double]) throws {
        let details = try node("{\"data\":{\"loadavg\":\(text)}}")
        #expect(details?.loadAverage == loads)
    }

    @Test("a cluster has a name, a quorum and members")
    func cluster() throws {
        #expect(
            try cluster(PVEFixtures.cluster)
                == ClusterReport(
                    name: "prod",
                    isQuorate: true,
                    members: [
                        .init(name: "pve1", address: "192.0.2.11", isOnline: true),
                        .init(name: "pve3", address: nil, isOnline: false),
                    ]
                )
        )
        let lost = PVEFixtures.cluster.replacing("\"quorate\":1", with: "\"quorate\":\"0\"")
        #expect(try cluster(lost)?.isQuorate == false)
    }

    @Test("a node in no cluster is its own quorum")
    func standalone() throws {
        let report = try cluster(
            """
            {"data":[{"type":"node","id":"node/a","name":"a","nodeid":0,"online":1,"local":1}]}
            """
        )
        let member = ClusterReport.Member(name: "a", address: nil, isOnline: true)
        #expect(report == ClusterReport(name: nil, isQuorate: true, members: [member]))
    }

    @Test(
        "a version is a text",
        arguments: [
            (PVEFixtures.version, "9.2.11"), (#"{"data":{"version":"7.4-19"}}"#, "7.4-19"),
            (#"{"data":{"version":9}}"#, "9"), (#"{"data":{}}"#, nil), (#"{"data":null}"#, nil),
        ]
    )
    func version(text: String, version: String?) throws {
        #expect(try PVEDetails.version(Array(text.utf8)) == version)
    }

    @Test("an answer without data is none", arguments: [#"{"data":null}"#, "{}", #"{"x":[]}"#])
    func nothing(text: String) throws {
        #expect(try node(text) == nil)
        #expect(try cluster(text) == nil)
        #expect(try permissions(text) == nil)
        #expect(try PVELists(text) == nil)
    }

    @Test("cut at any byte, an answer is refused as truncated", arguments: 0..<4)
    func truncated(which: Int) throws {
        let text = [
            PVEFixtures.nodeStatus, PVEFixtures.cluster, PVEFixtures.permissions,
            PVEFixtures.version,
        ][which]
        let body = Array(text.utf8)
        for length in 0..<body.count {
            let cut = Array(body[..<length])
            #expect(throws: JSONError.unexpectedEnd(at: length)) {
                switch which {
                case 0: _ = try PVEDetails.node("a", cut)
                case 1: _ = try PVEDetails.cluster(cut)
                case 2: _ = try PVEPermissions(cut)
                default: _ = try PVEDetails.version(cut)
                }
            }
        }
    }

    @Test("the message of an answer is its first error, or else its message")
    func message() {
        let message = { (text: String) in PVEEnvelope.message(of: Array(text.utf8)) }
        #expect(message(#"{"data":null,"errors":{"vmid":"no number\n"}}"#) == "vmid: no number")
        #expect(
            message(#"{"message":"Permission check failed\n","data":null}"#)
                == "Permission check failed"
        )
        #expect(message(#"{"data":null}"#) == nil)
        #expect(message("No route to host") == nil)
        #expect(message("") == nil)
    }

    // MARK: Permissions

    private func token() throws -> RemoteToken {
        try RemoteToken(id: "pulse@pve!monitor", secret: "s3cret")
    }

    @Test("a privilege counts on whatever path, and whether it goes further down or not")
    func privileges() throws {
        let all = try #require(try permissions(PVEFixtures.permissions))
        #expect(all.missing.isEmpty)
        #expect(all.problem(of: try token()) == nil)
        #expect(all.paths(granting: .guestAudit) == ["/", "/vms/100"])
        let some = try #require(
            try permissions(#"{"data":{"/vms/100":{"VM.Audit":0},"/pool/a":{"Pool.Audit":1}}}"#)
        )
        #expect(some.missing == [.systemAudit, .storageAudit])
        #expect(some.has(.guestAudit) && !some.has(.systemAudit))
        #expect(some.paths(granting: .guestAudit) == ["/vms/100"])
    }

    @Test(
        "a privilege counts only where it is of use",
        arguments: [
            ("/", ["Sys.Audit", "VM.Audit", "Datastore.Audit"]), ("/nodes", ["Sys.Audit"]),
            ("/nodes/pve1", ["Sys.Audit"]), ("/vms", ["VM.Audit"]), ("/vms/100", ["VM.Audit"]),
            ("/pool/a", ["VM.Audit", "Datastore.Audit"]), ("/storage/nas", ["Datastore.Audit"]),
            ("/access", []), ("/vmsx", []), ("/sdn/zones/a", []), ("", []),
        ]
    )
    func places(path: String, useful: [String]) throws {
        let body = """
            {"data":{"\(path)":{"Sys.Audit":1,"VM.Audit":1,"Datastore.Audit":1}}}
            """
        let found = try #require(try permissions(body))
        let all = PVEPermissions.Privilege.allCases
        #expect(all.filter { found.has($0) }.map(\.rawValue) == useful)
    }

    @Test(
        "no permissions at all are an empty map or an empty list",
        arguments: [
            #"{"data":[]}"#, #"{"data":{}}"#, #"{"data":{"/":{}}}"#, #"{"data":{"/":null}}"#,
        ]
    )
    func noPrivileges(text: String) throws {
        let none = try #require(try permissions(text))
        #expect(none.missing == PVEPermissions.Privilege.allCases)
        let problem = try #require(none.problem(of: try token()))
        for word in ["Sys.Audit", "VM.Audit", "Datastore.Audit", "guests", "storages", "nodes"] {
            #expect(problem.contains(word), "\(word)")
        }
        #expect(
            problem.hasSuffix(
                "pveum acl modify / --roles PVEAuditor --users pulse@pve "
                    + "--tokens 'pulse@pve!monitor'"
            )
        )
        #expect(!problem.contains("s3cret"))
    }

    // MARK: The fixtures shelf

    @Test(
        "answers of other versions are read",
        .enabled(if: PVEFixtures.shelf != nil, "the fixtures folder ../shared is not there")
    )
    func shelf() throws {
        for name in ["cluster-resources-9.json", "cluster-resources-8.json"] {
            let lists = try #require(try PVELists(try PVEFixtures.shelf(name)), "\(name)")
            #expect(lists.nodes.contains { $0.status == "online" }, "\(name)")
            #expect(lists.guests.count > 5 && lists.storages.count > 1, "\(name)")
            #expect(lists.guests.allSatisfy { $0.kind == .lxc || $0.diskUsedBytes == nil })
        }
        let empty = try PVELists(try PVEFixtures.shelf("cluster-resources-empty.json"))
        #expect(empty?.guests.isEmpty == true)
        let new = try PVEDetails.node("a", try PVEFixtures.shelf("node-status-9.json"))
        #expect(new?.version == "9.2.11" && new?.loadAverage == [11.52, 10.61, 9.6])
        let old = try PVEDetails.node("a", try PVEFixtures.shelf("node-status-7.json"))
        #expect(old?.version == "7.4-19" && old?.memoryAvailableBytes == nil)
        #expect(try PVEDetails.version(try PVEFixtures.shelf("version-7.json")) == "7.4-19")
        let cluster = try PVEDetails.cluster(try PVEFixtures.shelf("cluster-status.json"))
        #expect(cluster?.members.map(\.name) == ["pve1", "pve2", "pve3"])
        let lost = try PVEDetails.cluster(try PVEFixtures.shelf("cluster-status-noquorum.json"))
        #expect(lost?.isQuorate == false)
        let alone = try PVEDetails.cluster(try PVEFixtures.shelf("cluster-status-standalone.json"))
        #expect(alone?.name == nil && alone?.isQuorate == true)
        let rights = try PVEPermissions(try PVEFixtures.shelf("access-permissions.json"))
        #expect(rights?.missing.isEmpty == true)
    }
}
