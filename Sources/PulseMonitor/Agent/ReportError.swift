/// Why one agent report was refused.
///
/// It is the sender's fault, never the hub's.
package enum ReportError: Error, Equatable {
    /// The decoded body has more bytes than `ReportLimits.reportBytesMax`.
    case tooLarge(bytes: Int)
    /// The body is no JSON from this byte on, or ends there too early, or nests too deep.
    case malformed(offset: Int)
    /// The value that begins at this byte has another type or range than the format gives it.
    case unexpectedValue(offset: Int)
    /// The report names neither agent nor machine nor host.
    case noIdentity
    /// What identifies the sender has more bytes than `ReportLimits.identityBytesMax`.
    case identityTooLong(bytes: Int)
}

extension ReportError: CustomStringConvertible {
    /// A sentence for operators and for the answer to the agent.
    package var description: String {
        switch self {
        case .tooLarge(let bytes):
            "The report has \(bytes) bytes; the limit is \(ReportLimits.reportBytesMax)."
        case .malformed(let offset):
            "The report is not valid JSON at byte \(offset)."
        case .unexpectedValue(let offset):
            "The value at byte \(offset) of the report has the wrong type or is out of range."
        case .noIdentity:
            "The report has none of agent.id, host.machineId and host.hostname."
        case .identityTooLong(let bytes):
            "The sender's id has \(bytes) bytes; the limit is \(ReportLimits.identityBytesMax)."
        }
    }
}
