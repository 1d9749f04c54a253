import PulseFleet
import PulseJSON

/// Decodes what one guest or node tells of itself at the time of asking.
enum PVECurrent {
    /// Interfaces, or disks, of a guest that are told apart; it has 32 of each kind at most.
    private static let countersMax = 64

    /// `GET /nodes/{node}/qemu/{vmid}/status/current`, or of `lxc`.
    static func guest(_ body: [UInt8]) throws(JSONError) -> DetailReport? {
        var report: DetailReport?
        try PVEEnvelope.object(body) { (reader) throws(JSONError) in
            guard try reader.beginObjectUnlessNull() else { return }
            var guest = GuestReader()
            while let key = try reader.nextKey() { try guest.take(key.text, from: &reader) }
            report = guest.finished
        }
        return report
    }

    /// `GET /nodes/{node}/status`, from which the node's row is told apart.
    static func node(_ details: NodeDetails) -> DetailReport {
        var report = DetailReport()
        report.status = "online"
        report.uptimeSeconds = details.uptimeSeconds
        report.cpuFraction = details.cpuFraction
        report.memoryUsedBytes = details.memoryUsedBytes
        if let available = details.memoryAvailableBytes, let total = details.memoryTotalBytes,
            available <= total
        {
            report.memoryUsedBytes = total - available
        }
        report.swapUsedBytes = details.swapUsedBytes
        report.loadAverage = details.loadAverage
        report.ioWaitFraction = details.ioWaitFraction
        return report
    }

    /// What is read of a guest, member by member.
    private struct GuestReader {
        private var report = DetailReport()
        private var received: UInt64?
        private var sent: UInt64?
        private var read: UInt64?
        private var written: UInt64?
        private var qmpStatus: String?

        mutating func take(_ key: String, from reader: inout JSONReader) throws(JSONError) {
            switch key {
            case "status": report.status = try reader.readPVEText()
            case "qmpstatus": qmpStatus = try reader.readPVEText()
            case "uptime": report.uptimeSeconds = try reader.readPVEDouble()
            case "cpu": report.cpuFraction = try reader.readPVEDouble()
            case "mem": report.memoryUsedBytes = try reader.readPVECount()
            case "swap": report.swapUsedBytes = try reader.readPVECount()
            case "netin": received = try reader.readPVECount()
            case "netout": sent = try reader.readPVECount()
            case "diskread": read = try reader.readPVECount()
            case "diskwrite": written = try reader.readPVECount()
            case "pressurecpusome": report.cpuPressure = try reader.readPVEDouble()
            case "pressureiosome": report.ioPressure = try reader.readPVEDouble()
            case "pressurememorysome": report.memoryPressure = try reader.readPVEDouble()
            case "agent": report.hasGuestAgent = try reader.readPVEFlag()
            case "running-machine": report.machine = try reader.readPVEText()
            case "running-qemu": report.emulator = try reader.readPVEText()
            case "nics": report.networks = try counters("netin", "netout", in: &reader)
            case "blockstat": report.disks = try counters("rd_bytes", "wr_bytes", in: &reader)
            default: try reader.skipValue()
            }
        }

        /// What it comes to: a guest that does not run moves and uses nothing that is of now.
        var finished: DetailReport {
            var report = report
            if report.status == "running", let qmpStatus { report.status = qmpStatus }
            if report.status == "stopped" {
                (report.cpuFraction, report.memoryUsedBytes, report.uptimeSeconds) = (nil, nil, nil)
                report.swapUsedBytes = nil
                return report
            }
            if let received, let sent {
                report.network = .init(name: "", incoming: received, outgoing: sent)
            }
            if let read, let written {
                report.disk = .init(name: "", incoming: read, outgoing: written)
            }
            return report
        }
    }

    /// `{"scsi0":{"rd_bytes":1,"wr_bytes":2,…},…}`, by name; PVE shuffles the members.
    private static func counters(
        _ incoming: String,
        _ outgoing: String,
        in reader: inout JSONReader
    ) throws(JSONError) -> [DetailReport.Counter] {
        var counters: [DetailReport.Counter] = []
        guard try reader.beginObjectUnlessNull() else { return counters }
        while let key = try reader.nextKey() {
            let name = ReportText.cut(key.text)
            guard try reader.beginObjectUnlessNull() else { continue }
            var counter: (incoming: UInt64?, outgoing: UInt64?) = (nil, nil)
            while let key = try reader.nextKey() {
                switch key.text {
                case incoming: counter.incoming = try reader.readPVECount()
                case outgoing: counter.outgoing = try reader.readPVECount()
                default: try reader.skipValue()
                }
            }
            guard let incoming = counter.incoming, let outgoing = counter.outgoing,
                counters.count < countersMax
            else { continue }
            counters.append(.init(name: name, incoming: incoming, outgoing: outgoing))
        }
        return counters.sorted { $0.name < $1.name }
    }
}
