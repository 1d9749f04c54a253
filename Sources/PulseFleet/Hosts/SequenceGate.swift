/// Lets each report of one agent through once and in order.
///
/// An agent numbers the reports of one process, a *stream*, from 1. A new stream replaces the old
/// one, whose late reports are then ignored. Reports without a number always pass.
struct SequenceGate {
    private var stream: String?
    private var number: UInt64 = 0
    /// Earlier streams, oldest first.
    private var retired: [String] = []

    /// Whether the report is to be applied; the next one is judged by it then.
    mutating func admit(_ sequence: HostReport.Sequence?) -> Bool {
        guard let sequence,
            sequence.stream.utf8.count <= FleetLimits.sequenceStreamBytesMax
        else { return true }
        if sequence.stream == stream {
            guard sequence.number > number else { return false }
            number = sequence.number
            return true
        }
        guard !retired.contains(sequence.stream) else { return false }
        if let stream {
            if retired.count == FleetLimits.retiredStreamsMax { retired.removeFirst() }
            retired.append(stream)
        }
        stream = sequence.stream
        number = sequence.number
        return true
    }
}
