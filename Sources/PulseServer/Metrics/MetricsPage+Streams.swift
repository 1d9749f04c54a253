import PulseFleet

extension MetricsPage {
    /// What was encoded once, and how often it was given to clients.
    func writeStreams(into text: inout MetricsText) {
        text.family(
            "pulse_stream_encoded_total",
            .counter,
            "Messages encoded, each once for all clients."
        )
        forEachEncoded { counts, labels in
            text.sample(counts.deltas, labels + [("message", "delta")])
            text.sample(counts.snapshotParts, labels + [("message", "snapshot")])
        }
        text.family(
            "pulse_stream_encoded_bytes_total",
            .counter,
            "Their bytes, before any compression."
        )
        forEachEncoded { counts, labels in text.sample(counts.bytes, labels) }
        text.family("pulse_stream_sent_total", .counter, "Messages given to clients.")
        forEachStream { counts, _, labels in
            text.sample(counts.deltas, labels + [("message", "delta")])
            text.sample(counts.snapshotParts, labels + [("message", "snapshot")])
        }
        text.family(
            "pulse_stream_sent_bytes_total",
            .counter,
            "Their bytes, before any compression."
        )
        forEachStream { counts, _, labels in text.sample(counts.bytes, labels) }
        text.family("pulse_stream_subscribers", .gauge, "Clients that watch a stream.")
        forEachStream { _, subscribers, labels in text.sample(UInt64(subscribers), labels) }
        gauge(
            "pulse_stream_clients_lagging",
            "Clients that had not taken everything when the last tick came.",
            \.laggingCount,
            into: &text
        )
    }

    private func forEachEncoded(_ body: (DeliveryCounts, MetricsText.Labels) -> Void) {
        for (index, counts) in totals.encoded.enumerated() {
            body(counts, [("stream", StreamKey.familyNames[index])])
        }
    }
}
