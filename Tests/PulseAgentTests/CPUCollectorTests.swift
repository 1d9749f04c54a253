import Testing

@testable import PulseAgent

@Suite("CPU")
struct CPUCollectorTests {
    @Test("guest time is not added, iowait counts as not used")
    func parse() throws {
        let times = try #require(CPUCollector.parse(Fixture.text("proc/stat")))
        #expect(times == CPUTimes(busy: 5700, idle: 30_000, ioWait: 400))
    }

    @Test("columns that old kernels lack count as zero")
    func shortLine() {
        let times = CPUCollector.parse(source("cpu 10 20 30 40\n"))
        #expect(times == CPUTimes(busy: 60, idle: 40, ioWait: 0))
    }

    @Test(
        "what is not the cpu line is no sample",
        arguments: ["", "cpu", "cpu0 1 2 3 4 5", "cpu 1 2 3", "intr 1 2 3 4 5", "\n\n"]
    )
    func notASample(_ text: String) {
        #expect(CPUCollector.parse(source(text)) == nil)
    }

    @Test("the share is of the ticks between two samples")
    func share() {
        let earlier = CPUTimes(busy: 1700, idle: 8000, ioWait: 200)
        let later = CPUTimes(busy: 1870, idle: 8180, ioWait: 210)
        let percent = later.since(earlier).busyPercent
        #expect(percent.map { ($0 * 10_000).rounded() } == 472_222)
        #expect(later.since(later).busyPercent == nil)
    }

    @Test("a counter that goes down counts as no change")
    func clamped() {
        let earlier = CPUTimes(busy: 100, idle: 1000, ioWait: 50)
        let later = CPUTimes(busy: 150, idle: 1050, ioWait: 20)
        #expect(later.since(earlier) == CPUTimes(busy: 50, idle: 50, ioWait: 0))
        #expect(later.since(earlier).busyPercent == 50)
    }

    @Test("CPUs are counted by their own lines")
    func count() throws {
        #expect(CPUCollector.onlineCount(try Fixture.text("proc/stat")) == 4)
        #expect(CPUCollector.onlineCount(source("cpu 1 2 3 4\nintr 5\ncpu0 1\n")) == 0)
    }

    @Test("a report compares with the one before, the first one with the start")
    func collect() throws {
        let directory = try TemporaryDirectory()
        try directory.write("cpu 100 0 0 900 0 0 0 0\n", to: "stat")
        var collector = CPUCollector(roots: Roots(proc: directory.path))
        // Nothing has happened since the start: the share since boot is the best there is.
        #expect(collector.collect() == 10)
        try directory.write("cpu 150 0 0 950 0 0 0 0\n", to: "stat")
        #expect(collector.collect() == 50)
        try directory.write("cpu 151 0 0 952 0 0 0 0\n", to: "stat")
        #expect(collector.collect() == 50, "three ticks are too few for a new share")
        try directory.write("cpu 250 0 0 950 0 0 0 0\n", to: "stat")
        #expect(collector.collect() == 100)
    }

    @Test("a file that appears later is used from then on")
    func appearing() throws {
        let directory = try TemporaryDirectory()
        var collector = CPUCollector(roots: Roots(proc: directory.path))
        #expect(collector.collect() == nil)
        try directory.write("cpu 100 0 0 300 0 0 0 0\n", to: "stat")
        #expect(collector.collect() == 25)
    }
}
