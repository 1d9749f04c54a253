/// What a list says about a guest, as the peers of PulseMonitor's decoder read it.
struct ListedGuest: Decodable {
    var vmid: UInt64 = 0
    var name = ""
    var node = ""
    var status = ""
    var type = ""
    var cpu = 0.0
    var maxcpu = 0.0
    var uptime = 0.0
    var mem: UInt64 = 0
    var maxmem: UInt64 = 0
    var disk: UInt64 = 0
    var maxdisk: UInt64 = 0
    var netin: UInt64 = 0
    var netout: UInt64 = 0
    var diskread: UInt64 = 0
    var diskwrite: UInt64 = 0
    var tags: String?
    var pool: String?
}

/// The answer around the list.
struct ListedGuests: Decodable {
    let data: [ListedGuest]
}
