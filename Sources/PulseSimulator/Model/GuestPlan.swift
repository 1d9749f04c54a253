/// Draws the guests of one cluster, with a few of everything that guests come as.
struct GuestPlan {
    private let count: Int
    private let nodes: Int
    private let seed: UInt64
    private let templates: Range<Int>
    private let stopped: Range<Int>
    private let paused: Range<Int>
    private let failing: Range<Int>
    private let locked: Range<Int>

    /// A seed of its own, so that the guests of a cluster do not depend on what else is drawn.
    init(count: Int, nodes: Int, seed: UInt64) {
        self.count = count
        self.nodes = nodes
        self.seed = SeededRandom.seed(seed, 2_000_000)
        var next = 0
        // Shares of the guests in a shuffled order; small clusters have at least one of some.
        func share(_ divisor: Int, atLeastOneFrom least: Int) -> Range<Int> {
            let size = count >= least ? max(1, count / divisor) : 0
            defer { next += size }
            return next..<next + size
        }
        templates = share(40, atLeastOneFrom: 10)
        stopped = share(9, atLeastOneFrom: 5)
        paused = share(80, atLeastOneFrom: 20)
        failing = share(400, atLeastOneFrom: 50)
        locked = share(50, atLeastOneFrom: 10)
    }

    func guests() -> [SimulatedGuest] {
        var random = SeededRandom(seed: seed)
        let order = Array(0..<count).shuffled(using: &random)
        var ofRole: [String: Int] = [:]
        return (0..<count).map { index in
            // All roles occur before one comes a second time, in another order each time.
            let role = role(index)
            ofRole[role.name, default: 0] += 1
            let number = ofRole[role.name, default: 1]
            return guest(vmid: 100 + index, role, number: number, place: order[index])
        }.sorted { $0.vmid < $1.vmid }
    }

    /// Templates have numbers of their own, far from those of the guests.
    private var templateBase: Int { count < 8000 ? 9000 : 9_000_000 }

    private func role(_ index: Int) -> GuestRole {
        let round = index / GuestRole.all.count
        var random = SeededRandom(seed: SeededRandom.seed(seed, 3_000_000 + UInt64(round)))
        return GuestRole.all.shuffled(using: &random)[index % GuestRole.all.count]
    }

    /// `place` decides what kind of trouble a guest has, if any.
    private func guest(
        vmid: Int,
        _ role: GuestRole,
        number: Int,
        place: Int
    ) -> SimulatedGuest {
        let isTemplate = templates.contains(place)
        // Only QEMU can pause and fail at its disk.
        let isQEMUTrouble = paused.contains(place) || failing.contains(place)
        let kind = isQEMUTrouble ? SimulatedGuest.Kind.qemu : role.kind
        let state: SimulatedGuest.State =
            if isTemplate || stopped.contains(place) {
                .stopped
            } else if paused.contains(place) {
                .paused
            } else if failing.contains(place) {
                .inputOutputError
            } else {
                .running
            }
        var draw = SeededRandom(seed: SeededRandom.seed(seed, UInt64(vmid)))
        let pool = draw.pick(["infra", "production", "production", "staging", nil])
        let digits = number < 10 ? "0\(number)" : "\(number)"
        var guest = SimulatedGuest(
            vmid: isTemplate ? templateBase + vmid : vmid,
            kind: kind,
            name: isTemplate ? "tmpl-\(role.name)" : "\(role.name)-\(digits)",
            node: Int.random(in: 0..<nodes, using: &draw),
            state: state,
            tags: tags(role, pool, &draw),
            pool: pool,
            isTemplate: isTemplate,
            isManaged: nodes > 2 && !isTemplate && draw.chance(0.1),
            lock: locked.contains(place) ? draw.pick(["backup", "migrate", "snapshot"]) : nil,
            cpus: cpus(role, kind, &draw),
            memoryMax: memory(role, &draw),
            diskMax: Int64(draw.between(gibibytes(role.disk))) << 30,
            bootedAt: -Int64(draw.between(600...5_184_000)) * 1000,
            seed: SeededRandom.seed(seed, UInt64(vmid) << 32),
            cpu: load(role, &draw),
            memory: Walk(mean: draw.between(0.25...0.9), stride: 0.01, within: 0.05...0.99),
            disk: Walk(mean: draw.between(0.1...0.8), stride: 0.0005, within: 0.02...0.98),
            traffic: role.traffic * draw.between(0.2...2),
            countsDisk: kind == .qemu || draw.chance(0.7)
        )
        guest.countHistory(until: -SimulatedNode.cycleMilliseconds)
        return guest
    }

    private func tags(
        _ role: GuestRole,
        _ pool: String?,
        _ draw: inout SeededRandom
    ) -> [String] {
        guard draw.chance(0.8) else { return [] }
        let short = pool == "production" ? "prod" : pool
        return ([role.name] + (short.map { [$0] } ?? [])).sorted()
    }

    private func cpus(
        _ role: GuestRole,
        _ kind: SimulatedGuest.Kind,
        _ draw: inout SeededRandom
    ) -> Double {
        // A container may have half a processor, by its limit.
        if kind == .lxc, draw.chance(0.1) { return 0.5 }
        return Double(draw.pick([1, 2, 4, 8, 16].filter(role.cpus.contains)))
    }

    private func memory(_ role: GuestRole, _ draw: inout SeededRandom) -> Int64 {
        Int64(1) << (30 + Int.random(in: role.memory, using: &draw))
    }

    private func load(_ role: GuestRole, _ draw: inout SeededRandom) -> Walk {
        let mean = role.load * draw.between(0.3...1.7)
        return Walk(mean: mean, stride: mean * 0.5 + 0.01, within: 0.0008...1.02)
    }

    private func gibibytes(_ range: ClosedRange<Int>) -> ClosedRange<Double> {
        Double(range.lowerBound)...Double(range.upperBound)
    }
}
