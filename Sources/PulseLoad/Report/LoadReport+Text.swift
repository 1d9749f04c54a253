extension LoadReport {
    /// The report for people, line by line.
    package var text: String {
        var lines = [
            heading,
            "clients      \(openAtEnd) of \(clients) open at the end"
                + (stalled > 0 ? ", \(stalled) stalled" : "")
                + (reconnecting > 0 ? ", \(reconnecting) reconnecting" : ""),
            "measured     \(Words.seconds(measuredNanoseconds)), behind a ramp of "
                + "\(Words.seconds(rampNanoseconds)) and \(Words.seconds(settleNanoseconds)) until "
                + (unsettled == 0 ? "all had a state" : "\(unsettled) still had no state")
                + (warmUpNanoseconds > 0 ? ", and \(Words.seconds(warmUpNanoseconds)) more" : ""),
            line("first state", firstState),
            line("delivery", latency),
            line("spread", spread),
            "ticks        \(missed) missed, \(snapshotsAgain) snapshots in place of them, "
                + "\(behind) clients behind at the end",
            "messages     \(Words.count(messages)): \(Words.count(deltas)) deltas, "
                + "\(Words.count(snapshots)) parts of snapshots, \(Words.count(heartbeats)) "
                + "heartbeats; \(Words.bytes(bytes))",
        ]
        if reconnecting > 0 {
            lines.append(
                "resumed      \(resumedByDeltas) streams by deltas, \(resumedBySnapshots) by a "
                    + "snapshot"
            )
        }
        lines += agentLines + processLines + errorLines + replayLines
        for requirement in requirements {
            let word = requirement.holds ? "holds" : "FAILS"
            lines.append("required     \(requirement.text): \(word), \(requirement.value)")
        }
        if wasInterrupted { lines.append("The run was interrupted.") }
        if !isServed { lines.append("Nobody was served.") }
        return lines.map { $0 + "\n" }.joined()
    }

    private var heading: String {
        let server = "\(url) (\(backend))"
        if streams.isEmpty { return server }
        let names = streams.joined(separator: ", ")
        return "\(server): \(names), a tick every \(intervalMilliseconds) ms"
    }

    private func line(_ name: String, _ summary: LatencySummary?) -> String {
        let padded = name + String(repeating: " ", count: 13 - name.count)
        guard let summary else { return padded + "nothing was measured" }
        return padded + "p50 \(Words.time(summary.p50)), p90 \(Words.time(summary.p90)), p99 "
            + "\(Words.time(summary.p99)), p99.9 \(Words.time(summary.p999)), max "
            + "\(Words.time(summary.max)) (\(Words.count(summary.count)))"
    }

    private var agentLines: [String] {
        guard let agents else { return [] }
        var words = "\(agents.count): \(Words.count(agents.accepted)) reports accepted"
        for (status, count) in agents.refused { words += ", \(count) answered with \(status)" }
        words += ", \(agents.lost) lost, \(agents.late) left out, \(agents.connections) connections"
        return ["agents       " + words, line("report", agents.latency)]
    }

    private var processLines: [String] {
        var lines: [String] = []
        if let server, measuredNanoseconds > 0 {
            let share = Double(server.cpuNanoseconds) / Double(measuredNanoseconds) * 100
            lines.append(
                "server       \(Words.decimals(share, 1)) % of one core, "
                    + "\(Words.bytes(server.residentBytes)) resident (process \(server.pid))"
            )
        }
        if let idleShare {
            lines.append("generator    \(Words.decimals(idleShare * 100, 0)) % idle")
        }
        if isGeneratorBusy {
            lines.append(
                "The generator was the bottleneck: it was less than 20 % idle, so the times are "
                    + "its own."
            )
        }
        return lines
    }

    private var errorLines: [String] {
        guard !errors.isEmpty else { return ["errors       none"] }
        return errors.map { "errors       \($0.count) x \($0.kind)" }
    }

    private var replayLines: [String] {
        var lines = replays.map { outcome in
            "replay       \(outcome.stream): \(outcome.equal) of "
                + "\(outcome.equal + outcome.differences.count) clients have what the server has, "
                + "\(outcome.rows) rows"
        }
        for outcome in replays {
            for difference in outcome.differences.prefix(3) {
                lines.append("replay       \(outcome.stream) DIFFERS: \(difference)")
            }
        }
        if let replayFailure { lines.append("replay       FAILED: \(replayFailure)") }
        return lines
    }
}
