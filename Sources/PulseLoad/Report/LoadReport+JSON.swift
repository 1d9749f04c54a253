import PulseJSON

extension LoadReport {
    /// The report for programs; times in microseconds.
    package var json: [UInt8] {
        jsonBytes { writer in
            writer.fragment("{\"url\":")
            writer.string(url)
            writer.member("backend", backend)
            writer.list("streams", streams) { $0.string($1) }
            writer.member("intervalMilliseconds", intervalMilliseconds)
            writer.member("clients", UInt64(clients))
            writer.member("stalled", UInt64(stalled))
            writer.member("reconnecting", UInt64(reconnecting))
            writer.member("opened", opened)
            writer.member("openAtEnd", UInt64(openAtEnd))
            writer.member("interrupted", wasInterrupted)
            writer.member("rampMilliseconds", rampNanoseconds / 1_000_000)
            writer.member("warmUpMilliseconds", warmUpNanoseconds / 1_000_000)
            writer.member("settleMilliseconds", settleNanoseconds / 1_000_000)
            writer.member("unsettled", UInt64(unsettled))
            writer.member("firstState", firstState)
            writer.member("measuredMilliseconds", measuredNanoseconds / 1_000_000)
            writer.member("latency", latency)
            writer.member("spread", spread)
            writer.member("firstTick", firstTick ?? 0)
            writer.member("lastTick", lastTick ?? 0)
            writer.member("missed", missed)
            writer.member("snapshotsAgain", snapshotsAgain)
            writer.member("behind", UInt64(behind))
            writer.member("messages", messages)
            writer.member("deltas", deltas)
            writer.member("snapshots", snapshots)
            writer.member("heartbeats", heartbeats)
            writer.member("bytes", bytes)
            writer.member("resumedByDeltas", resumedByDeltas)
            writer.member("resumedBySnapshots", resumedBySnapshots)
            writer.list("errors", errors) { writer, error in
                writer.fragment("{\"kind\":")
                writer.string(error.kind)
                writer.member("count", UInt64(error.count))
                writer.fragment("}")
            }
            writeProcesses(to: &writer)
            writeAgents(to: &writer)
            writeReplays(to: &writer)
            writer.list("requirements", requirements) { writer, requirement in
                writer.fragment("{\"text\":")
                writer.string(requirement.text)
                writer.member("value", requirement.value)
                writer.member("holds", requirement.holds)
                writer.fragment("}")
            }
            writer.member("holds", holds)
            writer.fragment("}\n")
        }
    }

    private func writeProcesses(to writer: inout JSONWriter) {
        writer.fragment(",\"idlePercent\":")
        if let idleShare {
            writer.fixed(idleShare * 100, decimals: 1)
        } else {
            writer.null()
        }
        writer.member("generatorWasBottleneck", isGeneratorBusy)
        writer.fragment(",\"server\":")
        guard let server else {
            writer.null()
            return
        }
        writer.fragment("{\"pid\":")
        writer.int(Int64(server.pid))
        writer.member("cpuMicroseconds", server.cpuNanoseconds / 1000)
        writer.member("residentBytes", server.residentBytes)
        writer.fragment("}")
    }

    private func writeAgents(to writer: inout JSONWriter) {
        writer.fragment(",\"agents\":")
        guard let agents else {
            writer.null()
            return
        }
        writer.fragment("{\"count\":")
        writer.int(Int64(agents.count))
        writer.member("accepted", agents.accepted)
        writer.list("refused", agents.refused) { writer, answer in
            writer.fragment("{\"status\":")
            writer.int(Int64(answer.status))
            writer.member("count", UInt64(answer.count))
            writer.fragment("}")
        }
        writer.member("lost", agents.lost)
        writer.member("late", agents.late)
        writer.member("connections", agents.connections)
        writer.member("latency", agents.latency)
        writer.fragment("}")
    }

    private func writeReplays(to writer: inout JSONWriter) {
        writer.member("replayedClients", UInt64(replayedClients))
        writer.list("replays", replays) { writer, outcome in
            writer.fragment("{\"stream\":")
            writer.string(outcome.stream)
            writer.member("equal", UInt64(outcome.equal))
            writer.member("rows", UInt64(outcome.rows))
            writer.list("differences", outcome.differences) { $0.string($1) }
            writer.fragment("}")
        }
        writer.fragment(",\"replayFailure\":")
        if let replayFailure {
            writer.string(replayFailure)
        } else {
            writer.null()
        }
    }
}

extension JSONWriter {
    private mutating func key(_ name: String) {
        fragment(",")
        string(name)
        fragment(":")
    }

    fileprivate mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    fileprivate mutating func member(_ name: String, _ value: UInt64) {
        key(name)
        uint(value)
    }

    fileprivate mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    fileprivate mutating func member(_ name: String, _ summary: LatencySummary?) {
        key(name)
        guard let summary else {
            null()
            return
        }
        fragment("{\"count\":")
        uint(summary.count)
        member("p50", summary.p50)
        member("p90", summary.p90)
        member("p99", summary.p99)
        member("p99.9", summary.p999)
        member("max", summary.max)
        fragment("}")
    }

    fileprivate mutating func list<Element>(
        _ name: String,
        _ elements: [Element],
        _ write: (inout JSONWriter, Element) -> Void
    ) {
        key(name)
        fragment("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { fragment(",") }
            write(&self, element)
        }
        fragment("]")
    }
}
