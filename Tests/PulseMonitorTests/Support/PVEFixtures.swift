import Foundation
import PulseFleet
import PulseJSON

@testable import PulseMonitor

/// Answers of a PVE cluster, of our own writing; each has every field that is read, and others.
enum PVEFixtures {
    static let guests = """
        {"data":[
        {"id":"qemu/100","type":"qemu","vmid":100,"node":"pve1","status":"running","name":"web-01",
        "template":0,"uptime":912445,"cpu":0.0372418273645,"maxcpu":4,"mem":5369118720,
        "maxmem":8589934592,"disk":0,"maxdisk":34359738368,"netin":9007199254740993,
        "netout":9912346977,"diskread":77123456512,"diskwrite":212345678848,
        "memhost":8703180800,"pool":"prod","tags":"prod;web","hastate":"started","lock":"backup"},
        {"id":"lxc/200","type":"lxc","vmid":"200","node":"pve2","status":"running","name":"dns",
        "template":"0","uptime":"12","cpu":"2.5e-1","maxcpu":"1.5","mem":"1e+9",
        "maxmem":2e9,"disk":1073741824,"maxdisk":"8589934592","netin":"18446744073709551615",
        "netout":0,"diskread":1.25e3,"diskwrite":-1,"tags":"a, b;c;;"},
        {"id":"qemu/101","type":"qemu","vmid":101,"node":"pve3","status":"unknown"},
        {"id":"qemu/900","type":"qemu","vmid":900,"node":"pve1","status":"stopped",
        "name":"debian-12","template":1,"uptime":0,"cpu":0,"maxcpu":2,"mem":0,"disk":0}
        ]}
        """

    static let nodes = """
        {"data":[
        {"id":"node/pve1","type":"node","node":"pve1","status":"online","level":"c","cpu":0.25,
        "maxcpu":64,"mem":181193932800,"maxmem":270377598976,"disk":21474836480,
        "maxdisk":101203873792,"uptime":4210987,"cgroup-mode":2,"hastate":"maintenance"},
        {"id":"node/pve3","type":"node","node":"pve3","status":"offline","level":"",
        "maxcpu":16,"maxmem":68719476736,"maxdisk":101203873792}
        ]}
        """

    static let storages = """
        {"data":[
        {"id":"storage/pve1/local","type":"storage","storage":"local","node":"pve1",
        "plugintype":"dir","content":"vztmpl,backup,iso","shared":0,"status":"available",
        "disk":21474836480,"maxdisk":101203873792},
        {"id":"storage/pve3/nas","type":"storage","storage":"nas","node":"pve3",
        "plugintype":"nfs","content":"images","shared":1,"status":"unknown"}
        ]}
        """

    static let permissions = """
        {"data":{"/":{"Sys.Audit":1,"VM.Audit":1,"Datastore.Audit":1,"Pool.Audit":1},
        "/vms/100":{"VM.Audit":0}}}
        """

    static let version = #"{"data":{"version":"9.2.11","release":"9.2","repoid":"14a22df3"}}"#

    static let cluster = """
        {"data":[{"type":"node","id":"node/pve3","name":"pve3","nodeid":3,"online":0,"local":0},
        {"type":"cluster","id":"cluster","name":"prod","nodes":2,"version":7,"quorate":1},
        {"type":"node","id":"node/pve1","name":"pve1","nodeid":1,"ip":"192.0.2.11","online":1}]}
        """

    static let nodeStatus = """
        {"data":{"uptime":4210987,"cpu":0.18,"wait":0.00412,"loadavg":["11.52","10.61","9.60"],
        "kversion":"Linux 6.17.13-2-pve #1 SMP PREEMPT_DYNAMIC","current-kernel":{
        "sysname":"Linux","release":"6.17.13-2-pve","machine":"x86_64"},
        "boot-info":{"mode":"efi"},"cpuinfo":{"model":"Example 32-Core","sockets":1,"cpus":64},
        "memory":{"total":270377598976,"used":181193932800,"available":89183666176},
        "swap":{"total":8589930496,"used":4096,"free":8589926400},"ksm":{"shared":0},
        "pveversion":"pve-manager/9.2.11/14a22df3c0ffee01"}}
        """

    /// Fixtures of the same shapes that are kept outside of the repository, if they are here.
    static let shelf: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return ["..", "../.."].map { root.appending(path: "\($0)/shared/fixtures/pve") }
            .first { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) }
    }()

    /// One of those.
    static func shelf(_ name: String) throws -> [UInt8] {
        guard let shelf else { throw CocoaError(.fileNoSuchFile) }
        return try Array(Data(contentsOf: shelf.appending(path: name)))
    }
}

/// Everything that one list holds.
struct PVELists: Equatable {
    var guests: [GuestReport]
    var nodes: [NodeReport]
    var storages: [StorageReport]

    /// `nil` for an answer without a list.
    init?(_ body: [UInt8]) throws(JSONError) {
        guard let guests = try PVEListDecoder.whole(body, GuestReport.read),
            let nodes = try PVEListDecoder.whole(body, NodeReport.read),
            let storages = try PVEListDecoder.whole(body, StorageReport.read)
        else { return nil }
        self.guests = guests
        self.nodes = nodes
        self.storages = storages
    }

    init?(_ text: String) throws(JSONError) { try self.init(Array(text.utf8)) }
}

/// Writes a parsed JSON value with the keys of every object in another order.
func shuffledJSON(_ value: Any, _ random: inout some RandomNumberGenerator) -> String {
    switch value {
    case let object as [String: Any]:
        let members = object.keys.sorted().shuffled(using: &random).map { key in
            let name = String(decoding: encoded(key), as: UTF8.self)
            return name + ":" + shuffledJSON(object[key] ?? NSNull(), &random)
        }
        return "{" + members.joined(separator: ",") + "}"
    case let list as [Any]:
        return "[" + list.map { shuffledJSON($0, &random) }.joined(separator: ",") + "]"
    default: return String(decoding: encoded(value), as: UTF8.self)
    }
}

private func encoded(_ value: Any) -> Data {
    (try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)) ?? Data()
}
