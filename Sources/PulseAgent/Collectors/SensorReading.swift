/// One temperature as a driver gives it, with what names it over reboots.
package struct SensorReading: Sendable, Equatable {
    /// The driver's name for the chip: `coretemp`, `nvme`.
    package var chip: String
    /// The device that the chip belongs to, such as `coretemp.0` or `nvme0`; hwmon's own numbers
    /// change from boot to boot.
    package var device: String
    /// The disk's name, of a disk's sensor.
    package var disk: String?
    /// The N of `tempN_input`.
    package var index: Int
    package var label: String?
    package var milliCelsius: Int64

    package init(
        chip: String,
        device: String,
        index: Int,
        label: String? = nil,
        milliCelsius: Int64
    ) {
        self.chip = chip
        self.device = device
        self.index = index
        self.label = label
        self.milliCelsius = milliCelsius
    }
}

/// One thermal zone of the firmware (/sys/class/thermal).
package struct ThermalZone: Sendable, Equatable {
    /// `x86_pkg_temp`, `acpitz`, `cpu-thermal`.
    package var type: String
    package var milliCelsius: Int64

    package init(type: String, milliCelsius: Int64) {
        self.type = type
        self.milliCelsius = milliCelsius
    }
}

/// A temperature under the name that it has in a report.
package struct NamedTemperature: Sendable, Equatable {
    package var name: String
    package var milliCelsius: Int64

    package init(name: String, milliCelsius: Int64) {
        self.name = name
        self.milliCelsius = milliCelsius
    }
}
