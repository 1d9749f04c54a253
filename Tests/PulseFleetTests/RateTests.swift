import Testing

@testable import PulseFleet

struct SampleClockTests {
    typealias Sample = SampleClock.Sample
    typealias Step = SampleClock.Step

    static func sample(_ timestamp: Int64?, _ uptime: Double?, _ arrival: Double) -> Sample {
        Sample(
            agentMilliseconds: timestamp,
            uptimeSeconds: uptime,
            arrivalNanoseconds: UInt64(arrival * 1e9)
        )
    }

    @Test(
        "the time between two samples",
        arguments: [
            (
                "timestamps agree with uptimes", sample(10_500, 100, 5), sample(13_000, 103, 5),
                .elapsed(seconds: 2.5)
            ),
            ("no uptime", sample(0, nil, 5), sample(30_000, nil, 5.01), .elapsed(seconds: 30)),
            (
                "clock set forward by an hour", sample(0, 100, 5), sample(3_630_000, 130, 35),
                .elapsed(seconds: 30)
            ),
            (
                "clock set back", sample(90_000, 100, 5), sample(60_000, 130, 36),
                .elapsed(seconds: 30)
            ),
            (
                "clock set back, no uptime", sample(90_000, nil, 5), sample(60_000, nil, 36),
                .elapsed(seconds: 31)
            ),
            ("no timestamp", sample(nil, 100, 5), sample(nil, 110, 5.01), .elapsed(seconds: 10)),
            (
                "nothing but arrivals", sample(nil, nil, 5), sample(nil, nil, 7.5),
                .elapsed(seconds: 2.5)
            ),
            ("a burst without times", sample(nil, nil, 5), sample(nil, nil, 5.01), .same),
            ("the same timestamp", sample(7, 100, 5), sample(7, 100, 35), .same),
            ("a boot", sample(0, 100, 5), sample(30_000, 3, 35), .restart),
            ("a boot with the same timestamp", sample(7, 100, 5), sample(7, 3, 35), .restart),
            ("arrival that goes back", sample(nil, nil, 5), sample(nil, nil, 4), .same),
        ] as [(String, Sample, Sample, Step)]
    )
    func steps(rule: String, first: Sample, second: Sample, expected: Step) {
        var clock = SampleClock()
        let steps = [clock.advance(to: first), clock.advance(to: second)]
        #expect(steps == [.restart, expected])
    }

    @Test("a sample at the same time does not become the one to compare with")
    func sameKeepsBaseline() {
        var clock = SampleClock()
        _ = clock.advance(to: Self.sample(nil, nil, 0))
        #expect(clock.advance(to: Self.sample(nil, nil, 0.06)) == .same)
        #expect(clock.advance(to: Self.sample(nil, nil, 0.125)) == .elapsed(seconds: 0.125))
    }
}

struct RateTrackerTests {
    typealias Rates = RateTracker.Rates
    typealias Step = SampleClock.Step

    static func counters(_ list: [(String, UInt64, UInt64)]) -> [RateTracker.Counter] {
        list.map { RateTracker.Counter(name: $0.0, incoming: $0.1, outgoing: $0.2) }
    }

    @Test("the first sample says nothing, the second does, an idle one says 0")
    func beginning() {
        var tracker = RateTracker()
        tracker.update(Self.counters([("eth0", 1_000, 500)]), step: .restart)
        #expect(tracker.rates == Rates())
        tracker.update(Self.counters([("eth0", 3_000, 500)]), step: .elapsed(seconds: 2))
        #expect(tracker.rates == Rates(incoming: 1_000, outgoing: 0))
        tracker.update(Self.counters([("eth0", 9_999, 999)]), step: .same)
        #expect(tracker.rates == Rates(incoming: 1_000, outgoing: 0))
    }

    @Test("a counter that decreased is left out once and counts from its new value")
    func decrease() {
        var tracker = RateTracker()
        let second = Step.elapsed(seconds: 1)
        tracker.update(Self.counters([("a", 900, 900), ("b", 0, 0)]), step: .restart)
        tracker.update(Self.counters([("a", 10, 1_000), ("b", 5, 5)]), step: second)
        #expect(tracker.rates == Rates(incoming: 5, outgoing: 105))
        tracker.update(Self.counters([("a", 30, 1_000), ("b", 5, 5)]), step: second)
        #expect(tracker.rates == Rates(incoming: 20, outgoing: 0))
    }

    @Test("where every counter decreased, and where there is none, the rate is unknown")
    func nothingToSum() {
        var tracker = RateTracker()
        tracker.update(Self.counters([("a", .max, 7)]), step: .restart)
        tracker.update(Self.counters([("a", 0, 9)]), step: .elapsed(seconds: 1))
        #expect(tracker.rates == Rates(incoming: nil, outgoing: 2))
        tracker.update([], step: .elapsed(seconds: 1))
        #expect(tracker.rates == Rates())
    }

    @Test("an interface that appears counts from its second sample, in whatever order they come")
    func appearance() {
        var tracker = RateTracker()
        let second = Step.elapsed(seconds: 1)
        tracker.update(Self.counters([("a", 0, 0), ("b", 0, 0)]), step: .restart)
        tracker.update(
            Self.counters([("new", 1 << 40, 0), ("b", 2, 0), ("a", 1, 0)]),
            step: second
        )
        #expect(tracker.rates.incoming == 3)
        tracker.update(Self.counters([("a", 1, 0), ("new", 1 << 40 + 4, 0)]), step: second)
        #expect(tracker.rates.incoming == 4)
    }

    @Test("a boot forgets all")
    func boot() {
        var tracker = RateTracker()
        tracker.update(Self.counters([("a", 5, 5)]), step: .restart)
        tracker.update(Self.counters([("a", 6, 6)]), step: .elapsed(seconds: 1))
        tracker.update(Self.counters([("a", 100, 100)]), step: .restart)
        #expect(tracker.rates == Rates())
    }

    @Test("counters beyond the limit are not followed, and twins do no harm")
    func bounded() {
        var tracker = RateTracker()
        let many = (0..<FleetLimits.countersMax + 100).map { ("i\($0)", UInt64($0), UInt64(0)) }
        tracker.update(Self.counters(many), step: .restart)
        let more = many.reversed().map { ($0.0, $0.1 + 1, UInt64(0)) }
        tracker.update(Self.counters(Array(more)), step: .elapsed(seconds: 1))
        #expect(tracker.rates.incoming == Double(FleetLimits.countersMax - 100))
        tracker.update(Self.counters([("x", 1, 1), ("x", 2, 2)]), step: .elapsed(seconds: 1))
        tracker.update(Self.counters([("y", 9, 9), ("x", 3, 3)]), step: .elapsed(seconds: 1))
        #expect(tracker.rates.incoming == 1)
    }
}
