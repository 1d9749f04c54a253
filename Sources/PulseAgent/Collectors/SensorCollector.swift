/// Temperatures from the kernel's drivers (/sys/class/hwmon) and the firmware's zones.
struct SensorCollector: ~Copyable, Sendable {
    /// Asking a SATA disk for its temperature may restart its spin-down timer
    /// (Documentation/hwmon/drivetemp.rst), so it is done no more often than every 5 minutes.
    static let diskIntervalNanoseconds: UInt64 = 300_000_000_000

    /// A machine with more than this lists cores that nobody reads one by one.
    static let temperaturesMax = 256

    private let hwmon: String
    private let thermal: String
    private var disks: [SensorReading] = []
    private var disksReadAt: UInt64?

    init(roots: Roots) {
        hwmon = roots.sys + "/class/hwmon"
        thermal = roots.sys + "/class/thermal"
    }

    /// All temperatures, those of SATA disks as old as the interval says.
    mutating func collect(at now: ReportTime) -> [NamedTemperature] {
        let wantsDisks =
            disksReadAt.map {
                now.monotonicNanoseconds &- $0 >= Self.diskIntervalNanoseconds
            } ?? true
        if wantsDisks {
            disks = []
            disksReadAt = now.monotonicNanoseconds
        }
        var readings: [SensorReading] = []
        for entry in directoryNames(hwmon) ?? [] {
            let chip = Chip(path: "\(hwmon)/\(entry)")
            guard let chip else { continue }
            if chip.name != "drivetemp" {
                readings += chip.readings()
            } else if wantsDisks {
                disks += chip.readings()
            }
        }
        let named = SensorNames.temperatures(readings: readings + disks, zones: zones())
        return Array(named.prefix(Self.temperaturesMax))
    }

    private func zones() -> [ThermalZone] {
        let names = (directoryNames(thermal) ?? []).filter { $0.hasPrefix("thermal_zone") }
        return names.compactMap { name in
            guard let type = readSmallFile("\(thermal)/\(name)/type")?.trimmed,
                let value = readSmallFile("\(thermal)/\(name)/temp")?.trimmed.signed
            else { return nil }
            return ThermalZone(type: type.text, milliCelsius: value)
        }
    }
}

/// One directory of /sys/class/hwmon.
private struct Chip {
    let path: String
    let name: String

    /// `nil` when the directory does not name its driver, as the kernel promises.
    init?(path: String) {
        guard let name = readSmallFile(path + "/name")?.trimmed, !name.isEmpty else { return nil }
        self.path = path
        self.name = name.text
    }

    /// The temperatures that can be read now; a sleeping or unplugged sensor fails (EIO, ENODATA).
    func readings() -> [SensorReading] {
        let device = linkBaseName(path + "/device") ?? ""
        let disk = directoryNames(path + "/device/block")?.first
        return (directoryNames(path) ?? []).compactMap { file in
            guard let index = Self.temperatureIndex(file),
                let value = readSmallFile("\(path)/\(file)")?.trimmed.signed
            else { return nil }
            let label = readSmallFile("\(path)/temp\(index)_label")?.trimmed
            var reading = SensorReading(
                chip: name,
                device: device,
                index: index,
                label: label?.text,
                milliCelsius: value
            )
            reading.disk = disk
            return reading
        }
    }

    /// The N of `tempN_input`.
    private static func temperatureIndex(_ file: String) -> Int? {
        guard file.hasPrefix("temp"), file.hasSuffix("_input") else { return nil }
        return Int(file.dropFirst(4).dropLast(6))
    }
}
