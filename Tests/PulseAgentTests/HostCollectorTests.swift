import Foundation
import PulseFleet
import PulseMonitor
import Synchronization
import Testing

@testable import PulseAgent

@Suite("Whole reports")
struct HostCollectorTests {
    private static let stream = "0123456789abcdef0123456789abcdef"
    private static let time = ReportTime(
        unixNanoseconds: 1_795_463_725_032_680_934,
        monotonicNanoseconds: 5_000_000_000
    )

    private func agent(id: String? = nil) -> AgentIdentity {
        AgentIdentity(id: id, version: "0.1.0", intervalSeconds: 2, stream: Self.stream)
    }

    @Test("the report of a host decodes to what its files say")
    func roundTrip() throws {
        var collector = HostCollector(roots: Fixture.roots, identity: agent())
        let bytes = collector.collect(at: Self.time)
        let report = try decodeHostReport(bytes.span)

        var expected = HostReport(
            id: "6f0f2c0e-5a0f-4f0b-9c54-2f6b1f7d9a10",
            hostname: "tower"
        )
        expected.displayName = "tower"
        expected.platform = "linux"
        expected.osName = "debian"
        expected.osVersion = "13.1"
        expected.kernelVersion = "6.12.43+deb13-amd64"
        // The processor that runs the test.
        expected.architecture = report.architecture
        expected.cpuModel = "Example(R) CPU E-2234 @ 3.60GHz"
        expected.agentVersion = "0.1.0"
        expected.intervalSeconds = 2
        expected.cpuCount = 4
        expected.uptimeSeconds = 86_461
        expected.loadAverage = [1.25, 0.75, 0.5]
        expected.cpuPercent = 15.79
        expected.memory.totalBytes = 16_384_000_000
        expected.memory.usedBytes = 7_168_000_000
        expected.memory.swapTotalBytes = 4_096_000_000
        expected.memory.swapUsedBytes = 1_024_000_000
        expected.disks = report.disks
        expected.diskIO = [
            diskIO("sda", read: 40_960_000, written: 81_920_000),
            diskIO("nvme0n1", read: 2_048_000_000, written: 4_608_000_000),
        ]
        expected.network = [network("eno1", received: 9_876_543_210, sent: 1_234_567_890)]
        expected.temperatures = [
            HostReport.Temperature(name: "cpu_core_0", celsius: 55.5),
            HostReport.Temperature(name: "cpu_package", celsius: 57),
            HostReport.Temperature(name: "nct6798_systin", celsius: 31),
            HostReport.Temperature(name: "nvme0", celsius: 41.85),
            HostReport.Temperature(name: "sda", celsius: 34),
        ]
        expected.timestampMilliseconds = 1_795_463_725_032
        expected.sequence = HostReport.Sequence(stream: Self.stream, number: 1)
        #expect(report == expected)
        #expect(report.architecture?.isEmpty == false)

        // Sizes are those of the file system that holds the fixtures.
        #expect(report.disks.map(\.mountpoint) == ["/", "/mnt/data"])
        #expect(report.disks.map(\.device) == ["/dev/nvme0n1p2", "/dev/sda1"])
        #expect(report.disks.map(\.filesystem) == ["ext4", "xfs"])
        #expect(report.disks.allSatisfy { $0.totalBytes > 0 && $0.usedBytes <= $0.totalBytes })
    }

