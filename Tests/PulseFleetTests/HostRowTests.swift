import Testing

@testable import PulseFleet

/// What the rows of stream `hosts` say about a report.
struct HostRowTests {
    static func row(of report: HostReport) throws -> [String: Value] {
        let fleet = FleetOwner(epoch: 1)
        fleet.apply(report, at: .at(0))
        return try fleet.onlyRow()
    }

    @Test("a complete report fills every field")
    func complete() throws {
        let row = try Self.row(of: .tower())
        let seen = Double(FleetTime.at(0).wallMilliseconds)
        let expected: [String: Value] = [
            "id": "host:6f0f2c0e", "name": "Tower", "status": "online", "platform": "linux",
            "os": "debian 12.11", "kernel": "6.1.0-32-amd64", "arch": "x86_64",
            "cpuModel": "AMD Ryzen 5", "cpus": 12, "agent": "v6.3.0", "interval": 2,
            "boot": .number(seen - 4_414_000), "memTotal": 33_000_000_000,
            "swapTotal": 1_073_741_824, "diskTotal": .number(Double(100 << 20 + 3 << 40)),
            "disks": [
                ["/", "ext4", 5_242_880, 104_857_600], ["/srv", "ext4", 5_242_880, 104_857_600],
                ["/tank", "zfs", 1_099_511_627_776, 3_298_534_883_328],
            ],
            "temps": [["cpu_package", 48], ["nvme0", 62]], "node": .null,
            "seen": .number(seen), "cpu": 12.3, "mem": 8_000_000_001, "swap": 0,
            "disk": .number(Double(1 << 40 + 5 << 20)), "load1": 8.15, "load5": 7.56, "load15": 5,
            "netIn": .null, "netOut": .null, "diskRead": .null, "diskWrite": .null, "temp": 48.3,
        ]
        for (name, value) in expected { #expect(row[name] == value, "\(name)") }
        #expect(Set(row.keys) == Set(expected.keys))
    }

    @Test("what a report does not say is null, never 0")
    func empty() throws {
        let row = try Self.row(of: HostReport(id: "x", hostname: "y"))
        let known: Set = ["id", "name", "status", "interval", "seen"]
        for (name, value) in row where !known.contains(name) {
            let expected: Value = ["disks", "temps"].contains(name) ? [] : .null
            #expect(value == expected, "\(name)")
        }
        #expect(row["interval"] == 30)
        #expect(row["name"] == "y")
    }

    /// What an impossible value in a report does to one field.
    struct Spoiling: Sendable, CustomTestStringConvertible {
        let field: String
        let expected: Value
        let spoil: @Sendable (inout HostReport) -> Void

        init(
            _ field: String,
            _ expected: Value,
            _ spoil: @escaping @Sendable (inout HostReport) -> Void
        ) {
            self.field = field
            self.expected = expected
            self.spoil = spoil
        }

        var testDescription: String { "\(field) becomes \(expected)" }
    }

    static let spoilings = [
        Spoiling("cpu", 100) { $0.cpuPercent = 491 },
        Spoiling("cpu", 0) { $0.cpuPercent = -3 },
        Spoiling("cpu", .null) { $0.cpuPercent = .nan },
        Spoiling("cpu", .null) { $0.cpuPercent = .infinity },
        Spoiling("mem", 33_000_000_000) { $0.memory.usedBytes = .max },
        Spoiling("mem", .null) { $0.memory.totalBytes = 0 },
        Spoiling("swapTotal", .null) { $0.memory.totalBytes = 0 },
        Spoiling("swap", 0) { $0.memory.swapTotalBytes = 0 },
        Spoiling("swapTotal", 0) { $0.memory.swapTotalBytes = 0 },
        Spoiling("memTotal", .null) { $0.memory.totalBytes = .max },
        Spoiling("load1", .null) { $0.loadAverage = [] },
        Spoiling("load5", .null) { $0.loadAverage = [1, -2] },
        Spoiling("load1", .null) { $0.loadAverage = [.infinity] },
        Spoiling("cpus", .null) { $0.cpuCount = 0 },
        Spoiling("boot", .null) { $0.uptimeSeconds = -1 },
        Spoiling("boot", .null) { $0.uptimeSeconds = 1e12 },
        Spoiling("boot", .null) { $0.uptimeSeconds = .nan },
        Spoiling("interval", 30) { $0.intervalSeconds = 0 },
        Spoiling("interval", 30) { $0.intervalSeconds = .nan },
        Spoiling("interval", 86_400) { $0.intervalSeconds = 1e300 },
        Spoiling("disk", .null) { $0.disks = [] },
        Spoiling("disk", .null) {
            $0.disks = ["a", "b"].map { HostReport.disk("/\($0)", "/", "", used: 0, total: .max) }
        },
        Spoiling("temp", 61.9) { $0.temperatures[1].celsius = 255 },
        Spoiling("temp", .null) {
            $0.temperatures = [HostReport.Temperature(name: "cpu", celsius: .nan)]
        },
        Spoiling("temps", [["nvme0", 62]]) { $0.temperatures[1].celsius = -273 },
    ]

    @Test("impossible figures are clamped or unknown", arguments: spoilings)
    func impossible(spoiling: Spoiling) throws {
        var report = HostReport.tower()
        spoiling.spoil(&report)
        #expect(try Self.row(of: report)[spoiling.field] == spoiling.expected)
    }

    @Test(
        "the operating system reads well",
        arguments: [
            ("debian", "12.11", "debian 12.11"),
            ("Debian GNU/Linux 12 (bookworm)", "12", "Debian GNU/Linux 12 (bookworm)"),
            ("alpine", nil, "alpine"), ("alpine", "", "alpine"), (nil, "12", nil), ("", "12", nil),
        ] as [(String?, String?, String?)]
    )
    func operatingSystem(name: String?, version: String?, expected: String?) throws {
        var report = HostReport.tower()
        report.osName = name
        report.osVersion = version
        #expect(try Self.row(of: report)["os"] == expected.map { .string($0) } ?? .null)
    }

    @Test(
        "a host is called by its display name, else its hostname, else its id",
        arguments: [
            ("Tower", "tower", "Tower"), ("", "tower", "tower"), (nil, "tower", "tower"),
            (nil, "", "6f0f2c0e"),
        ] as [(String?, String, String)]
    )
    func names(display: String?, hostname: String, expected: String) throws {
        var report = HostReport.tower()
        report.displayName = display
        report.hostname = hostname
        #expect(try Self.row(of: report)["name"] == .string(expected))
    }

    @Test("a quiet host changes nothing but when it was seen")
    func quiet() throws {
        let fleet = FleetOwner(epoch: 1)
        fleet.apply(.tower(), at: .at(0))
        _ = fleet.tick()
        var report = HostReport.tower()
        report.disks[0].usedBytes += 4_096
        report.temperatures[1].celsius += 0.01
        fleet.apply(report, at: .at(2))
        let delta = try #require(fleet.tick())
        #expect(
            text(delta)
                == """
                {"type":"delta","ts":0,"stream":"hosts","generation":2,"since":1,\
                "fields":["h","seen"],"rows":[[0,\(FleetTime.at(2).wallMilliseconds)]]}
                """
        )
    }

