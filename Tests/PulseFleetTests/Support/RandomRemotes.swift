import PulseFleet

/// A few remotes that do everything real ones do, and some things that they should not, from a
/// seed: lists in any order, twins, migrations, restarts, failures, silence.
struct RandomRemotes {
    private var random: SeededGenerator
    private var seconds = 0.0
    static let names = ["a", "b\"", "c\u{1F427}"]

    private var remotes: [(id: RemoteID, name: String, guests: [GuestReport])] = []
    private var lateID: RemoteID?

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// What happens between two ticks.
    mutating func act(on fleet: FleetOwner) {
        if remotes.count < 3, random.oneIn(remotes.isEmpty ? 1 : 12) { add(to: fleet) }
        for index in remotes.indices {
            if random.oneIn(15) {
                fleet.noteFailure(word(), of: remotes[index].id, at: now())
            } else if !random.oneIn(10) {
                poll(index, on: fleet)
            }
        }
        if random.oneIn(40), let index = remotes.indices.randomElement(using: &random) {
            lateID = remotes[index].id
            fleet.removeRemote(remotes.remove(at: index).id)
        }
        if let lateID, random.oneIn(5) {
            fleet.apply([GuestReport.vm()], of: lateID, at: now())
            fleet.noteAnswer(.init(latencyMilliseconds: 1), of: lateID, at: now())
            fleet.removeRemote(lateID)
        }
        seconds += random.oneIn(30) ? 65 : 2
        fleet.expire(at: now())
    }

    private func now() -> FleetTime { .at(seconds) }

    private mutating func add(to fleet: FleetOwner) {
        let name = random.element(
            of: Self.names.filter { name in !remotes.contains { $0.name == name } }
        )
        let poll: UInt64 = random.element(of: [0, 2_000_000_000, .max])
        let id = fleet.addRemote(.lab(name), pollNanoseconds: poll, at: now())
        remotes.append((id, name, []))
    }

    private mutating func poll(_ index: Int, on fleet: FleetOwner) {
        let id = remotes[index].id
        let isAnswerFirst = random.oneIn(2)
        if isAnswerFirst { fleet.noteAnswer(answer(), of: id, at: now()) }
        if !random.oneIn(5) {
            moveGuests(of: index)
            var list = remotes[index].guests
            if random.oneIn(6), let twin = list.randomElement(using: &random) { list.append(twin) }
            if random.oneIn(40) { list = [] }
            list.shuffle(using: &random)
            for (part, at) in parts(of: list) { fleet.apply(part, at, of: id, at: now()) }
        }
        if !random.oneIn(5) {
            for (part, at) in parts(of: nodes()) { fleet.apply(part, at, of: id, at: now()) }
        }
        if random.oneIn(4) {
            let groups = StorageGroups(storage()).groups
            for (part, at) in parts(of: groups) { fleet.apply(part, at, of: id, at: now()) }
        }
        if random.oneIn(4) { fleet.apply(details(), of: id, at: now()) }
        if random.oneIn(8) { fleet.apply(cluster(), of: id, at: now()) }
        if !isAnswerFirst { fleet.noteAnswer(answer(), of: id, at: now()) }
    }

    /// A list whole or in two parts, of which the last one may be missing.
    private mutating func parts<Row>(of rows: [Row]) -> [(ArraySlice<Row>, ListPart)] {
        if random.oneIn(2) { return [(rows[...], .whole)] }
        let place = Int(random.next() % UInt64(rows.count + 1))
        let first = (rows[..<place], ListPart(isFirst: true, isLast: false))
        if random.oneIn(10) { return [first] }
        return [first, (rows[place...], ListPart(isFirst: false, isLast: true))]
    }

