import Testing

@testable import PulseLoad

@Suite("Requirements and figures")
struct RequirementTests {
    private let report: LoadReport = {
        var report = LoadReport()
        var latencies = Latencies()
        for value in 1...1000 { latencies.record(UInt64(value) * 100) }
        report.latency = latencies.summary
        report.missed = 2
        report.idleShare = 0.25
        return report
    }()

    @Test(
        "a requirement holds or not",
        arguments: [
            ("p50<51ms", true), ("p50 < 50ms", false), ("p99<=100ms", true), ("p99.9>=99ms", true),
            ("max=100ms", true), ("max<0.1s", false), ("max<=100000us", true), ("missed=0", false),
            ("missed<3", true), ("idle>20%", true), ("idle>=25.5%", false),
            // What was not measured shows nothing.
            ("spread<1s", false), ("agents.p99>0ms", false),
        ]
    )
    func checks(_ text: String, _ holds: Bool) throws {
        #expect(try Requirement(text).check(report).holds == holds)
    }

    @Test(
        "what is not a requirement is refused",
        arguments: [
            "", "p99", "p99<", "p99<500", "p98<1ms", "<1ms", "p99<1ms2", "p99<-1ms", "p99==1ms",
            "p99<1e3ms", "missed<1ms", "idle>20", "p99<ms", "p99<.ms", "p99<1.2.3ms",
        ]
    )
    func refuses(_ text: String) {
        #expect(throws: LoadFailure.self) { try Requirement(text) }
    }

    @Test("percentiles are those of all values, to three digits")
    func percentiles() throws {
        let latency = try #require(report.latency)
        #expect(latency.count == 1000 && latency.max == 100_000)
        for (value, exact) in [
            (latency.p50, 50_000), (latency.p90, 90_000), (latency.p99, 99_000),
            (latency.p999, 99_900),
        ] as [(UInt64, Double)] {
            #expect(abs(Double(value) - exact) / exact < 0.002)
        }
        #expect(Latencies().summary == nil)
    }

    @Test("a late client of an old tick says nothing about the newer one in its place")
    func ticks() {
        var watch = TickWatch()
        var spreads = Latencies()
        watch.note(1, atMicroseconds: 1000, &spreads)
        watch.note(1, atMicroseconds: 3000, &spreads)
        let later = 1 + UInt64(LoadLimits.ticksOpenMax)
        watch.note(later, atMicroseconds: 9000, &spreads)
        #expect(spreads.count == 1 && spreads.max == 2000)
        watch.note(1, atMicroseconds: 50_000, &spreads)
        watch.note(later, atMicroseconds: 8500, &spreads)
        watch.finish(&spreads)
        #expect(spreads.count == 2 && spreads.max == 2000)
    }

    @Test("the places of clients are all different", arguments: [1, 2, 3, 8, 100, 997, 5000])
    func places(_ count: Int) {
        let places = (0..<count).map { LoadPlan.place(of: $0, among: count) }
        #expect(Set(places) == Set(0..<count))
    }

    @Test("figures in words")
    func words() {
        #expect(Words.decimals(1.25, 1) == "1.3" && Words.decimals(0.04, 1) == "0.0")
        #expect(Words.decimals(-1.5, 1) == "-1.5" && Words.decimals(12, 0) == "12")
        #expect(Words.time(1500) == "1.5 ms" && Words.time(250_400) == "250 ms")
        #expect(Words.time(12_340_000) == "12.3 s")
        #expect(Words.bytes(1023) == "1023 B" && Words.bytes(1536) == "1.5 KiB")
        #expect(Words.count(1_234_567) == "1,234,567" && Words.count(12) == "12")
        #expect(InventedHost.rfc3339(1_790_000_010) == "2026-09-21T14:13:30Z")
    }

    @Test("a message is read up to its rows")
    func heads() throws {
        func head(_ text: String) -> MessageHead? { MessageHead(of: Array(text.utf8)) }
        let delta = try #require(
            head("{\"type\":\"delta\",\"ts\":5,\"stream\":\"s\",\"generation\":3,\"since\":2,]]")
        )
        #expect(delta.kind == .delta && delta.ts == 5 && delta.stream == "s")
        #expect(delta.generation == 3 && delta.since == 2)
        let heartbeat = head("{\"type\":\"heartbeat\",\"ts\":5,\"generation\":{\"s\":3}}")
        #expect(heartbeat?.kind == .heartbeat && heartbeat?.generation == nil)
        #expect(head("{\"type\":\"pong\",\"id\":1}")?.kind == .pong)
        for text in [
            "", "[]", "{}", "{\"ts\":1}", "{\"type\":\"x\"}", "{\"type\":1}",
            "{\"type\":\"delta\",\"ts\":-1}",
        ] {
            #expect(head(text) == nil, "\(text)")
        }
    }
}

extension MessageHead {
    fileprivate init?(of bytes: [UInt8]) {
        guard let head = unsafe MessageHead(bytes.span.bytes) else { return nil }
        self = head
    }
}
