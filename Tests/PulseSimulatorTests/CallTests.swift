import Foundation
import Testing

@testable import PulseSimulator

@Suite("What the calls answer")
struct CallTests {
    static let calls = [
        "/version", "/cluster/resources", "/cluster/resources?type=vm",
        "/cluster/resources?type=node", "/cluster/resources?type=storage",
        "/cluster/resources?type=sdn", "/cluster/status", "/nodes", "/nodes/pve1/status",
        "/nodes/pve1/qemu", "/nodes/pve1/qemu?full=1", "/nodes/pve1/lxc", "/nodes/pve1/storage",
        "/access/permissions",
    ]

    @Test("every call answers 200 with data, the same for the same seed", arguments: calls)
    func answers(call: String) throws {
        for index in 0..<2 {
            let first = PlayedCluster(options(clusters: 2), index: index)
            let second = PlayedCluster(like: first)
            let answer = first.get(call)
            #expect(answer == second.get(call))
            #expect(answer.status == 200 && answer.reason == "OK" && !answer.closes)
            #expect(answer.contentType == "application/json;charset=UTF-8")
            #expect(answer.delayMilliseconds == 0)
            #expect(try answer.json().count == 1)
            // The second answer says the same in another order.
            let again = first.get(call)
            let (old, new) = (try answer.json() as NSDictionary, try again.json() as NSDictionary)
            #expect(old == new && (answer.body != again.body || call == "/version"))
        }
    }

    @Test("all resources are those of the types together, and the pools")
    func types() throws {
        let played = PlayedCluster()
        let all = try played.list("/cluster/resources")
        var byType: [String: Int] = [:]
        for entry in all { byType[entry["type"] as? String ?? "", default: 0] += 1 }
        #expect(byType["pool"] == 3 && byType["node"] == 3 && byType["network"] == 3)
        #expect(try played.list("/cluster/resources?type=vm").count == 60)
        #expect((byType["qemu"] ?? 0) + (byType["lxc"] ?? 0) == 60)
        // Local ones on each of three nodes, and so are the three shared ones; not the disabled.
        #expect(byType["storage"] == 15)
        #expect(try played.list("/cluster/resources?type=storage").count == 15)
        #expect(Set(all.compactMap { $0["id"] as? String }).count == all.count)
    }

    @Test("guests are in the order of their numbers as text")
    func order() throws {
        let played = PlayedCluster(options(guests: 1000))
        let numbers = try played.list("/cluster/resources?type=vm").map {
            "\($0["vmid"] as? Int ?? 0)"
        }
        #expect(numbers == numbers.sorted() && numbers.first == "100" && numbers[1] == "1000")
    }

    @Test("the lists of the nodes hold every guest once, with other names for its fields")
    func nodeLists() throws {
        let played = PlayedCluster()
        var count = 0
        for node in 1...3 {
            for kind in ["qemu", "lxc"] {
                for guest in try played.list("/nodes/pve\(node)/\(kind)") {
                    count += 1
                    #expect(guest["maxcpu"] == nil && guest["cpus"] is NSNumber)
                    #expect(["running", "stopped"].contains(guest["status"] as? String))
                    #expect((guest["type"] as? String == "lxc") == (kind == "lxc"))
                }
            }
        }
        #expect(count == 60)
    }

    @Test("a guest's own call tells the state that QEMU tells")
    func current() throws {
        let played = PlayedCluster()
        let paused = try #require(played.cluster.guests.first { $0.state == .paused })
        let node = played.cluster.nodes[paused.node].name
        let answer = played.get("/nodes/\(node)/qemu/\(paused.vmid)/status/current")
        let data = try #require(try answer.data() as? [String: Any])
        #expect(data["qmpstatus"] as? String == "paused" && data["status"] as? String == "running")
        #expect(data["ballooninfo"] is [String: Any] && data["blockstat"] is [String: Any])
        let container = try #require(played.cluster.guests.first { $0.kind == .lxc })
        let other = played.cluster.nodes[container.node].name
        let path = "/nodes/\(other)/lxc/\(container.vmid)/status/current"
        #expect(played.get(path).status == 200)
    }

