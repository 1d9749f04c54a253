import Foundation
import Testing

@testable import PulseAgent

private let fixtures = Fixture.shelf?.appending(path: "host")

/// Raw texts with what is to be read in them, kept outside of the repository.
@Suite(
    "Against the host fixtures",
    .enabled(if: fixtures != nil, "the fixtures folder ../shared is not there")
)
struct HostFixtureTests {
    private func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        let data = try Data(contentsOf: #require(fixtures).appending(path: name + ".json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: data)
    }

    @Test("CPU")
    func cpu() throws {
        struct Content: Decodable {
            struct Expect: Decodable {
                var totalDelta: UInt64
                var idleDelta: UInt64
                var busyPercent: Double
            }
            var a: String
            var b: String
            var expect: Expect
        }
        let content = try decode(Content.self, "proc-stat")
        let earlier = try #require(CPUCollector.parse(source(content.a)))
        let later = try #require(CPUCollector.parse(source(content.b)))
        let delta = later.since(earlier)
        #expect(delta.total == content.expect.totalDelta)
        #expect(delta.idle + delta.ioWait == content.expect.idleDelta)
        #expect(abs(try #require(delta.busyPercent) - content.expect.busyPercent) < 0.0001)
    }

    @Test("memory")
    func memory() throws {
        struct Content: Decodable {
            struct Expect: Decodable {
                var total: UInt64
                var used: UInt64
                var percent: Double
                var swapUsed: UInt64
            }
            var text: String
            var expect: Expect
        }
        let content = try decode(Content.self, "meminfo")
        let figures = try #require(MemoryCollector.parse(source(content.text)))
        #expect(figures.total == content.expect.total)
        #expect(figures.used == content.expect.used)
        #expect(figures.swapUsed == content.expect.swapUsed)
        #expect(abs(try #require(figures.usedPercent) - content.expect.percent) < 0.0001)
    }

    @Test("load")
    func load() throws {
        struct Content: Decodable {
            var text: String
            var expect: [Double]
        }
        let content = try decode(Content.self, "loadavg")
        #expect(LoadCollector.parse(source(content.text)) == content.expect)
    }

    @Test("mounts")
    func mounts() throws {
        struct Content: Decodable {
            var text: String
            var expect: [String: [String]]
        }
        let content = try decode(Content.self, "mountinfo")
        let kept = FilesystemFilter.select(MountTable.parse(source(content.text)))
        #expect(kept.map(\.mountpoint) == content.expect["kept"])
    }

    @Test("disk counters")
    func disks() throws {
        struct Content: Decodable {
            struct Expect: Decodable {
                var readBytesPerS: UInt64
                var writeBytesPerS: UInt64
                var utilPercent: Double
            }
            var a: String
            var b: String
            var intervalS: UInt64
            var expect: [String: Expect]
        }
        let content = try decode(Content.self, "diskstats")
        let earlier = DiskIOCollector.parse(source(content.a))
        let later = try #require(DiskIOCollector.parse(source(content.b)).first)
        let expect = try #require(content.expect[later.device])
        #expect(earlier[0].device == later.device)
        let seconds = content.intervalS
        #expect((later.readBytes - earlier[0].readBytes) / seconds == expect.readBytesPerS)
        #expect((later.writeBytes - earlier[0].writeBytes) / seconds == expect.writeBytesPerS)
        let busy = later.busyMilliseconds - earlier[0].busyMilliseconds
        #expect(Double(busy) / Double(seconds * 10) == expect.utilPercent)
    }

    @Test("interfaces, of which only those with hardware count")
    func network() throws {
        struct Content: Decodable {
            var text: String
        }
        let content = try decode(Content.self, "net-dev")
        let directory = try TemporaryDirectory()
        try directory.write(content.text, to: "net/dev")
        try directory.write("0x8086", to: "sys/class/net/eno1/device/vendor")
        let shown = NetworkCollector.parse(source(content.text)).map(\.name)
            .filter(NetworkCollector.isShown)
        #expect(shown == ["eno1", "vmbr0"])
        var collector = NetworkCollector(
            roots: Roots(proc: directory.path, sys: directory.path + "/sys")
        )
        let eno1 = InterfaceFigures(
            name: "eno1",
            receivedBytes: 123_456_789_012,
            sentBytes: 987_654_321_098
        )
        #expect(collector.collect() == [eno1])
    }

    @Test("temperatures")
    func temperatures() throws {
        struct Content: Decodable {
            var tree: [String: [String: String]]
        }
        let content = try decode(Content.self, "hwmon")
        let directory = try TemporaryDirectory()
        for (chip, files) in content.tree {
            for (file, text) in files {
                try directory.write(text + "\n", to: "class/hwmon/\(chip)/\(file)")
            }
        }
        var collector = SensorCollector(roots: Roots(sys: directory.path))
        let named = collector.collect(
            at: ReportTime(unixNanoseconds: 0, monotonicNanoseconds: 0)
        )
        let values = Dictionary(uniqueKeysWithValues: named.map { ($0.name, $0.milliCelsius) })
        #expect(
            values == [
                "cpu_package": 57_000, "cpu_core_0": 55_000, "k10temp_tctl": 61_375,
                "k10temp_tccd1": 58_250, "nvme_composite": 41_850, "drivetemp_temp1": 34_000,
            ]
        )
    }
}
