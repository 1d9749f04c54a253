import PulseJSON

/// What the cold fields of a resource's details say.
struct DetailTraits: RowTraits, Equatable {
    let id: String
    /// `qemu`, `lxc` or `node`; `nil` before the first answer.
    var type: String?
    var status: String?
    var error: String?
    var hasGuestAgent: Bool?
    var machine: String?
    var emulator: String?
    var networks: [DetailRates.Rate] = []
    var disks: [DetailRates.Rate] = []

    init(id: String) { self.id = id }

    func encode(_ field: DetailField, into writer: inout JSONWriter) {
        switch field {
        case .id: writer.string(id)
        case .type: writer.text(type)
        case .status: writer.text(status)
        case .error: writer.text(error)
        case .agent: writer.truth(hasGuestAgent)
        case .machine: writer.text(machine)
        case .qemu: writer.text(emulator)
        case .networks: Self.encode(networks, into: &writer)
        case .drives: Self.encode(disks, into: &writer)
        }
    }

    /// Writes `[[name, in, out], …]`.
    private static func encode(_ rates: [DetailRates.Rate], into writer: inout JSONWriter) {
        writer.list(rates, byteCountMax: FleetLimits.detailListBytesMax) { rate, writer in
            writer.fragment("[")
            writer.text(rate.name)
            writer.fragment(",")
            writer.number(rate.incoming)
            writer.fragment(",")
            writer.number(rate.outgoing)
            writer.fragment("]")
        }
    }
}

/// What the hot fields of a resource's details say.
struct DetailFigures: RowFigures {
    var report = DetailReport()
    var rates = DetailRates()
    var sampledMilliseconds: Int64?

    func value(of field: DetailFigure) -> Double? {
        switch field {
        case .sampled: sampledMilliseconds.map { Double($0) }
        case .uptime: report.uptimeSeconds
        case .cpu: Figure.percent(share: report.cpuFraction)
        case .mem: mebibytes(report.memoryUsedBytes)
        case .swap: mebibytes(report.swapUsedBytes)
        case .load1: Figure.load(0, of: report.loadAverage)
        case .load5: Figure.load(1, of: report.loadAverage)
        case .load15: Figure.load(2, of: report.loadAverage)
        case .iowait: Figure.percent(share: report.ioWaitFraction)
        case .cpuPressure: report.cpuPressure
        case .ioPressure: report.ioPressure
        case .memPressure: report.memoryPressure
        case .netIn: rates.total.network?.incoming
        case .netOut: rates.total.network?.outgoing
        case .diskRead: rates.total.disk?.incoming
        case .diskWrite: rates.total.disk?.outgoing
        }
    }
}

/// The cold fields of streams `resource/…`, in the order of their rows.
enum DetailField: Int, CaseIterable {
    case id, type, status, error, agent, machine, qemu, networks, drives

    var field: Field {
        switch self {
        case .id: Field("id")
        case .type: Field("type")
        case .status: Field("status")
        case .error: Field("error")
        case .agent: Field("agent")
        case .machine: Field("machine")
        case .qemu: Field("qemu")
        case .networks: Field("networks")
        case .drives: Field("drives")
        }
    }
}

/// The hot fields of streams `resource/…`, in the order of their rows.
enum DetailFigure: Int, CaseIterable {
    case sampled, uptime, cpu, mem, swap, load1, load5, load15, iowait
    case cpuPressure, ioPressure, memPressure
    case netIn, netOut, diskRead, diskWrite

    var field: Field {
        switch self {
        case .sampled: Field("sampled", unit: "unixMilliseconds")
        case .uptime: Field("uptime", unit: "seconds")
        case .cpu: Field("cpu", decimals: 1, unit: "percent")
        case .mem: Field("mem", unit: "bytes")
        case .swap: Field("swap", unit: "bytes")
        case .load1: Field("load1", decimals: 2)
        case .load5: Field("load5", decimals: 2)
        case .load15: Field("load15", decimals: 2)
        case .iowait: Field("iowait", decimals: 1, unit: "percent")
        case .cpuPressure: Field("cpuPressure", decimals: 2, unit: "percent")
        case .ioPressure: Field("ioPressure", decimals: 2, unit: "percent")
        case .memPressure: Field("memPressure", decimals: 2, unit: "percent")
        case .netIn: Field("netIn", unit: "bytesPerSecond")
        case .netOut: Field("netOut", unit: "bytesPerSecond")
        case .diskRead: Field("diskRead", unit: "bytesPerSecond")
        case .diskWrite: Field("diskWrite", unit: "bytesPerSecond")
        }
    }
}

extension StreamSchema {
    /// What resources tell that somebody looks at.
    static let details = StreamSchema(
        cold: DetailField.allCases.map(\.field),
        hot: DetailFigure.allCases.map(\.field)
    )
}