    @Test("rates follow the counters, from the second report on")
    func rates() throws {
        let fleet = FleetOwner(epoch: 1)
        var report = HostReport.tower()
        report.network = [HostReport.interface("eth0", received: 1_000, sent: 0)]
        var disk = HostReport.DiskIO()
        disk.device = "sda"
        report.diskIO = [disk]
        fleet.apply(report, at: .at(0))
        #expect(try fleet.onlyRow()["netIn"] == .null)

        report.timestampMilliseconds? += 2_000
        report.uptimeSeconds? += 2
        report.network[0].receivedBytes += 5_001
        report.diskIO[0].writeBytes += 8_192
        // It was held up for a minute on its way, which is not the time its counters felt.
        fleet.apply(report, at: .at(62))
        let row = try fleet.onlyRow()
        #expect(row["netIn"] == 2_501)
        #expect(row["netOut"] == 0)
        #expect(row["diskRead"] == 0)
        #expect(row["diskWrite"] == 4_096)

        report.timestampMilliseconds? += 2_000
        report.uptimeSeconds = 1
        fleet.apply(report, at: .at(64))
        #expect(try fleet.onlyRow()["netIn"] == .null)
    }
}

struct BootTimeTests {
    @Test("the time of boot does not flicker")
    func steady() {
        var boot = BootTime()
        let arrival = FleetTime.at(0).wallMilliseconds
        boot.update(uptimeSeconds: 1_000, timestamp: arrival, arrival: arrival)
        let first = boot.milliseconds
        #expect(first == arrival - 1_000_000)
        for jitter in [-4_900, -1, 0, 1, 999, 5_000] as [Int64] {
            boot.update(uptimeSeconds: 1_000, timestamp: arrival + jitter, arrival: arrival)
            #expect(boot.milliseconds == first, "\(jitter) ms")
        }
        boot.update(uptimeSeconds: 3, timestamp: arrival, arrival: arrival)
        #expect(boot.milliseconds == arrival - 3_000, "a boot was missed")
    }

    @Test(
        "the agent's clock is believed where it can be right",
        arguments: [
            (0, 0), (-1_800_000, -1_800_000), (30_000, 30_000), (86_400_000, 0), (-86_400_000, 0),
            (nil, 0),
        ] as [(Int64?, Int64)]
    )
    func clocks(offset: Int64?, expected: Int64) {
        var boot = BootTime()
        let arrival = FleetTime.at(0).wallMilliseconds
        let timestamp = offset.map { arrival + $0 }
        boot.update(uptimeSeconds: 10.5, timestamp: timestamp, arrival: arrival)
        #expect(boot.milliseconds == arrival + expected - 10_500)
    }
}
