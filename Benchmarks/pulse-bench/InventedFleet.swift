import PulseFleet

/// A fleet of invented guests, the same ones for the same seed, and what moves their figures.
///
/// Everything goes through the fleet's one door, as the lists of real remotes do.
struct InventedFleet {
    let owner: FleetOwner
    private var random: SeededRandom
    private var seconds: Int64 = 0
    private var remotes: [(id: RemoteID, guests: [GuestReport])] = []

    /// Between two samples of a guest, as PVE takes them.
    private static let sampleSeconds: Int64 = 10

    /// A fleet that has had two samples of every guest, so that its rates are known, and has
    /// published them.
    ///
    /// As many guests of one remote as a cluster of ten nodes has, where nothing else is said.
    init(guestCount: Int, seed: UInt64, guestsPerRemote: Int = 250) {
        owner = FleetOwner(epoch: seed)
        random = SeededRandom(seed: seed)
        for first in stride(from: 0, to: guestCount, by: guestsPerRemote) {
            let last = min(guestCount, first + guestsPerRemote)
            let id = owner.addRemote(
                RemoteDescription(
                    name: "cluster-\(remotes.count)",
                    kind: .pve,
                    url: "https://cluster-\(remotes.count).example:8006"
                ),
                pollNanoseconds: 2_000_000_000,
                at: now
            )
            let guests = (first..<last).map { guest(vmid: 100 + UInt64($0 - first)) }
            remotes.append((id, guests))
        }
        report()
        move(every: 1)
        tick()
    }

    /// The wall time, in milliseconds since 1970.
    var ts: Int64 { now.wallMilliseconds }

    private var now: FleetTime {
        FleetTime(
            wallMilliseconds: 1_795_000_000_000 + seconds * 1_000,
            monotonicNanoseconds: UInt64(1_000 + seconds) * 1_000_000_000
        )
    }

    /// Reports all guests, with new figures for every `step`th of those that run; how many those
    /// are.
    @discardableResult
    mutating func move(every step: Int) -> Int {
        seconds += Self.sampleSeconds
        var running = 0
        var moved = 0
        for remote in remotes.indices {
            for index in remotes[remote].guests.indices
            where remotes[remote].guests[index].status == "running" {
                running += 1
                guard running % step == 0 else { continue }
                moved += 1
                Self.move(&remotes[remote].guests[index], &random)
            }
        }
        report()
        return moved
    }

    /// Reports all guests under other names, as long as those before, so that no row stays.
    mutating func rename() {
        seconds += Self.sampleSeconds
        for remote in remotes.indices {
            for index in remotes[remote].guests.indices {
                remotes[remote].guests[index].name =
                    remotes[remote].guests[index].name.map(Self.otherName)
            }
        }
        report()
    }

    /// Has every remote fail for so long that what it lists is stale, and answer again.
    mutating func fail() {
        seconds += Self.sampleSeconds
        for remote in remotes { owner.noteFailure("timed out", of: remote.id, at: now) }
        for remote in remotes {
            owner.noteAnswer(RemoteAnswer(latencyMilliseconds: 12), of: remote.id, at: now)
        }
    }

    /// Publishes what was reported.
    func tick() {
        owner.beginTick()
        owner.endTick()
    }

    private static func otherName(_ name: String) -> String {
        String(name.map { $0 == "-" ? "." : $0 == "." ? "-" : $0 })
    }

    /// What the remotes list now.
    var lists: [[GuestReport]] { remotes.map(\.guests) }

    /// Applies lists to a fleet that knows nothing, each of a remote of its own.
    static func applyFirst(_ lists: [[GuestReport]]) -> UInt64 {
        let owner = FleetOwner(epoch: 1)
        let now = FleetTime(wallMilliseconds: 1_795_000_000_000, monotonicNanoseconds: 1)
        for (index, list) in lists.enumerated() {
            let name = "cluster-\(index)"
            let description = RemoteDescription(name: name, kind: .pve, url: "https://\(name)")
            let id = owner.addRemote(description, pollNanoseconds: 2_000_000_000, at: now)
            owner.apply(list[...], .whole, of: id, at: now)
        }
        return UInt64(lists.count)
    }

    /// Reports all guests as they are.
    func report() {
        for remote in remotes {
            owner.noteAnswer(RemoteAnswer(latencyMilliseconds: 12), of: remote.id, at: now)
            owner.apply(remote.guests[...], .whole, of: remote.id, at: now)
        }
    }

    private static func move(_ guest: inout GuestReport, _ random: inout SeededRandom) {
        let elapsed = UInt64(sampleSeconds)
        guest.uptimeSeconds = guest.uptimeSeconds.map { $0 + Double(elapsed) }
        guest.cpuFraction = random.unit()
        guest.memoryUsedBytes = guest.memoryTotalBytes.map { $0 / 4 + random.below($0 / 2) }
        if guest.kind == .lxc {
            guest.diskUsedBytes = guest.diskTotalBytes.map { $0 / 4 + random.below($0 / 2) }
        }
        guest.receivedBytes = guest.receivedBytes.map { $0 + elapsed * random.below(3_000_000) }
        guest.sentBytes = guest.sentBytes.map { $0 + elapsed * random.below(900_000) }
        guest.readBytes = guest.readBytes.map { $0 + elapsed * random.below(5_000_000) }
        guest.writtenBytes = guest.writtenBytes.map { $0 + elapsed * random.below(2_000_000) }
    }

    private mutating func guest(vmid: UInt64) -> GuestReport {
        let isRunning = random.below(10) > 0
        var guest = GuestReport(
            kind: random.below(3) == 0 ? .lxc : .qemu,
            vmid: vmid,
            node: "pve\(random.below(10))",
            status: isRunning ? "running" : "stopped"
        )
        let words = ["web", "db", "mail", "build", "büro", "file\"server\"", "monitor", "vpn"]
        guest.name = "\(random.pick(words))-\(vmid)"
        guest.tags = (0..<random.below(4)).map { "\(random.pick(["prod", "test", "dmz"]))\($0)" }
        guest.pool = random.below(2) == 0 ? random.pick(["shop", "office"]) : nil
        guest.haState = random.below(5) == 0 ? "started" : nil
        guest.cpuCount = random.pick([1, 2, 2.5, 4, 8])
        guest.memoryTotalBytes = random.pick([1, 2, 4, 16]) << 30
        guest.diskTotalBytes = random.pick([8, 32, 100]) << 30
        guest.cpuFraction = isRunning ? random.unit() : 0
        guest.uptimeSeconds = isRunning ? Double(1_000 + random.below(9_000_000)) : 0
        guest.memoryUsedBytes = isRunning ? random.below(1 << 30) : 0
        guest.diskUsedBytes = isRunning ? random.below(8 << 30) : 0
        guest.receivedBytes = isRunning ? random.below(1 << 40) : 0
        guest.sentBytes = isRunning ? random.below(1 << 38) : 0
        guest.readBytes = isRunning ? random.below(1 << 40) : 0
        guest.writtenBytes = isRunning ? random.below(1 << 39) : 0
        return guest
    }
}
