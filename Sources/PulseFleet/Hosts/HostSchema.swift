/// The cold fields of stream `hosts`, in the order of its rows.
enum HostField: Int, CaseIterable {
    case id, name, status, platform, os, kernel, arch, cpuModel, cpus, agent, interval, boot
    case memTotal, swapTotal, diskTotal, disks, temps, node

    var field: Field {
        switch self {
        case .id: Field("id")
        case .name: Field("name")
        case .status: Field("status")
        case .platform: Field("platform")
        case .os: Field("os")
        case .kernel: Field("kernel")
        case .arch: Field("arch")
        case .cpuModel: Field("cpuModel")
        case .cpus: Field("cpus")
        case .agent: Field("agent")
        case .interval: Field("interval", decimals: 3, unit: "seconds")
        case .boot: Field("boot", unit: "unixMilliseconds")
        case .memTotal: Field("memTotal", unit: "bytes")
        case .swapTotal: Field("swapTotal", unit: "bytes")
        case .diskTotal: Field("diskTotal", unit: "bytes")
        case .disks: Field("disks", unit: "bytes")
        case .temps: Field("temps", unit: "celsius")
        case .node: Field("node")
        }
    }
}

/// The hot fields of stream `hosts`, in the order of its rows.
enum HostFigure: Int, CaseIterable {
    case seen, cpu, mem, swap, disk, load1, load5, load15
    case netIn, netOut, diskRead, diskWrite, temp

    var field: Field {
        switch self {
        case .seen: Field("seen", unit: "unixMilliseconds")
        case .cpu: Field("cpu", decimals: 1, unit: "percent")
        case .mem: Field("mem", unit: "bytes")
        case .swap: Field("swap", unit: "bytes")
        case .disk: Field("disk", unit: "bytes")
        case .load1: Field("load1", decimals: 2)
        case .load5: Field("load5", decimals: 2)
        case .load15: Field("load15", decimals: 2)
        case .netIn: Field("netIn", unit: "bytesPerSecond")
        case .netOut: Field("netOut", unit: "bytesPerSecond")
        case .diskRead: Field("diskRead", unit: "bytesPerSecond")
        case .diskWrite: Field("diskWrite", unit: "bytesPerSecond")
        case .temp: Field("temp", decimals: 1, unit: "celsius")
        }
    }
}

extension StreamSchema {
    /// Machines that run an agent.
    static let hosts = StreamSchema(
        cold: HostField.allCases.map(\.field),
        hot: HostFigure.allCases.map(\.field)
    )
}
