package import PulseFleet
import PulseJSON

/// Reads one host report, the body of `POST /api/agents/agent/report`, after it was inflated.
///
/// Keys may stand in any order and unknown ones are skipped, since agents may be newer than the
/// hub; the whole body is checked to be JSON all the same. A figure that is not there is 0 in this
/// format. Throws what the sender did wrong; keeps nothing of `bytes`.
package func decodeHostReport(_ bytes: RawSpan) throws(ReportError) -> HostReport {
    try checkSize(bytes.byteCount)
    var reader = JSONReader(bytes)
    return try decodeHostReport(&reader)
}

/// Reads one host report from an array's span or the like, as the function above does.
package func decodeHostReport(_ bytes: Span<UInt8>) throws(ReportError) -> HostReport {
    try checkSize(bytes.count)
    var reader = JSONReader(bytes)
    return try decodeHostReport(&reader)
}

private func checkSize(_ byteCount: Int) throws(ReportError) {
    guard byteCount <= ReportLimits.reportBytesMax else { throw .tooLarge(bytes: byteCount) }
}

private func decodeHostReport(_ reader: inout JSONReader) throws(ReportError) -> HostReport {
    var decoder = HostReportDecoder()
    do throws(JSONError) {
        try decoder.readReport(&reader)
        try reader.finish()
    } catch {
        throw ReportError(error)
    }
    return try decoder.finish()
}

extension ReportError {
    fileprivate init(_ error: JSONError) {
        switch error {
        case .typeMismatch(let at), .numberOutOfRange(let at):
            self = .unexpectedValue(offset: at)
        case .unexpectedByte(let at), .unexpectedEnd(let at), .tooDeep(let at),
            .invalidEscape(let at), .invalidUTF8(let at):
            self = .malformed(offset: at)
        }
    }
}

/// What is gathered while the reader goes through one report.
struct HostReportDecoder {
    var report = HostReport(id: "", hostname: "")
    private var agentID = ""
    private var agentHostname = ""
    private var machineID = ""

    /// Chooses the identity: `agent.id`, else `host.machineId`, else `host.hostname`.
    consuming func finish() throws(ReportError) -> HostReport {
        let candidates = [agentID, machineID, report.hostname]
        guard let id = candidates.first(where: { !$0.isEmpty }) else { throw .noIdentity }
        guard id.utf8.count <= ReportLimits.identityBytesMax else {
            throw .identityTooLong(bytes: id.utf8.count)
        }
        report.id = id
        report.hostname = [report.hostname, agentHostname, id].first { !$0.isEmpty } ?? id
        report.hostname = ReportText.cut(report.hostname)
        return report
    }

    mutating func readReport(_ reader: inout JSONReader) throws(JSONError) {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "agent": try readAgent(&reader)
            case "host": try readHost(&reader)
            case "metrics": try readMetrics(&reader)
            case "disks": try readDisks(&reader)
            case "diskIO": try readDiskIO(&reader)
            case "network": try readNetwork(&reader)
            case "sensors": try readSensors(&reader)
            case "timestamp":
                let text = try reader.readCutText()
                report.timestampMilliseconds = RFC3339Time.unixMilliseconds(text)
            case "sequenceId":
                report.sequence = HostReport.Sequence(wireText: try reader.readCutText())
            default: try reader.skipValue()
            }
        }
    }

    private mutating func readAgent(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.beginObjectUnlessNull() else { return }
        while let key = try reader.nextKey() {
            switch key {
            case "id": agentID = try reader.readIdentity()
            case "hostname": agentHostname = try reader.readIdentity()
            case "version": report.agentVersion = try reader.readCutTextUnlessEmpty()
            case "intervalSeconds":
                let seconds = try reader.readAmount()
                report.intervalSeconds = seconds > 0 ? seconds : 30
            default: try reader.skipValue()
            }
        }
    }

    private mutating func readHost(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.beginObjectUnlessNull() else { return }
        while let key = try reader.nextKey() {
            switch key {
            case "hostname": report.hostname = try reader.readIdentity()
            case "machineId": machineID = try reader.readIdentity()
            case "displayName": report.displayName = try reader.readCutTextUnlessEmpty()
            case "platform": report.platform = try reader.readCutTextUnlessEmpty()
            case "osName": report.osName = try reader.readCutTextUnlessEmpty()
            case "osVersion": report.osVersion = try reader.readCutTextUnlessEmpty()
            case "kernelVersion": report.kernelVersion = try reader.readCutTextUnlessEmpty()
            case "architecture": report.architecture = try reader.readCutTextUnlessEmpty()
            case "cpuModel": report.cpuModel = try reader.readCutTextUnlessEmpty()
            case "cpuCount":
                let count = Int(clamping: try reader.readSize())
                report.cpuCount = count > 0 ? count : nil
            case "uptimeSeconds":
                let seconds = try reader.readAmount()
                // No host reports in its first second; zero is what an absent figure means.
                report.uptimeSeconds = seconds > 0 ? seconds : nil
            case "loadAverage": report.loadAverage = try reader.readLoads()
            default: try reader.skipValue()
            }
        }
    }
}

extension HostReport.Sequence {
    /// Reads `v1:<32 hexadecimal digits>:<number from 1>`; `nil` for anything else.
    init?(wireText: String) {
        let parts = wireText.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "v1", parts[1].utf8.count == 32,
            parts[1].allSatisfy({ $0.isASCII && $0.isHexDigit }),
            let number = UInt64(parts[2]), number > 0
        else { return nil }
        self.init(stream: parts[1].lowercased(), number: number)
    }
}
