import Testing

@testable import PulseAgent

@Suite("Temperatures")
struct SensorTests {
    private func names(
        _ readings: [SensorReading],
        zones: [ThermalZone] = []
    ) -> [String: Int64] {
        let named = SensorNames.temperatures(readings: readings, zones: zones)
        return Dictionary(uniqueKeysWithValues: named.map { ($0.name, $0.milliCelsius) })
    }

    private func reading(
        _ chip: String,
        _ device: String,
        _ index: Int,
        _ label: String?,
        _ value: Int64
    ) -> SensorReading {
        SensorReading(
            chip: chip,
            device: device,
            index: index,
            label: label,
            milliCelsius: value
        )
    }

    @Test("the tree of a host gives its named temperatures")
    func tree() {
        var collector = SensorCollector(roots: Fixture.roots)
        let now = ReportTime(unixNanoseconds: 0, monotonicNanoseconds: 0)
        let named = collector.collect(at: now)
        #expect(
            named == [
                NamedTemperature(name: "cpu_core_0", milliCelsius: 55_500),
                NamedTemperature(name: "cpu_package", milliCelsius: 57_000),
                NamedTemperature(name: "nct6798_systin", milliCelsius: 31_000),
                NamedTemperature(name: "nvme0", milliCelsius: 41_850),
                NamedTemperature(name: "sda", milliCelsius: 34_000),
            ]
        )
    }

    @Test("of several packages the hottest is the CPU's temperature, cores keep apart")
    func packages() {
        let temperatures = names([
            reading("coretemp", "coretemp.0", 1, "Package id 0", 50_000),
            reading("coretemp", "coretemp.0", 2, "Core 0", 49_000),
            reading("coretemp", "coretemp.1", 1, "Physical id 1", 60_000),
            reading("coretemp", "coretemp.1", 2, "Core 0", 59_000),
        ])
        #expect(
            temperatures == ["cpu_package": 60_000, "cpu_core_0": 49_000, "cpu1_core_0": 59_000]
        )
    }

    @Test("Tdie is taken before Tctl, which may carry an offset")
    func amd() {
        let control = reading("k10temp", "0000:00:18.3", 1, "Tctl", 72_000)
        let die = reading("k10temp", "0000:00:18.3", 2, "Tdie", 62_000)
        let chiplet = reading("k10temp", "0000:00:18.3", 3, "Tccd1", 58_250)
        #expect(names([control, die, chiplet]) == ["cpu_package": 62_000, "cpu_tccd1": 58_250])
        #expect(names([control])["cpu_package"] == 72_000)
    }

    @Test("a board's only CPU sensor needs no label")
    func arm() {
        #expect(
            names([reading("cpu_thermal", "thermal_zone0", 1, nil, 48_312)])
                == ["cpu_package": 48_312]
        )
    }

    @Test("sensors that are not connected are left out")
    func implausible() {
        #expect(
            names([
                reading("nct6798", "nct6775.656", 1, "AUXTIN0", -62_000),
                reading("nct6798", "nct6775.656", 2, "AUXTIN1", 150_000),
                reading("nct6798", "nct6775.656", 3, "AUXTIN2", Int64.min),
            ]).isEmpty
        )
    }

    @Test("chips that are alike are told apart by their devices")
    func alike() {
        #expect(
            names([
                reading("amdgpu", "0000:45:00.0", 1, "edge", 41_000),
                reading("amdgpu", "0000:46:00.0", 1, "edge", 42_000),
                reading("r8169_0_300:00", "0000:03:00.0", 1, nil, 43_000),
            ]) == [
                "amdgpu_0000_45_00_0_edge": 41_000, "amdgpu_0000_46_00_0_edge": 42_000,
                "r8169_0_300_00_temp1": 43_000,
            ]
        )
    }

    @Test("a label that comes twice in a chip does not hide a sensor")
    func sameLabel() {
        #expect(
            names([
                reading("chip", "d", 1, "spot", 41_000), reading("chip", "d", 2, "spot", 42_000),
            ]) == ["chip_spot": 41_000, "chip_spot_2": 42_000]
        )
    }

    @Test("zones stand in for the CPU's driver, and for all others on a machine without any")
    func zones() {
        let zones = [
            ThermalZone(type: "acpitz", milliCelsius: 27_800),
            ThermalZone(type: "x86_pkg_temp", milliCelsius: 51_000),
        ]
        let nvme = reading("nvme", "nvme0", 1, "Composite", 40_000)
        #expect(names([nvme], zones: zones) == ["nvme0": 40_000, "cpu_package": 51_000])
        #expect(
            names([], zones: zones) == [
                "thermal_acpitz": 27_800, "thermal_x86_pkg_temp": 51_000, "cpu_package": 51_000,
            ]
        )
        #expect(
            names([], zones: [ThermalZone(type: "cpu-thermal", milliCelsius: 12_376)])
                == ["thermal_cpu_thermal": 12_376, "cpu_package": 12_376]
        )
    }

    @Test("disks are asked every five minutes, all else each time")
    func diskInterval() throws {
        let directory = try TemporaryDirectory()
        let chip = "class/hwmon/hwmon0"
        try directory.write("drivetemp\n", to: chip + "/name")
        try directory.write("1\n", to: chip + "/device/block/sdb/size")
        try directory.write("30000\n", to: chip + "/temp1_input")
        try directory.write("k10temp\n", to: "class/hwmon/hwmon1/name")
        try directory.write("50000\n", to: "class/hwmon/hwmon1/temp1_input")
        var collector = SensorCollector(roots: Roots(sys: directory.path))
        func values(_ collector: inout SensorCollector, atSecond second: UInt64) -> [Int64] {
            let time = ReportTime(
                unixNanoseconds: 0,
                monotonicNanoseconds: second * 1_000_000_000
            )
            return collector.collect(at: time).map(\.milliCelsius)
        }
        #expect(values(&collector, atSecond: 10) == [50_000, 30_000])
        try directory.write("31000\n", to: chip + "/temp1_input")
        try directory.write("51000\n", to: "class/hwmon/hwmon1/temp1_input")
        #expect(values(&collector, atSecond: 309) == [51_000, 30_000])
        #expect(values(&collector, atSecond: 310) == [51_000, 31_000])
    }
}
