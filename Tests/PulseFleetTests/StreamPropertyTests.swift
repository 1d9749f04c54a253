import Foundation
import PulseFleet
import PulseJSON
import Testing

/// The property on which the product stands: who has applied the deltas has the state.
struct StreamPropertyTests {
    /// A few seeds for always, and a new one at each run.
    ///
    /// `PULSE_FLEET_SEED=n` repeats one that failed: the argument that the failure names.
    static let seeds: [UInt64] =
        if let text = ProcessInfo.processInfo.environment["PULSE_FLEET_SEED"],
            let seed = UInt64(text)
        {
            [seed]
        } else {
            [1, 2, 3, 4, 5, .random(in: 6 ... .max)]
        }

    @Test("snapshot plus deltas equal the state of the same generation", arguments: seeds)
    func deltasEqualState(seed: UInt64) throws {
        var world = RandomFleet(seed: seed)
        var random = SeededGenerator(seed: ~seed)
        let fleet = FleetOwner(epoch: seed)
        var clients = [try ModelClient(snapshot: [fleet.state()])]
        var stateBefore = fleet.state()

        for turn in 0..<700 {
            world.act(on: fleet)
            try #require(fleet.state() == stateBefore, "turn \(turn): told before it was published")
            let delta = tick(fleet)
            if let delta {
                for index in clients.indices { try clients[index].apply(delta: delta) }
            } else {
                try #require(fleet.state() == stateBefore, "turn \(turn): changed without a delta")
            }
            stateBefore = fleet.state()
            if random.oneIn(12) {
                let newcomer = try ModelClient(snapshot: snapshot(of: fleet, &random))
                for client in clients {
                    try #require(client == newcomer, "turn \(turn): a client has another state")
                }
                clients.append(newcomer)
                if clients.count > 4 { clients.remove(at: Int(random.next() % 4)) }
            }
        }
        #expect(fleet.generation(of: .hosts) > 500)
    }

    /// One tick; encoding goes on to be checked against its announced bound.
    private func tick(_ fleet: FleetOwner) -> [UInt8]? {
        defer { fleet.endTick() }
        let before = fleet.generation(of: .hosts)
        guard fleet.beginTick().contains(.hosts) else {
            #expect(fleet.generation(of: .hosts) == before)
            return nil
        }
        #expect(fleet.generation(of: .hosts) == before + 1)
        let delta = jsonBytes { fleet.encodeDelta(of: .hosts, ts: .max, into: &$0) }
        #expect(delta.count <= fleet.deltaByteCountMax(of: .hosts))
        return delta
    }

    private func snapshot(of fleet: FleetOwner, _ random: inout SeededGenerator) -> [[UInt8]] {
        let limit = random.element(of: [1, 1_500, 4_000, 256 << 10])
        let (layout, parts) = fleet.snapshot(byteCountMax: limit)
        for (part, bytes) in zip(layout.parts, parts) {
            #expect(bytes.count <= part.byteCountMax)
        }
        return parts
    }
}
