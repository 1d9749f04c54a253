import Testing

@testable import PulseAgent

@Suite("Disk counters")
struct DiskIOCollectorTests {
    @Test("sectors are 512 bytes; old kernels print fewer columns")
    func parse() throws {
        let all = DiskIOCollector.parse(try Fixture.text("proc/diskstats"))
        #expect(all.map(\.device) == ["sda", "sda1", "nvme0n1", "loop0", "dm-0"])
        var sda = DiskIOCounters(device: "sda")
        sda.readOperations = 1000
        sda.readBytes = 40_960_000
        sda.readMilliseconds = 500
        sda.writeOperations = 2000
        sda.writeBytes = 81_920_000
        sda.writeMilliseconds = 1500
        sda.busyMilliseconds = 1800
        #expect(all[0] == sda)
        #expect(all[2].readBytes == 2_048_000_000)
    }

    @Test("lines with too few columns are left out", arguments: ["", "8 0 sda", "8 0 sda 1 2 3"])
    func short(_ line: String) {
        #expect(DiskIOCollector.parse(source(line)).isEmpty)
    }

    @Test("only whole disks that do their own I/O are kept")
    func wholeDisks() {
        var collector = DiskIOCollector(roots: Fixture.roots)
        #expect(collector.collect().map(\.device) == ["sda", "nvme0n1"])
    }

    @Test(
        "devices made of others do not count",
        arguments: [
            "loop3", "ram0", "zram0", "dm-12", "md127", "sr0", "fd0", "zd16", "nbd1", "rbd0",
        ]
    )
    func virtual(_ device: String) {
        #expect(!DiskIOCollector.isPhysical(device))
    }

    @Test("sysfs replaces slashes")
    func directoryName() {
        #expect(DiskIOCollector.directoryName("cciss/c0d0") == "cciss!c0d0")
    }
}
