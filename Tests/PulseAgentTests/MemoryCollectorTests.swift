import Testing

@testable import PulseAgent

@Suite("Memory")
struct MemoryCollectorTests {
    @Test("kB are KiB; used is total less available")
    func parse() throws {
        let figures = try #require(MemoryCollector.parse(Fixture.text("proc/meminfo")))
        #expect(figures.total == 16_384_000_000)
        #expect(figures.used == 8_192_000_000)
        #expect(figures.usedPercent == 50)
        #expect(figures.free == 2_048_000_000)
        #expect(figures.cache == 6_144_000_000)
        #expect(figures.swapTotal == 4_096_000_000)
        #expect(figures.swapUsed == 1_024_000_000)
    }

    @Test("without MemAvailable it is estimated from what can be dropped")
    func estimate() throws {
        let text = """
            MemTotal: 1000 kB
            MemFree: 100 kB
            Buffers: 50 kB
            Cached: 300 kB
            SReclaimable: 70 kB
            Shmem: 20 kB
            """
        let figures = try #require(MemoryCollector.parse(source(text)))
        #expect(figures.available == 500 << 10)
    }

    @Test(
        "a text without a total, or with absurd ones, gives no figures",
        arguments: [
            "", "MemFree: 5 kB\n", "MemTotal: 0 kB\n", "MemTotal kB\n", "MemTotal: x kB\n",
            "MemTotal: 18446744073709551615 kB\n", "MemTotal:\n",
        ]
    )
    func noTotal(_ text: String) {
        #expect(MemoryCollector.parse(source(text)) == nil)
    }

    @Test("figures beyond the total are cut to it")
    func inconsistent() throws {
        let text = "MemTotal: 100 kB\nMemFree: 300 kB\nMemAvailable: 200 kB\nSwapFree: 7 kB\n"
        let figures = try #require(MemoryCollector.parse(source(text)))
        #expect(figures.used == 0)
        #expect(figures.cache == 0)
        #expect(figures.swapUsed == 0)
    }

    @Test("ZFS gives back its cache above the lower limit")
    func arc() throws {
        let arcstats = try Fixture.text("proc/spl/kstat/zfs/arcstats")
        #expect(MemoryCollector.reclaimableARC(arcstats) == 1_024_000_000)
        #expect(MemoryCollector.reclaimableARC(source("size 4 10\nc_min 4 20\n")) == 0)
        var collector = MemoryCollector(roots: Fixture.roots)
        let used = try #require(collector.collect()?.used)
        #expect(used == 7_168_000_000)
    }

    @Test("in a container the host's ZFS cache is left alone")
    func container() throws {
        let directory = try TemporaryDirectory()
        try directory.write("MemTotal: 100 kB\nMemAvailable: 40 kB\n", to: "meminfo")
        try directory.write("size 4 1000000\nc_min 4 0\n", to: "spl/kstat/zfs/arcstats")
        try directory.write(
            "40 20 0:48 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw\n",
            to: "self/mountinfo"
        )
        var collector = MemoryCollector(roots: Roots(proc: directory.path))
        #expect(collector.collect()?.available == 40 << 10)
    }
}