    private mutating func moveGuests(of index: Int) {
        var guests = remotes[index].guests
        while guests.count < 12, random.oneIn(2) {
            let vmid = 100 + random.next() % 20
            if !guests.contains(where: { $0.vmid == vmid }) { guests.append(guest(vmid)) }
        }
        if random.oneIn(10), !guests.isEmpty {
            guests.remove(at: Int(random.next() % UInt64(guests.count)))
        }
        for place in guests.indices where random.oneIn(4) {
            guests[place] = guest(guests[place].vmid)
        }
        remotes[index].guests = guests
    }

    private mutating func guest(_ vmid: UInt64) -> GuestReport {
        var report = GuestReport.vm(vmid, on: node(), at: random.oneIn(9) ? 0 : seconds)
        if random.oneIn(5) { report.kind = .lxc }
        report.status = random.element(of: ["running", "running", "running", "paused", "\u{1}"])
        report.memoryHostBytes = random.element(of: [nil, 0, 5 << 30 + 4_096, 6 << 30])
        report.name = maybe(word())
        report.lock = random.oneIn(6) ? "backup" : nil
        report.tags = (0..<random.next() % 3).map { "tag\($0)" }
        report.uptimeSeconds = maybe(random.oneIn(20) ? 0 : report.uptimeSeconds)
        report.receivedBytes = maybe(random.oneIn(20) ? random.next() : report.receivedBytes)
        report.cpuFraction = random.element(of: [nil, 0, 0.5, 1.02, .nan, -1])
        report.diskUsedBytes = random.next() % 3 << 30
        switch random.next() % 8 {
        case 0: return report.stopped()
        case 1: return report.unknown()
        default: return report
        }
    }

    private mutating func nodes() -> [NodeReport] {
        var nodes: [NodeReport] = []
        for name in ["pve1", "pve2", "pve3"] where !random.oneIn(20) {
            var report = NodeReport.pve(name, at: random.oneIn(9) ? 0 : seconds)
            report.haState = random.oneIn(4) ? word() : nil
            switch random.next() % 10 {
            case 0: report = report.lost()
            case 1: report = NodeReport(name: name, status: "unknown")
            default: break
            }
            nodes.append(report)
            if random.oneIn(15) { nodes.append(report.lost()) }
        }
        return nodes.shuffled(using: &random)
    }

    private mutating func storage() -> [StorageReport] {
        var list: [StorageReport] = []
        for name in ["local", "nas"] {
            for node in ["pve1", "pve2", "pve3"] where !random.oneIn(6) {
                let isShared = name == "nas" && !random.oneIn(20)
                let used = random.next() % 3 << 30
                let report = StorageReport.store(name, on: node, shared: isShared, used: used)
                list.append(random.oneIn(5) ? report.unknown() : report)
            }
        }
        return list.shuffled(using: &random)
    }

    private mutating func details() -> NodeDetails {
        var details = NodeDetails.full(node())
        details.loadAverage = (0..<random.next() % 4).map { Double($0) / 3 }
        details.memoryAvailableBytes = random.element(of: [nil, 1 << 30, .max])
        details.kernelVersion = maybe(word())
        return details
    }

    private mutating func cluster() -> ClusterReport {
        let members = [
            ClusterReport.Member(name: node(), address: maybe("10.0.0.1"), isOnline: true),
            ClusterReport.Member(name: node(), address: "10.0.0.2", isOnline: false),
        ]
        return ClusterReport(name: maybe("rack"), isQuorate: random.oneIn(2), members: members)
    }

    private mutating func answer() -> RemoteAnswer {
        RemoteAnswer(
            latencyMilliseconds: random.element(of: [0.4, 12, .infinity]),
            version: maybe("9.2.11"),
            problem: random.oneIn(10) ? word() : nil
        )
    }

    private mutating func maybe<T>(_ value: T?) -> T? {
        random.oneIn(6) ? nil : value
    }

    private mutating func node() -> String {
        random.element(of: ["pve1", "pve2", "pve3"])
    }

    private mutating func word() -> String {
        random.element(of: ["plain", "quo\"ted\\", "\u{1}\n", "\u{1F427}", ""])
    }
}
