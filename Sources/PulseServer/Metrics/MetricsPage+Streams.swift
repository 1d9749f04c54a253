import PulseFleet

extension MetricsPage {
    /// What was encoded once, and how often it was given to clients.
    func writeStreams(into text: inout MetricsText) {
        text.family(
            "pulse_stream_encoded_total",
            .counter,
            "Messages encoded, each once for all clients."
        )
        for (counts, stream) in zip(totals.encoded, Self.streamLabels) {
            text.sample(messages: counts, [stream])
        }
        text.family(
            "pulse_stream_encoded_bytes_total",
            .counter,
            "Their bytes, before any compression."
        )
        for (counts, stream) in zip(totals.encoded, Self.streamLabels) {
            text.sample(counts.bytes, [stream])
        }
        family(
            "pulse_stream_sent_total",
            .counter,
            "Messages given to clients.",
            into: &text
        ) { thread, labels, text in
            for (stream, label) in zip(thread.hub.streams, Self.streamLabels) {
                text.sample(messages: stream.given, labels + [label])
            }
        }
        family(
            "pulse_stream_sent_bytes_total",
            .counter,
            "Their bytes, before any compression.",
            into: &text
        ) { thread, labels, text in
            for (stream, label) in zip(thread.hub.streams, Self.streamLabels) {
                text.sample(stream.given.bytes, labels + [label])
            }
        }
        family(
            "pulse_stream_subscribers",
            .gauge,
            "Clients that watch a stream.",
            into: &text
        ) { thread, labels, text in
            for (stream, label) in zip(thread.hub.streams, Self.streamLabels) {
                text.sample(UInt64(stream.subscribers), labels + [label])
            }
        }
        family(
            "pulse_stream_clients_lagging",
            .gauge,
            "Clients that had not taken everything when the last tick came.",
            into: &text
        ) { $2.sample(UInt64($0.hub.laggingCount), $1) }
    }

    /// What tells the families of streams apart.
    private static var streamLabels: MetricsText.Labels {
        StreamKey.familyNames.map { ("stream", $0) }
    }
}

extension MetricsText {
    /// How many messages of each kind there were.
    fileprivate mutating func sample(messages counts: DeliveryCounts, _ labels: Labels) {
        sample(counts.deltas, labels + [("message", "delta")])
        sample(counts.snapshotParts, labels + [("message", "snapshot")])
    }
}
