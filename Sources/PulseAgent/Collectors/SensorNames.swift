/// Gives temperatures the names under which they are reported, the same after every boot.
///
/// | name | what it is |
/// |---|---|
/// | `cpu_package` | the hottest CPU package |
/// | `cpu_core_0` | a core of the first package; `cpu1_core_0` of the second |
/// | `cpu_tccd1` | a chiplet of an AMD CPU |
/// | `nvme0` | the composite temperature of an NVMe disk |
/// | `sda` | a SATA disk |
/// | `amdgpu_edge` | any other chip: driver and label, with the device between if two are alike |
/// | `thermal_acpitz` | a thermal zone, on machines without any hwmon chip |
package enum SensorNames {
    /// Sensors that are not connected read as -128 or 127 and more.
    static let plausible: ClosedRange<Int64> = -39_999...149_999

    /// The drivers that know the CPU's temperature, the best first; only one of them is used.
    private static let cpuChips = ["coretemp", "k10temp", "zenpower", "cpu_thermal", "soc_thermal"]

    /// The temperatures by name, sorted; implausible ones are left out.
    package static func temperatures(
        readings: [SensorReading],
        zones: [ThermalZone]
    ) -> [NamedTemperature] {
        let readings = readings.filter { plausible.contains($0.milliCelsius) }
        let zones = zones.filter { plausible.contains($0.milliCelsius) }
        var named = NameTable()
        let cpuChip = cpuChips.first { chip in readings.contains { $0.chip == chip } }
        let cpu = readings.filter { $0.chip == cpuChip }
        for reading in cpu {
            if let name = cpuName(reading) { named.add(name, reading) }
        }
        if let package = packageTemperature(cpu) ?? packageTemperature(zones) {
            named.byName["cpu_package"] = package
        }
        let others = readings.filter { $0.chip != cpuChip }
        let alike = sharedChips(others)
        for reading in others {
            guard let name = otherName(reading, isAlone: !alike.contains(reading.chip)) else {
                continue
            }
            named.add(name, reading)
        }
        if readings.isEmpty {
            for zone in zones { named.byName["thermal_" + word(zone.type)] = zone.milliCelsius }
        }
        return named.byName.sorted { $0.key < $1.key }
            .map { NamedTemperature(name: $0.key, milliCelsius: $0.value) }
    }

    /// The hottest package; Tdie is the real temperature, Tctl may carry an offset.
    private static func packageTemperature(_ cpu: [SensorReading]) -> Int64? {
        func hottest(_ isWanted: (SensorReading) -> Bool) -> Int64? {
            cpu.filter(isWanted).map(\.milliCelsius).max()
        }
        return hottest { isPackage($0.label) }
            ?? hottest { $0.label == "Tdie" }
            ?? hottest { $0.label == "Tctl" }
            ?? hottest { $0.index == 1 }
            ?? hottest { _ in true }
    }

    /// What the firmware says of the CPU, for machines whose CPU has no driver under hwmon.
    private static func packageTemperature(_ zones: [ThermalZone]) -> Int64? {
        zones.first { $0.type == "x86_pkg_temp" }?.milliCelsius
            ?? zones.filter { $0.type.hasPrefix("cpu") }.map(\.milliCelsius).max()
    }

    /// Intel's label, in its new and its old wording.
    private static func isPackage(_ label: String?) -> Bool {
        guard let label else { return false }
        return label.hasPrefix("Package id") || label.hasPrefix("Physical id")
    }

    /// The name of a part of a CPU; `nil` for what `cpu_package` stands for.
    private static func cpuName(_ reading: SensorReading) -> String? {
        guard let label = reading.label, !isPackage(label), label != "Tdie", label != "Tctl" else {
            return nil
        }
        // The device is `coretemp.N`, N counting the packages.
        let package = reading.chip == "coretemp" ? reading.device.split(separator: ".").last : nil
        let number = package.flatMap { UInt16($0) } ?? 0
        return (number == 0 ? "cpu_" : "cpu\(number)_") + word(label)
    }

    /// The name of what is no CPU; `nil` for the further sensors of an NVMe disk.
    private static func otherName(_ reading: SensorReading, isAlone: Bool) -> String? {
        if reading.chip == "nvme", reading.device.hasPrefix("nvme") {
            // Sensor 1 and up are the vendor's; what they measure is not told.
            return reading.index == 1 ? word(reading.device) : nil
        }
        if let disk = reading.disk { return word(disk) }
        let label = reading.label.map(word) ?? ""
        let part = label.isEmpty ? "temp\(reading.index)" : label
        let chip = word(reading.chip)
        return isAlone ? "\(chip)_\(part)" : "\(chip)_\(word(reading.device))_\(part)"
    }

    /// The names of chips of which the machine has several.
    private static func sharedChips(_ readings: [SensorReading]) -> Set<String> {
        var devices: [String: Set<String>] = [:]
        for reading in readings { devices[reading.chip, default: []].insert(reading.device) }
        return Set(devices.filter { $0.value.count > 1 }.keys)
    }

    /// Lower case, with `_` for each run of anything that is neither letter nor digit.
    static func word(_ text: String) -> String {
        let parts = text.lowercased().unicodeScalars.split { scalar in
            !(scalar.isASCII && scalar.properties.isAlphabetic)
                && !("0"..."9").contains(scalar)
        }
        return parts.map { String($0) }.joined(separator: "_")
    }
}

/// Temperatures by name; a name that is taken gets the sensor's number behind it.
private struct NameTable {
    var byName: [String: Int64] = [:]

    mutating func add(_ name: String, _ reading: SensorReading) {
        let key = byName[name] == nil ? name : "\(name)_\(reading.index)"
        byName[key] = reading.milliCelsius
    }
}
