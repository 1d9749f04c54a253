import PulseFleet
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseServer

/// What a tick of a large fleet costs: 10,000 guests of which 1,732 have a new sample.
@Suite("A tick of ten thousand guests", .endsWhenItHangs)
struct LargeDeltaTests {
    private static let guestsOfRemote = 1_000
    private static let remoteCount = 10
    private static let changedCount = 1_732
    private static let clientCount = 12
    /// Nine numbers in 58 bytes a row; 12 of them are the time of the sample.
    private static let rawBytesMax: UInt64 = 102_000
    /// What goes over the network to each dashboard.
    private static let deflatedBytesMax: UInt64 = 40_000

    /// Guests of ten clusters whose figures are as large as those of real ones.
    private struct World {
        private var random: SeededGenerator
        private var lists: [[GuestReport]]
        private var remotes: [RemoteID] = []
        private var seconds: UInt64 = 0

        init(seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            lists = (0..<remoteCount).map { _ in
                (0..<guestsOfRemote).map { World.guest(100 + UInt64($0), &random) }
            }
            self.random = random
        }

        private static func guest(
            _ vmid: UInt64,
            _ random: inout SeededGenerator
        ) -> GuestReport {
            let isMachine = vmid % 3 != 0
            var guest = GuestReport(
                kind: isMachine ? .qemu : .lxc,
                vmid: vmid,
                node: "pve\(vmid % 8)",
                status: "running"
            )
            guest.name = "web-\(vmid)"
            guest.cpuCount = 4
            guest.memoryTotalBytes = 8 << 30
            guest.diskTotalBytes = 32 << 30
            guest.uptimeSeconds = 100_000
            guest.receivedBytes = 1 << 36
            guest.sentBytes = 1 << 35
            guest.readBytes = 1 << 36
            guest.writtenBytes = 1 << 34
            World.sample(&guest, &random)
            return guest
        }

        /// Ten seconds of a guest: most do little, and a few do much.
        private static func sample(_ guest: inout GuestReport, _ random: inout SeededGenerator) {
            let load = UInt64.random(in: 1...100, using: &random)
            let rate = load * load * load
            guest.uptimeSeconds = (guest.uptimeSeconds ?? 0) + 10
            guest.cpuFraction = Double(load) / 100 * Double.random(in: 0...1, using: &random)
            guest.memoryUsedBytes = (2 << 30) + UInt64.random(in: 0...4 << 30, using: &random)
            guest.diskUsedBytes = (1 << 30) + UInt64.random(in: 0...1 << 30, using: &random)
            guest.receivedBytes? += 10 * UInt64.random(in: 0...rate, using: &random)
            guest.sentBytes? += 10 * UInt64.random(in: 0...rate, using: &random)
            // Many guests touch no disk in ten seconds, or only write their log.
            if load > 50 { guest.readBytes? += 10 * UInt64.random(in: 0...rate, using: &random) }
            if load > 10 {
                guest.writtenBytes? += 40_960 * UInt64.random(in: 0...9, using: &random)
            }
        }

        private var now: FleetTime {
            FleetTime(
                wallMilliseconds: 1_790_000_000_000 + Int64(seconds) * 1000,
                monotonicNanoseconds: 5_000_000_000 + seconds * 1_000_000_000
            )
        }

        mutating func list(on fleet: FleetOwner) {
            if remotes.isEmpty {
                remotes = (0..<remoteCount).map { number in
                    let description = RemoteDescription(
                        name: "cluster-\(number)",
                        kind: .pve,
                        url: ""
                    )
                    return fleet.addRemote(description, pollNanoseconds: 2_000_000_000, at: now)
                }
            }
            for (remote, list) in zip(remotes, lists) {
                fleet.apply(list[...], .whole, of: remote, at: now)
            }
        }

        /// Two seconds go by, in which so many guests have a new sample; each has one in ten.
        mutating func act(on fleet: FleetOwner, changing count: Int, from first: Int) {
            seconds += 2
            for index in first..<first + count {
                let guest = index % (remoteCount * guestsOfRemote)
                let (remote, number) = guest.quotientAndRemainder(dividingBy: guestsOfRemote)
                World.sample(&lists[remote][number], &random)
            }
            list(on: fleet)
        }
    }

    @Test(
        "its delta keeps within its bytes, and is encoded and compressed once",
        arguments: backends
    )
    func tick(io: IOChoice) async throws {
        try await withServer(io) { harness, shard in
            let (server, address) = (harness.server, harness.address)
            var world = World(seed: 1)
            world.list(on: server.fleet)
            server.tick(at: 0)
            let crowd = try await harness.lane.attempt {
                try (0..<Self.clientCount).map { _ in try WebSocketClient(address, deflates: true) }
            }
            try await harness.lane.attempt {
                for client in crowd {
                    var client = client
                    try client.send("{\"type\":\"subscribe\",\"stream\":\"guests\"}")
                    var message = try StreamMessage(try client.receive().payload)
                    while message.type != "snapshot" || message.part < message.parts {
                        message = try StreamMessage(try client.receive().payload)
                    }
                }
            }
            // Everybody has had two samples then, so that all rates are known.
            var first = 0
            for turn in 1...14 {
                world.act(on: server.fleet, changing: Self.changedCount, from: first)
                first += Self.changedCount
                let (counts, twins) = (server.publisher.counts, server.publisher.twins.figures)
                server.tick(at: Int64(turn) * 2000)
                let guests = StreamName.guests.index
                let encoded = server.publisher.counts[guests].deltas - counts[guests].deltas
                #expect(encoded == 1)
                #expect(server.publisher.twins.figures.runs - twins.runs == 1)
                let raw = server.publisher.counts[guests].bytes - counts[guests].bytes
                let deflated = server.publisher.twins.figures.bytesOut - twins.bytesOut
                if turn == 14 {
                    print("a delta of 1,732 guests: \(raw) bytes, \(deflated) deflated")
                }
                #expect(raw <= Self.rawBytesMax)
                #expect(deflated <= Self.deflatedBytesMax)
            }
            withExtendedLifetime(crowd) {}
            _ = shard
        }
    }
}
