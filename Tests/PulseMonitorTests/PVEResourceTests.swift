import Foundation
import PulseFleet
import PulseJSON
import PulseTestSupport
import Testing

@testable import PulseMonitor

@Suite("PVE resources")
struct PVEResourceTests {
    private static var web: GuestReport {
        var guest = GuestReport(kind: .qemu, vmid: 100, node: "pve1", status: "running")
        guest.name = "web-01"
        guest.uptimeSeconds = 912_445
        guest.cpuFraction = 0.0372418273645
        guest.cpuCount = 4
        guest.memoryUsedBytes = 5_369_118_720
        guest.memoryTotalBytes = 8_589_934_592
        guest.memoryHostBytes = 8_703_180_800
        guest.diskTotalBytes = 34_359_738_368
        // Beyond 2^53, and exact.
        guest.receivedBytes = 9_007_199_254_740_993
        guest.sentBytes = 9_912_346_977
        guest.readBytes = 77_123_456_512
        guest.writtenBytes = 212_345_678_848
        guest.pool = "prod"
        guest.tags = ["prod", "web"]
        guest.haState = "started"
        guest.lock = "backup"
        return guest
    }

    private static var dns: GuestReport {
        var guest = GuestReport(kind: .lxc, vmid: 200, node: "pve2", status: "running")
        guest.name = "dns"
        guest.uptimeSeconds = 12
        guest.cpuFraction = 0.25
        guest.cpuCount = 1.5
        guest.memoryUsedBytes = 1_000_000_000
        guest.memoryTotalBytes = 2_000_000_000
        guest.diskUsedBytes = 1_073_741_824
        guest.diskTotalBytes = 8_589_934_592
        guest.receivedBytes = .max
        guest.sentBytes = 0
        guest.readBytes = 1250
        guest.writtenBytes = nil
        guest.tags = ["a", "b", "c"]
        return guest
    }

    @Test("every field of a guest is read; numbers may be strings, with exponents and fractions")
    func guests() throws {
        let lists = try #require(try PVELists(PVEFixtures.guests))
        try #require(lists.guests.count == 4)
        #expect(lists.guests[0] == Self.web)
        #expect(lists.guests[1] == Self.dns)
        #expect(lists.nodes.isEmpty && lists.storages.isEmpty)
    }

    @Test("what PVE does not know is unknown, and not 0")
    func unknownGuest() throws {
        let guest = try #require(try PVELists(PVEFixtures.guests)).guests[2]
        #expect(guest == GuestReport(kind: .qemu, vmid: 101, node: "pve3", status: "unknown"))
    }

    @Test("a container's disk is known, a virtual machine's never is")
    func disks() throws {
        let lists = try #require(try PVELists(PVEFixtures.guests))
        #expect(lists.guests.map(\.diskUsedBytes) == [nil, 1_073_741_824, nil, nil])
    }

    @Test(
        "a template is one for 1, \"1\" and true",
        arguments: [
            ("1", true), ("\"1\"", true), ("true", true), ("0", false), ("\"0\"", false),
            ("false", false), ("null", false), ("\"\"", false), ("[]", false), ("{}", false),
        ]
    )
    func templates(value: String, isTemplate: Bool) throws {
        let text = """
            {"data":[{"type":"lxc","vmid":9,"node":"a","status":"stopped","template":\(value)},
            {"type":"lxc","vmid":10,"node":"a","status":"stopped"}]}
            """
        let guests = try #require(try PVELists(text)).guests
        #expect(guests.map(\.isTemplate) == [isTemplate, false])
    }

    @Test(
        "tags are separated by semicolons, commas or blanks",
        arguments: [
            ("a;b", ["a", "b"]), ("a,b", ["a", "b"]), ("a b", ["a", "b"]), (";a; ,b;", ["a", "b"]),
            ("", []), (" ", []), ("äöü;日本", ["äöü", "日本"]),
        ]
    )
    func tags(text: String, tags: [String]) throws {
        let body = """
            {"data":[{"type":"lxc","vmid":9,"node":"a","status":"stopped","tags":"\(text)"}]}
            """
        #expect(try #require(try PVELists(body)).guests[0].tags == tags)
    }

    @Test(
        "a value of another type than expected is unknown and harms nothing else",
        arguments: ["null", "true", "[1,2]", "{\"a\":1}", "\"N/A\"", "\"\"", "\"nan\"", "\"inf\""]
    )
    func oddities(value: String) throws {
        let body = """
            {"data":[{"cpu":\(value),"mem":\(value),"maxcpu":\(value),"uptime":\(value),
            "netin":\(value),"type":"lxc","vmid":9,"node":"a","status":"running","name":"n"}]}
            """
        var expected = GuestReport(kind: .lxc, vmid: 9, node: "a", status: "running")
        expected.name = "n"
        #expect(try #require(try PVELists(body)).guests == [expected])
    }

