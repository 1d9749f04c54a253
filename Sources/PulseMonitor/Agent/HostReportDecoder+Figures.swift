import PulseFleet
import PulseJSON

extension HostReportDecoder {
    mutating func readMetrics(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.beginObjectUnlessNull() else { return }
        var percent = 0.0
        while let key = try reader.nextKey() {
            switch key {
            case "cpuUsagePercent": percent = min(100, try reader.readAmount())
            case "memory": report.memory = try Self.readMemory(&reader)
            default: try reader.skipValue()
            }
        }
        // In this format a busy share of 0 is left out.
        report.cpuPercent = percent
    }

    private static func readMemory(
        _ reader: inout JSONReader
    ) throws(JSONError) -> HostReport.Memory {
        var memory = HostReport.Memory()
        guard try reader.beginObjectUnlessNull() else { return memory }
        while let key = try reader.nextKey() {
            switch key {
            case "totalBytes": memory.totalBytes = try reader.readSize()
            case "usedBytes": memory.usedBytes = try reader.readSize()
            case "swapTotalBytes": memory.swapTotalBytes = try reader.readSize()
            case "swapUsedBytes": memory.swapUsedBytes = try reader.readSize()
            default: try reader.skipValue()
            }
        }
        return memory
    }

    mutating func readDisks(_ reader: inout JSONReader) throws(JSONError) {
        report.disks = []
        guard try reader.beginArrayUnlessNull() else { return }
        while try reader.nextElement() {
            guard report.disks.count < ReportLimits.disksMax else {
                try reader.skipValue()
                continue
            }
            var disk = HostReport.Disk()
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "device": disk.device = try reader.readCutText()
                case "mountpoint": disk.mountpoint = try reader.readCutText()
                case "filesystem": disk.filesystem = try reader.readCutText()
                case "totalBytes": disk.totalBytes = try reader.readSize()
                case "usedBytes": disk.usedBytes = try reader.readSize()
                case "freeBytes": disk.freeBytes = try reader.readSize()
                default: try reader.skipValue()
                }
            }
            report.disks.append(disk)
        }
    }

    mutating func readDiskIO(_ reader: inout JSONReader) throws(JSONError) {
        report.diskIO = []
        guard try reader.beginArrayUnlessNull() else { return }
        while try reader.nextElement() {
            guard report.diskIO.count < ReportLimits.diskIOMax else {
                try reader.skipValue()
                continue
            }
            var disk = HostReport.DiskIO()
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "device": disk.device = try reader.readCutText()
                case "readBytes": disk.readBytes = try reader.readCounter()
                case "writeBytes": disk.writeBytes = try reader.readCounter()
                default: try reader.skipValue()
                }
            }
            report.diskIO.append(disk)
        }
    }

    mutating func readNetwork(_ reader: inout JSONReader) throws(JSONError) {
        report.network = []
        guard try reader.beginArrayUnlessNull() else { return }
        while try reader.nextElement() {
            guard report.network.count < ReportLimits.interfacesMax else {
                try reader.skipValue()
                continue
            }
            var interface = HostReport.NetworkInterface()
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "name": interface.name = try reader.readCutText()
                case "rxBytes": interface.receivedBytes = try reader.readCounter()
                case "txBytes": interface.sentBytes = try reader.readCounter()
                default: try reader.skipValue()
                }
            }
            report.network.append(interface)
        }
    }

    mutating func readSensors(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.beginObjectUnlessNull() else { return }
        while let key = try reader.nextKey() {
            switch key {
            case "temperatureCelsius": try readTemperatures(&reader)
            default: try reader.skipValue()
            }
        }
    }

    /// Takes the temperatures in the order of their names, because a map has none of its own.
    private mutating func readTemperatures(_ reader: inout JSONReader) throws(JSONError) {
        report.temperatures = []
        guard try reader.beginObjectUnlessNull() else { return }
        while let key = try reader.nextKey() {
            guard report.temperatures.count < ReportLimits.temperaturesMax else {
                try reader.skipValue()
                continue
            }
            let name = ReportText.cut(key.text)
            guard try !reader.readNull() else { continue }
            let celsius = try reader.readDouble()
            // Below absolute zero or above a furnace is a sensor that is not there.
            guard (-273...1_000).contains(celsius) else { continue }
            report.temperatures.append(HostReport.Temperature(name: name, celsius: celsius))
        }
        report.temperatures.sort { $0.name < $1.name }
    }
}
