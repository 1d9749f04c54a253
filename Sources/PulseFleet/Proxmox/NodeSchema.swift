/// The cold fields of stream `nodes`, in the order of its rows.
enum NodeField: Int, CaseIterable {
    case id, name, remote, status, stale, ha, address, version, kernel, cpuModel, cpus
    case memTotal, memSource, swapTotal, diskTotal, boot, host

    var field: Field {
        switch self {
        case .id: Field("id")
        case .name: Field("name")
        case .remote: Field("remote")
        case .status: Field("status")
        case .stale: Field("stale")
        case .ha: Field("ha")
        case .address: Field("address")
        case .version: Field("version")
        case .kernel: Field("kernel")
        case .cpuModel: Field("cpuModel")
        case .cpus: Field("cpus", decimals: 2)
        case .memTotal: Field("memTotal", unit: "bytes")
        case .memSource: Field("memSource")
        case .swapTotal: Field("swapTotal", unit: "bytes")
        case .diskTotal: Field("diskTotal", unit: "bytes")
        case .boot: Field("boot", unit: "unixMilliseconds")
        case .host: Field("host")
        }
    }
}

/// The hot fields of stream `nodes`, in the order of its rows.
enum NodeFigure: Int, CaseIterable {
    case sampled, cpu, mem, swap, disk, load1, load5, load15, iowait

    var field: Field {
        switch self {
        case .sampled: Field("sampled", unit: "unixMilliseconds")
        case .cpu: Field("cpu", decimals: 1, unit: "percent")
        case .mem: Field("mem", unit: "bytes")
        case .swap: Field("swap", unit: "bytes")
        case .disk: Field("disk", unit: "bytes")
        case .load1: Field("load1", decimals: 2)
        case .load5: Field("load5", decimals: 2)
        case .load15: Field("load15", decimals: 2)
        case .iowait: Field("iowait", decimals: 1, unit: "percent")
        }
    }
}

extension StreamSchema {
    /// The servers of which clusters consist.
    static let nodes = StreamSchema(
        cold: NodeField.allCases.map(\.field),
        hot: NodeFigure.allCases.map(\.field)
    )
}