    @Test("other readers of the format find integers where it has integers")
    func integers() throws {
        var collector = HostCollector(roots: Fixture.roots, identity: agent())
        let bytes = collector.collect(at: Self.time)
        let parsed = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        let json = try #require(parsed)
        #expect(json["timestamp"] as? String == "2026-11-23T19:55:25.032680934Z")
        #expect(json["sequenceId"] as? String == "v1:\(Self.stream):1")
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("\"uptimeSeconds\":86461,"))
        #expect(text.contains("\"intervalSeconds\":2,"))
        #expect(text.contains("\"mac\":\"02:00:5e:10:00:01\""))
        #expect(text.contains("\"speedMbps\":1000}"))
        #expect(text.contains("\"type\":\"host\""))
    }

    @Test("reports are numbered from 1")
    func numbers() throws {
        var collector = HostCollector(roots: Fixture.roots, identity: agent())
        for number in 1...3 {
            let bytes = collector.collect(at: Self.time)
            let report = try decodeHostReport(bytes.span)
            #expect(report.sequence?.number == UInt64(number))
        }
    }

    @Test("a host without any of the files still reports that it is there")
    func nothingThere() throws {
        let directory = try TemporaryDirectory()
        let roots = Roots(
            proc: directory.path + "/proc",
            sys: directory.path + "/sys",
            etc: directory.path + "/etc"
        )
        var collector = HostCollector(roots: roots, identity: agent(id: "me"))
        let bytes = collector.collect(at: Self.time)
        let report = try decodeHostReport(bytes.span)
        #expect(report.id == "me")
        #expect(report.memory == HostReport.Memory())
        #expect(report.disks.isEmpty && report.diskIO.isEmpty && report.network.isEmpty)
        #expect(report.uptimeSeconds == nil)
    }

    @Test("files full of anything else do no harm")
    func garbage() throws {
        let directory = try TemporaryDirectory()
        let garbage = String(decoding: (0...255).map { UInt8($0) }, as: UTF8.self)
        for file in [
            "proc/stat", "proc/meminfo", "proc/loadavg", "proc/uptime", "proc/diskstats",
            "proc/net/dev", "proc/self/mountinfo", "proc/cpuinfo", "proc/sys/kernel/hostname",
            "proc/sys/kernel/osrelease", "proc/spl/kstat/zfs/arcstats", "etc/machine-id",
            "etc/os-release", "sys/class/hwmon/hwmon0/name", "sys/class/hwmon/hwmon0/temp1_input",
            "sys/class/thermal/thermal_zone0/type", "sys/class/thermal/thermal_zone0/temp",
        ] {
            try directory.write(garbage, to: file)
        }
        let roots = Roots(
            proc: directory.path + "/proc",
            sys: directory.path + "/sys",
            etc: directory.path + "/etc"
        )
        var collector = HostCollector(roots: roots, identity: agent(id: "me"))
        let bytes = collector.collect(at: Self.time)
        let report = try decodeHostReport(bytes.span)
        #expect(report.temperatures.isEmpty)
        #expect(report.disks.isEmpty)
    }

    @Test("this machine gives plausible figures, twice, on any thread")
    func thisMachine() async throws {
        let collector = Collector(HostCollector(identity: agent(id: "me")))
        for number in 1...2 {
            let bytes = await Task.detached { collector.collect(at: Self.time) }.value
            let report = try decodeHostReport(bytes.span)
            #expect(report.sequence?.number == UInt64(number))
            #expect(!report.hostname.isEmpty)
            #expect((1...4096).contains(report.cpuCount ?? 0))
            #expect((0...100).contains(try #require(report.cpuPercent)))
            #expect(try #require(report.uptimeSeconds) > 0)
            #expect(report.loadAverage.count == 3)
            #expect(report.memory.totalBytes > 1 << 20)
            #expect(report.memory.usedBytes <= report.memory.totalBytes)
            for disk in report.disks {
                #expect(disk.totalBytes > 0 && disk.usedBytes <= disk.totalBytes)
            }
        }
    }

    private func diskIO(_ device: String, read: UInt64, written: UInt64) -> HostReport.DiskIO {
        var disk = HostReport.DiskIO()
        disk.device = device
        disk.readBytes = read
        disk.writeBytes = written
        return disk
    }

    private func network(
        _ name: String,
        received: UInt64,
        sent: UInt64
    ) -> HostReport.NetworkInterface {
        var interface = HostReport.NetworkInterface()
        interface.name = name
        interface.receivedBytes = received
        interface.sentBytes = sent
        return interface
    }
}

/// How a collector is shared between threads: behind a lock.
private final class Collector: Sendable {
    private let collector: Mutex<HostCollector>

    init(_ collector: consuming HostCollector) {
        self.collector = Mutex(collector)
    }

    func collect(at time: ReportTime) -> [UInt8] {
        collector.withLock { $0.collect(at: time) }
    }
}
