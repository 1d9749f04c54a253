import PulseJSON

/// Writes one sample as the body of `POST /api/agents/agent/report`.
///
/// Sizes and counters are integers, as the format's other readers insist; a figure that is unknown
/// is left out, which the format reads as zero.
struct HostReportEncoder {
    /// Enough for a host with a dozen disks and interfaces; larger reports take a second pass.
    private static let capacityBytes = 8 << 10

    let agent: AgentIdentity
    /// Which report of the agent's stream this is, from 1.
    let number: UInt64
    let time: ReportTime

    func encode(_ sample: HostSample) -> [UInt8] {
        jsonBytes(capacity: Self.capacityBytes) { writer in
            writer.fragment("{")
            writeAgent(sample.identity, to: &writer)
            writeHost(sample, to: &writer)
            writeMetrics(sample, to: &writer)
            writer.array(",\"disks\":[", sample.disks, Self.writeDisk)
            writer.array(",\"diskIO\":[", sample.diskIO, Self.writeDiskIO)
            writer.array(",\"network\":[", sample.network, Self.writeInterface)
            writeSensors(sample.temperatures, to: &writer)
            writer.fragment(",\"timestamp\":")
            writer.string(RFC3339.text(unixNanoseconds: time.unixNanoseconds))
            writer.fragment(",\"sequenceId\":")
            writer.string("v1:\(agent.stream):\(number)")
            writer.fragment("}")
        }
    }

    private func writeAgent(_ identity: HostIdentity, to writer: inout JSONWriter) {
        writer.fragment("\"agent\":{\"id\":")
        writer.string(agent.id ?? identity.machineID ?? identity.hostname ?? "")
        writer.member(",\"version\":", agent.version)
        writer.fragment(",\"type\":\"host\",\"intervalSeconds\":")
        writer.int(Int64(agent.intervalSeconds))
        writer.member(",\"hostname\":", identity.hostname)
        writer.fragment("}")
    }

    private func writeHost(_ sample: HostSample, to writer: inout JSONWriter) {
        let identity = sample.identity
        writer.fragment(",\"host\":{\"hostname\":")
        writer.string(identity.hostname ?? "")
        writer.member(",\"displayName\":", identity.hostname)
        writer.member(",\"machineId\":", identity.machineID)
        writer.fragment(",\"platform\":\"linux\"")
        writer.member(",\"osName\":", identity.osName)
        writer.member(",\"osVersion\":", identity.osVersion)
        writer.member(",\"kernelVersion\":", identity.kernelVersion)
        writer.member(",\"architecture\":", identity.architecture)
        writer.member(",\"cpuModel\":", identity.cpuModel)
        writer.member(",\"cpuCount\":", identity.cpuCount.map { UInt64($0) })
        // Whole seconds are all that the format has.
        let uptime = sample.uptimeSeconds.flatMap { UInt64(exactly: $0.rounded(.down)) }
        writer.member(",\"uptimeSeconds\":", uptime)
        if let loads = sample.loadAverage {
            writer.array(",\"loadAverage\":[", loads) { writer, load in
                writer.fixed(load, decimals: 2)
            }
        }
        writer.fragment("}")
    }

    private func writeMetrics(_ sample: HostSample, to writer: inout JSONWriter) {
        writer.fragment(",\"metrics\":{\"memory\":{")
        if let memory = sample.memory {
            writer.fragment("\"totalBytes\":")
            writer.uint(memory.total)
            writer.member(",\"usedBytes\":", memory.used)
            writer.member(",\"freeBytes\":", memory.free)
            writer.member(",\"cacheBytes\":", memory.cache)
            writer.member(",\"usage\":", memory.usedPercent)
            writer.member(",\"swapTotalBytes\":", memory.swapTotal)
            writer.member(",\"swapUsedBytes\":", memory.swapUsed)
        }
        writer.fragment("}")
        writer.member(",\"cpuUsagePercent\":", sample.cpuPercent)
        writer.fragment("}")
    }

    private static func writeDisk(to writer: inout JSONWriter, _ disk: DiskFigures) {
        writer.fragment("{\"device\":")
        writer.string(disk.device)
        writer.member(",\"mountpoint\":", disk.mountpoint)
        writer.member(",\"filesystem\":", disk.type)
        writer.member(",\"type\":", disk.type)
        writer.member(",\"totalBytes\":", disk.total)
        writer.member(",\"usedBytes\":", disk.used)
        writer.member(",\"freeBytes\":", disk.available)
        writer.member(",\"usage\":", disk.usedPercent)
        writer.fragment("}")
    }

    private static func writeDiskIO(to writer: inout JSONWriter, _ disk: DiskIOCounters) {
        writer.fragment("{\"device\":")
        writer.string(disk.device)
        writer.member(",\"readBytes\":", disk.readBytes)
        writer.member(",\"writeBytes\":", disk.writeBytes)
        writer.member(",\"readOps\":", disk.readOperations)
        writer.member(",\"writeOps\":", disk.writeOperations)
        writer.member(",\"readTimeMs\":", disk.readMilliseconds)
        writer.member(",\"writeTimeMs\":", disk.writeMilliseconds)
        writer.member(",\"ioTimeMs\":", disk.busyMilliseconds)
        writer.fragment("}")
    }

    private static func writeInterface(to writer: inout JSONWriter, _ interface: InterfaceFigures) {
        writer.fragment("{\"name\":")
        writer.string(interface.name)
        writer.member(",\"mac\":", interface.hardwareAddress)
        if !interface.addresses.isEmpty {
            writer.array(",\"addresses\":[", interface.addresses) { writer, address in
                writer.string(address)
            }
        }
        writer.member(",\"rxBytes\":", interface.receivedBytes)
        writer.member(",\"txBytes\":", interface.sentBytes)
        writer.member(",\"speedMbps\":", interface.speedMegabits)
        writer.fragment("}")
    }

    private func writeSensors(_ temperatures: [NamedTemperature], to writer: inout JSONWriter) {
        writer.fragment(",\"sensors\":{")
        if !temperatures.isEmpty {
            writer.fragment("\"temperatureCelsius\":{")
            for (index, temperature) in temperatures.enumerated() {
                if index > 0 { writer.fragment(",") }
                writer.string(temperature.name)
                writer.fragment(":")
                writer.fixed(scaled: temperature.milliCelsius, decimals: 3)
            }
            writer.fragment("}")
        }
        writer.fragment("}")
    }
}

/// Members that may be left out; `key` carries its comma, quotes and colon.
extension JSONWriter {
    fileprivate mutating func member(_ key: StaticString, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        fragment(key)
        string(value)
    }

    fileprivate mutating func member(_ key: StaticString, _ value: UInt64?) {
        guard let value else { return }
        fragment(key)
        uint(value)
    }

    fileprivate mutating func member(_ key: StaticString, _ percent: Double?) {
        guard let percent else { return }
        fragment(key)
        fixed(percent, decimals: 2)
    }

    /// `opening` is the key and the bracket.
    fileprivate mutating func array<Element>(
        _ opening: StaticString,
        _ elements: [Element],
        _ write: (inout JSONWriter, Element) -> Void
    ) {
        fragment(opening)
        for (index, element) in elements.enumerated() {
            if index > 0 { fragment(",") }
            write(&self, element)
        }
        fragment("]")
    }
}
