import Foundation
import Testing

@testable import PulseAgent

private let fixtures = Fixture.shelf?.appending(path: "node_exporter")

/// node_exporter's own fixtures and the values that it derives from them: kept outside of the
/// repository.
@Suite(
    "Against node_exporter",
    .enabled(if: fixtures != nil, "the fixtures folder ../shared is not there")
)
struct NodeExporterTests {
    private func file(_ path: String) throws -> SourceText {
        try Array(Data(contentsOf: #require(fixtures).appending(path: path)))[...]
    }

    /// The values of one of its metrics by one of the labels.
    private func metric(_ name: String, by label: String) throws -> [String: Double] {
        var values: [String: Double] = [:]
        for line in try file("e2e-output.txt").lines().map(\.text)
        where line.hasPrefix(name + "{") {
            let parts = line.split(separator: " ")
            guard let start = line.range(of: label + "=\"")?.upperBound,
                let value = parts.last.flatMap({ Double($0) })
            else { continue }
            values[String(line[start...].prefix { $0 != "\"" })] = value
        }
        return values
    }

    @Test("disks have read and written what it says")
    func disks() throws {
        let all = DiskIOCollector.parse(try file("proc/diskstats"))
        let read = try metric("node_disk_read_bytes_total", by: "device")
        let written = try metric("node_disk_written_bytes_total", by: "device")
        let known = all.filter { read[$0.device] != nil }
        #expect(known.count == read.count && known.count > 5)
        for disk in known {
            #expect(read[disk.device] == Double(disk.readBytes))
            #expect(written[disk.device] == Double(disk.writeBytes))
        }
    }

    @Test("of the devices the disks are taken")
    func wholeDisks() throws {
        let all = DiskIOCollector.parse(try file("proc/diskstats"))
        let disks = all.map(\.device).filter(DiskIOCollector.isPhysical)
        #expect(Set(disks).isSuperset(of: ["sda", "sdb", "sdc", "vda", "nvme0n1", "mmcblk0"]))
        #expect(Set(disks).isDisjoint(with: ["ram0", "loop0", "dm-0", "fd0", "sr0"]))
    }

    @Test("memory of a kernel without MemAvailable")
    func memory() throws {
        let figures = try #require(MemoryCollector.parse(try file("proc/meminfo")))
        #expect(figures.total == 3_742_148 << 10)
        let available: UInt64 = 225_472 + 22_040 + 930_888 + 44_772 - 593_840
        #expect(figures.available == available << 10)
        #expect(figures.swapUsed == (4_194_300 - 3_155_360) << 10)
    }

    @Test("the ZFS cache above its lower limit")
    func arc() throws {
        let arcstats = try file("proc/spl/kstat/zfs/arcstats")
        #expect(MemoryCollector.reclaimableARC(arcstats) == 1_603_939_792 - 33_554_432)
    }

    @Test("ticks and CPUs")
    func cpu() throws {
        let stat = try file("proc/stat")
        let busy: UInt64 = 301_854 + 612 + 111_922 + 2 + 3944
        #expect(CPUCollector.parse(stat) == CPUTimes(busy: busy, idle: 8_979_004, ioWait: 3552))
        #expect(CPUCollector.onlineCount(stat) == 8)
    }

    @Test("temperatures, cores of two packages apart")
    func temperatures() throws {
        let directory = try TemporaryDirectory()
        var archive = TextArchive(try file("sys.ttar").text)
        try archive.unpack(
            [
                "sys/class/hwmon/", "sys/class/thermal/", "sys/devices/platform/",
                "sys/devices/virtual/",
            ],
            into: directory
        )
        var collector = SensorCollector(roots: Roots(sys: directory.path + "/sys"))
        let time = ReportTime(unixNanoseconds: 0, monotonicNanoseconds: 0)
        let named = Dictionary(
            uniqueKeysWithValues: collector.collect(at: time).map {
                ($0.name, Double($0.milliCelsius) / 1000)
            }
        )
        let chips = try metric("node_hwmon_temp_celsius", by: "chip")
        #expect(named["cpu_package"] == 55)
        for (index, value) in [54.0, 52, 53, 50].enumerated() {
            #expect(named["cpu_core_\(index)"] == value)
            #expect(named["cpu1_core_\(index)"] == value)
        }
        for radio in 0...2 {
            let chip = "mt7996_phy0_\(radio)"
            #expect(named[chip + "_temp1"] == chips["ieee80211_phy0_" + chip])
        }
        #expect(named.keys.allSatisfy { !$0.hasPrefix("thermal_") })
    }
}
