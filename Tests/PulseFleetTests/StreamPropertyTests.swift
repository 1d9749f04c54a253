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
        let fleet = FleetOwner(epoch: seed)
        let streams: [StreamName] = [.hosts, .events, .problems, .summary]
        try watch(fleet, streams, turns: 700, seed: seed) { world.act(on: fleet) }
        #expect(fleet.generation(of: .whole(.hosts)) > 500)
        #expect(fleet.generation(of: .whole(.events)) > 20)
        #expect(fleet.generation(of: .whole(.problems)) > 20)
    }

    @Test(
        "so it is with what remotes list, whatever they list, and fail, and leave",
        arguments: seeds
    )
    func deltasEqualStateOfRemotes(seed: UInt64) throws {
        var world = RandomRemotes(seed: seed)
        let fleet = FleetOwner(epoch: seed)
        let streams = StreamName.allCases.filter { $0 != .hosts }
        try watch(fleet, streams, turns: 250, seed: seed) { world.act(on: fleet) }
        for stream in streams { #expect(fleet.generation(of: .whole(stream)) > 60, "\(stream)") }
    }

    @Test("the same lists lead to the same rows under the same handles")
    func reproducible() throws {
        let states = (0..<2).map { _ in
            var world = RandomRemotes(seed: 42)
            let fleet = FleetOwner(epoch: 1)
            for _ in 0..<150 {
                world.act(on: fleet)
                _ = fleet.tick()
            }
            return StreamName.allCases.map { text(fleet.state($0)) }
        }
        #expect(states[0] == states[1])
    }

    /// Lets clients that know only what the streams tell follow them for some ticks.
    private func watch(
        _ fleet: FleetOwner,
        _ streams: [StreamName],
        turns: Int,
        seed: UInt64,
        act: () -> Void
    ) throws {
        var random = SeededGenerator(seed: ~seed)
        var watches = try streams.map { try StreamWatch(.whole($0), of: fleet) }
        // Of each remote that is there, what it lists; they come and go.
        let keys = StreamName.allCases.filter(\.hasScopes).flatMap { stream in
            RandomRemotes.names.map { StreamKey.scoped(stream, remote: $0) }
        }
        var scoped: [StreamKey: StreamWatch] = [:]
        for turn in 0..<turns {
            act()
            for watch in watches { try watch.checkNothingTold(by: fleet, turn: turn) }
            for watch in scoped.values { try watch.checkNothingTold(by: fleet, turn: turn) }
            fleet.beginTick()
            for index in watches.indices { try watches[index].follow(fleet, turn: turn) }
            for key in scoped.keys { try scoped[key]?.follow(fleet, turn: turn) }
            fleet.endTick()
            for key in keys {
                try scoped[key]?.endTick(of: fleet, turn: turn, &random)
                // Another remote of the same name is another scope.
                let view = fleet.view(of: key)
                if view == scoped[key]?.view { continue }
                let before = scoped[key]?.generation ?? 0
                scoped[key] = try view.map { try StreamWatch($0, of: fleet) }
                if let generation = scoped[key]?.generation { #expect(generation >= before) }
            }
            for index in watches.indices {
                try watches[index].endTick(of: fleet, turn: turn, &random)
            }
        }
    }
}

/// The clients of one stream.
private struct StreamWatch {
    let view: StreamView
    private var stream: String { view.name }
    private var clients: [ModelClient]
    private var stateBefore: [UInt8]
    private(set) var generation: UInt64
    private var isChanged = false

    init(_ view: StreamView, of fleet: FleetOwner) throws {
        self.view = view
        stateBefore = fleet.state(view)
        clients = [try ModelClient(snapshot: [stateBefore])]
        generation = fleet.generation(of: view)
    }

    func checkNothingTold(by fleet: FleetOwner, turn: Int) throws {
        try #require(
            fleet.state(view) == stateBefore,
            "\(stream), turn \(turn): told before it was published"
        )
    }

    /// Applies the delta of the open tick, whose bytes are checked against what was announced.
    mutating func follow(_ fleet: FleetOwner, turn: Int) throws {
        isChanged = fleet.hasChanged(view)
        if isChanged { generation += 1 }
        #expect(fleet.generation(of: view) == generation, "\(stream), turn \(turn)")
        guard isChanged else { return }
        let delta = jsonBytes { fleet.encode(fleet.delta(of: view), ts: .max, into: &$0) }
        #expect(delta.count <= fleet.byteCountMax(of: fleet.delta(of: view)))
        for index in clients.indices { try clients[index].apply(delta: delta) }
    }

    /// Compares the clients with one that comes now, from time to time.
    mutating func endTick(
        of fleet: FleetOwner,
        turn: Int,
        _ random: inout SeededGenerator
    ) throws {
        let state = fleet.state(view)
        try #require(
            isChanged || state == stateBefore,
            "\(stream), turn \(turn): changed without a delta"
        )
        stateBefore = state
        // What is kept of rows says what the deltas have told.
        if isChanged {
            let newcomer = try ModelClient(snapshot: [state])
            try #require(
                clients[0] == newcomer,
                "\(stream), turn \(turn): a row that was kept is not what was told"
            )
        }
        guard random.oneIn(12) else { return }
        let newcomer = try ModelClient(snapshot: snapshot(of: fleet, &random))
        for client in clients {
            try #require(client == newcomer, "\(stream), turn \(turn): a client has another state")
        }
        clients.append(newcomer)
        if clients.count > 4 { clients.remove(at: Int(random.next() % 4)) }
    }

    private func snapshot(of fleet: FleetOwner, _ random: inout SeededGenerator) -> [[UInt8]] {
        let limit = random.element(of: [1, 1_500, 4_000, 256 << 10])
        let (layout, parts) = fleet.snapshot(view, byteCountMax: limit)
        for (part, bytes) in zip(layout.parts, parts) {
            #expect(bytes.count <= part.byteCountMax)
        }
        return parts
    }
}