    @Test("a guest's own call counts on between the samples that the lists show")
    func liveCounters() throws {
        let played = PlayedCluster()
        let guest = try #require(played.cluster.guests.first { $0.state == .running })
        let node = played.cluster.nodes[guest.node].name
        let path = "/nodes/\(node)/\(guest.kind.rawValue)/\(guest.vmid)/status/current"
        func received(_ answer: Any?) -> Int? { (answer as? [String: Any])?["netin"] as? Int }
        var own: [Int] = []
        var listed: Set<Int> = []
        for _ in 0..<30 {
            played.milliseconds += 1_000
            own.append(try #require(received(try played.get(path).data())))
            let list = try played.list("/nodes/\(node)/\(guest.kind.rawValue)")
            let row = list.first { ($0["vmid"] as? Int) == guest.vmid }
            listed.insert(try #require(received(row)))
        }
        #expect(own == own.sorted() && Set(own).count == own.count)
        #expect((3...4).contains(listed.count))
        // Neither is ever ahead of the other by more than a sample.
        let last = try #require(listed.max())
        #expect(try #require(own.last) <= last)
        #expect(try #require(own.last) >= listed.sorted()[listed.count - 2])
    }

    @Test("versions differ in what they report")
    func versions() throws {
        let nine = PlayedCluster(options(clusters: 2))
        let eight = PlayedCluster(options(clusters: 2), index: 1)
        #expect(try (nine.get("/version").data() as? [String: Any])?["release"] as? String == "9.2")
        #expect(
            try (eight.get("/version").data() as? [String: Any])?["release"] as? String == "8.4"
        )
        #expect(try nine.list("/cluster/resources?type=vm").allSatisfy { $0["memhost"] != nil })
        #expect(try eight.list("/cluster/resources?type=vm").allSatisfy { $0["memhost"] == nil })
        #expect(try eight.list("/cluster/resources?type=sdn").allSatisfy { $0["sdn"] != nil })
        let status = try eight.get("/nodes/pve1/status").data() as? [String: Any]
        let memory = try #require(status?["memory"] as? [String: Any])
        #expect(memory["available"] == nil && memory["used"] != nil)
    }

    @Test("a machine alone is no cluster")
    func standalone() throws {
        let played = PlayedCluster(options(nodes: 1))
        let status = try played.list("/cluster/status")
        #expect(status.count == 1 && status[0]["nodeid"] as? Int == 0)
        #expect(status[0]["type"] as? String == "node")
        let nodes = try played.list("/cluster/resources?type=node")
        #expect(nodes.count == 1 && nodes[0]["hastate"] == nil)
    }

    @Test("a dead node is offline at once, and after five minutes nobody knows its guests")
    func deadNode() throws {
        let played = PlayedCluster()
        #expect(played.change { $0.killNode("pve2", at: 0) })
        let node = try #require(
            try played.list("/cluster/resources?type=node").first {
                $0["node"] as? String == "pve2"
            }
        )
        #expect(node["status"] as? String == "offline" && node["maxcpu"] != nil)
        #expect(node["cpu"] == nil && node["mem"] == nil && node["uptime"] == nil)
        let status = try played.list("/cluster/status")
        #expect(status.contains { $0["quorate"] as? Int == 1 })
        #expect(status.contains { $0["name"] as? String == "pve2" && $0["online"] as? Int == 0 })
        func guests() throws -> [[String: Any]] {
            try played.list("/cluster/resources?type=vm").filter {
                $0["node"] as? String == "pve2"
            }
        }
        let before = try guests()
        #expect(before.contains { $0["status"] as? String == "running" })
        #expect(before.allSatisfy { $0["name"] != nil })
        played.milliseconds = 310_000
        let after = try guests()
        #expect(after.count == before.count)
        #expect(after.allSatisfy { $0["status"] as? String == "unknown" })
        let left: Set = ["id", "vmid", "node", "type", "status", "lock", "tags", "pool", "hastate"]
        #expect(after.allSatisfy { left.isSuperset(of: $0.keys) })
        let storages = try played.list("/cluster/resources?type=storage").filter {
            $0["node"] as? String == "pve2"
        }
        #expect(storages.count == 5)
        #expect(storages.allSatisfy { $0["status"] as? String == "unknown" && $0["disk"] == nil })
        #expect(played.change { $0.startNode("pve2", at: 320_000) })
        played.milliseconds = 320_000
        #expect(try guests().allSatisfy { $0["status"] as? String != "unknown" })
    }

    @Test("a disabled storage is on the node's list only, without figures")
    func disabledStorage() throws {
        let played = PlayedCluster()
        let old = try #require(
            try played.list("/nodes/pve1/storage").first { $0["storage"] as? String == "old-nas" }
        )
        #expect(old["enabled"] as? Int == 0 && old["active"] as? Int == 0)
        #expect(old["total"] as? Int == 0 && old["used_fraction"] == nil)
    }
}

/// Examples of what the API answers, if they are here: kept outside of the repository.
private let fixtures: URL? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    return ["..", "../.."].map { root.appending(path: "\($0)/shared/fixtures/pve") }
        .first { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) }
}()

@Suite("Fields", .enabled(if: fixtures != nil, "the fixtures folder ../shared is not there"))
struct FieldTests {
    private static let types: Set = ["cluster", "network", "node", "pool", "storage"]

    /// The fields of all objects in an answer, by the type of the entry.
    private func fields(_ value: Any?) -> [String: Set<String>] {
        let entries = value as? [[String: Any]] ?? [value as? [String: Any] ?? [:]]
        var fields: [String: Set<String>] = [:]
        for entry in entries {
            let type = entry["type"] as? String ?? ""
            // A storage's type is its plugin, and guests of both kinds have the same fields.
            let kind = Self.types.contains(type) ? type : ""
            fields[kind, default: []].formUnion(entry.keys)
        }
        return fields
    }

    @Test(
        "an answer has the fields of the example, no others, and misses only those that are named",
        arguments: [
            ("cluster-resources-9", "/cluster/resources", ["protocol"]),
            ("cluster-status", "/cluster/status", []),
            ("nodes", "/nodes", []),
            ("node-status-9", "/nodes/pve1/status", []),
            ("node-qemu-9", "/nodes/pve1/qemu", ["serial"]),
            ("node-lxc-9", "/nodes/pve1/lxc", []),
            ("node-storage", "/nodes/pve1/storage", []),
            ("version-9", "/version", []),
        ]
    )
    func fields(name: String, call: String, missing: [String]) throws {
        let played = PlayedCluster(options(guests: 500))
        let url = try #require(fixtures).appending(path: "\(name).json")
        let example = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
        let expected = fields((example as? [String: Any])?["data"])
        let found = fields(try played.get(call).data())
        #expect(Set(found.keys) == Set(expected.keys))
        for (type, names) in expected {
            let extra: Set = ["lock", "template"]
            let own = found[type, default: []]
            #expect(own.subtracting(names).subtracting(extra).isEmpty, "\(type)")
            #expect(names.subtracting(own).subtracting(missing).isEmpty, "\(type)")
        }
    }
}
