/// Turns the cumulative counters of a host's interfaces, or disks, into two rates: the sums over
/// all of them, in bytes per second.
///
/// A counter takes part from its second sample on. One that decreased was reset: it is left out of
/// that sample's sum and counts from its new value. A sum over nothing is unknown, not 0.
struct RateTracker {
    /// One interface or disk: bytes received or read, bytes sent or written, since boot.
    struct Counter: Equatable {
        var name: String
        var incoming: UInt64
        var outgoing: UInt64
    }

    /// Bytes per second; `nil` = unknown.
    struct Rates: Equatable {
        var incoming: Double?
        var outgoing: Double?
    }

    private var counters: [Counter] = []
    private(set) var rates = Rates()

    /// Takes the next sample; only its first `FleetLimits.countersMax` counters are followed.
    mutating func update(_ sample: [Counter], step: SampleClock.Step) {
        switch step {
        case .same:
            return
        case .restart:
            rates = Rates()
        case .elapsed(let seconds):
            rates = rates(to: sample.prefix(FleetLimits.countersMax), seconds: seconds)
        }
        counters = Array(sample.prefix(FleetLimits.countersMax))
    }

    private func rates(to sample: ArraySlice<Counter>, seconds: Double) -> Rates {
        var incoming = Sum()
        var outgoing = Sum()
        // Reports name their counters in the same order, nearly always.
        var byName: [String: Int]?
        for (index, new) in sample.enumerated() {
            var old = index < counters.count ? counters[index] : nil
            if old?.name != new.name {
                let places = byName ?? indexByName()
                byName = places
                old = places[new.name].map { counters[$0] }
            }
            guard let old else { continue }
            incoming.add(from: old.incoming, to: new.incoming)
            outgoing.add(from: old.outgoing, to: new.outgoing)
        }
        return Rates(incoming: incoming.rate(seconds), outgoing: outgoing.rate(seconds))
    }

    private func indexByName() -> [String: Int] {
        let places = counters.enumerated().map { ($0.element.name, $0.offset) }
        return Dictionary(places, uniquingKeysWith: { first, _ in first })
    }

    /// The differences of those counters that did not decrease.
    private struct Sum {
        private var bytes = 0.0
        private var count = 0

        mutating func add(from old: UInt64, to new: UInt64) {
            guard new >= old else { return }
            bytes += Double(new - old)
            count += 1
        }

        func rate(_ seconds: Double) -> Double? {
            count > 0 ? bytes / seconds : nil
        }
    }
}
