/// The cold fields of stream `guests`, in the order of its rows.
enum GuestField: Int, CaseIterable {
    case id, vmid, name, type, remote, node, status, stale, template, lock, tags, pool, ha, cpus
    case memTotal, memSource, diskTotal, boot

    var field: Field {
        switch self {
        case .id: Field("id")
        case .vmid: Field("vmid")
        case .name: Field("name")
        case .type: Field("type")
        case .remote: Field("remote")
        case .node: Field("node")
        case .status: Field("status")
        case .stale: Field("stale")
        case .template: Field("template")
        case .lock: Field("lock")
        case .tags: Field("tags")
        case .pool: Field("pool")
        case .ha: Field("ha")
        case .cpus: Field("cpus", decimals: 2)
        case .memTotal: Field("memTotal", unit: "bytes")
        case .memSource: Field("memSource")
        case .diskTotal: Field("diskTotal", unit: "bytes")
        case .boot: Field("boot", unit: "unixMilliseconds")
        }
    }
}

/// The hot fields of stream `guests`, in the order of its rows.
enum GuestFigure: Int, CaseIterable {
    case sampled, cpu, mem, disk, netIn, netOut, diskRead, diskWrite

    var field: Field {
        switch self {
        case .sampled: Field("sampled", unit: "unixMilliseconds", isRound: true)
        case .cpu: Field("cpu", decimals: 1, unit: "percent")
        case .mem: Field("mem", unit: "bytes", isRound: true)
        case .disk: Field("disk", unit: "bytes", isRound: true)
        case .netIn: Field("netIn", unit: "bytesPerSecond")
        case .netOut: Field("netOut", unit: "bytesPerSecond")
        case .diskRead: Field("diskRead", unit: "bytesPerSecond")
        case .diskWrite: Field("diskWrite", unit: "bytesPerSecond")
        }
    }
}

extension StreamSchema {
    /// Virtual machines and containers of PVE.
    static let guests = StreamSchema(
        cold: GuestField.allCases.map(\.field),
        hot: GuestFigure.allCases.map(\.field)
    )
}