    @Test("every field of a node is read, and an offline one keeps only its sizes")
    func nodes() throws {
        var online = NodeReport(name: "pve1", status: "online")
        online.cpuFraction = 0.25
        online.cpuCount = 64
        online.memoryUsedBytes = 181_193_932_800
        online.memoryTotalBytes = 270_377_598_976
        online.diskUsedBytes = 21_474_836_480
        online.diskTotalBytes = 101_203_873_792
        online.uptimeSeconds = 4_210_987
        online.haState = "maintenance"
        var offline = NodeReport(name: "pve3", status: "offline")
        offline.cpuCount = 16
        offline.memoryTotalBytes = 68_719_476_736
        offline.diskTotalBytes = 101_203_873_792
        #expect(try #require(try PVELists(PVEFixtures.nodes)).nodes == [online, offline])
    }

    @Test("every field of a storage is read, its content in one order")
    func storages() throws {
        var local = StorageReport(name: "local", node: "pve1", status: "available")
        local.type = "dir"
        local.content = ["backup", "iso", "vztmpl"]
        local.usedBytes = 21_474_836_480
        local.totalBytes = 101_203_873_792
        var nas = StorageReport(name: "nas", node: "pve3", status: "unknown")
        nas.type = "nfs"
        nas.isShared = true
        nas.content = ["images"]
        #expect(try #require(try PVELists(PVEFixtures.storages)).storages == [local, nas])
    }

    @Test(
        "what is no guest, node or storage that can be named is left out",
        arguments: [
            #"{"type":"pool","id":"/pool/prod","pool":"prod"}"#,
            #"{"type":"network","id":"network/pve1/zone/local","network":"local","node":"pve1"}"#,
            #"{"type":"sdn","sdn":"localnetwork","node":"pve1","status":"ok"}"#,
            #"{"type":"tomorrow","deep":{"a":[[{}]]}}"#, #"{"type":7}"#, #"{"type":null}"#, "{}",
            #"{"type":"qemu","node":"pve1"}"#, #"{"type":"qemu","vmid":1}"#,
            #"{"type":"qemu","vmid":"x","node":"pve1"}"#, #"{"type":"node"}"#,
            #"{"type":"storage","storage":"local"}"#, #"{"type":"storage","node":"pve1"}"#,
            "null", "7", "\"text\"", "[]", "[{}]", "true",
        ]
    )
    func others(entry: String) throws {
        let body = """
            {"total":1,"data":[\(entry),{"type":"node","node":"pve1","status":"online"}],"x":[{}]}
            """
        let lists = try #require(try PVELists(body))
        #expect(lists.nodes == [NodeReport(name: "pve1", status: "online")])
        #expect(lists.guests.isEmpty && lists.storages.isEmpty)
    }

    @Test("texts have no control characters and a sane length")
    func texts() throws {
        let long = String(repeating: "x", count: 5000)
        let body = #"""
            {"data":[{"type":"lxc","vmid":9,"node":"a","name":"a\nb\u001b[0m","pool":"\#(long)"}]}
            """#
        let guest = try #require(try PVELists(body)).guests[0]
        #expect(guest.name == "a\u{FFFD}b\u{FFFD}[0m")
        #expect(guest.pool?.utf8.count == 512)
        #expect(guest.status == "unknown")
    }

    @Test("5,000 guests are read")
    func many() throws {
        let entries = (0..<5000).map { number in
            """
            {"id":"qemu/\(number)","type":"qemu","vmid":\(number),"node":"pve\(number % 30)",
            "status":"running","name":"guest \(number)","cpu":0.5,"mem":\(number)}
            """
        }
        let body = "{\"data\":[" + entries.joined(separator: ",") + "]}"
        let guests = try #require(try PVELists(body)).guests
        #expect(guests.count == 5000)
        #expect(guests.last?.vmid == 4999 && guests.last?.memoryUsedBytes == 4999)
    }

    @Test("the order of keys does not matter")
    func shuffled() throws {
        var random = SeededGenerator(seed: testSeed())
        for text in [PVEFixtures.guests, PVEFixtures.nodes, PVEFixtures.storages] {
            // Parsed numbers would lose their spelling, so this one has only such as keep it.
            let plain = text.replacing("9007199254740993", with: "12")
                .replacing("\"18446744073709551615\"", with: "13")
            let value = try JSONSerialization.jsonObject(with: Data(plain.utf8))
            let expected = try #require(try PVELists(plain))
            for _ in 0..<50 {
                let body = shuffledJSON(value, &random)
                #expect(try PVELists(body) == expected, "\(body)")
            }
        }
    }

    @Test("cut at any byte, a list is refused as truncated", arguments: 0..<3)
    func truncated(list: Int) throws {
        let text = [PVEFixtures.guests, PVEFixtures.nodes, PVEFixtures.storages][list]
        let body = Array(text.utf8)
        for length in 0..<body.count {
            #expect(throws: JSONError.unexpectedEnd(at: length)) {
                try PVELists(Array(body[..<length]))
            }
        }
    }

    @Test("a list with one byte changed is read or refused")
    func mutated() throws {
        var random = SeededGenerator(seed: testSeed())
        let body = Array(PVEFixtures.guests.utf8)
        for _ in 0..<5000 {
            var copy = body
            copy[Int.random(in: 0..<body.count, using: &random)] = .random(
                in: 0...255,
                using: &random
            )
            _ = try? PVELists(copy)
        }
    }
}
