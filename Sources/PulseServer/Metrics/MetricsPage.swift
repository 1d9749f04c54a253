import PulseFleet
import PulseReactor

/// Everything that `/metrics` says, from values alone.
///
/// What each thread counts for itself has the label `thread`; the server's own has none.
struct MetricsPage {
    /// One thread: its loop, and what it serves.
    struct Thread: Sendable {
        var reactor = ReactorMetrics()
        var http = HTTPMetrics()
        var hub = HubMetrics()
    }

    /// What is counted once for the whole server.
    struct Totals: Sendable {
        var ticks: UInt64 = 0
        var ticksMissed: UInt64 = 0
        /// How late ticks began.
        var tickLag = TimeHistogram()
        /// What was encoded of the streams of each family.
        var encoded: [DeliveryCounts] = []
        /// Messages that were compressed for dashboards.
        var deflate = DeflateFigures()
        /// The file of the recent history, where there is one.
        var history: HistoryFileFigures?
    }

    var version: String
    var backend: String
    var uptimeNanoseconds: UInt64
    var totals: Totals
    var threads: [Thread]

    func bytes() -> [UInt8] {
        var text = MetricsText()
        writeServer(into: &text)
        writeHistory(into: &text)
        writeHTTP(into: &text)
        writeStreams(into: &text)
        writeLoop(into: &text)
        writeConnections(into: &text)
        return text.bytes
    }

    // MARK: Families

    private func writeServer(into text: inout MetricsText) {
        text.family("pulse_server_info", .gauge, "The version, and how it talks to the kernel.")
        text.sample(1, [("version", version), ("io", backend)])
        text.family("pulse_server_uptime_seconds", .gauge, "Since the server began.")
        text.sample(seconds: uptimeNanoseconds)
        text.family("pulse_server_ticks_total", .counter, "Ticks that were made.")
        text.sample(totals.ticks)
        text.family("pulse_server_ticks_missed_total", .counter, "Ticks that were left out.")
        text.sample(totals.ticksMissed)
        text.family("pulse_server_tick_lag_seconds", .histogram, "How late ticks began.")
        text.sample(totals.tickLag)
        text.family(
            "pulse_server_deflate_runs_total",
            .counter,
            "Messages that were compressed, once for all dashboards."
        )
        text.sample(totals.deflate.runs)
        text.family(
            "pulse_server_deflate_bytes_total",
            .counter,
            "Bytes of these messages, and of what they became."
        )
        text.sample(totals.deflate.bytesIn, [("side", "in")])
        text.sample(totals.deflate.bytesOut, [("side", "out")])
    }

    private func writeHistory(into text: inout MetricsText) {
        guard let history = totals.history else { return }
        text.family(
            "pulse_server_history_saves_total",
            .counter,
            "Times that the recent history was written to its file, or could not be."
        )
        text.sample(history.written, [("result", "written")])
        text.sample(history.failed, [("result", "failed")])
        text.family(
            "pulse_server_history_unusable",
            .gauge,
            "1 when the file of the run before could not be used, and was put aside."
        )
        text.sample(history.unusable)
        text.family("pulse_server_history_bytes", .gauge, "The file as it was written last.")
        text.sample(UInt64(history.byteCount))
        text.family(
            "pulse_server_history_saved_timestamp_seconds",
            .gauge,
            "When it was written last, since 1970; 0 = not yet."
        )
        text.sample(seconds: UInt64(history.writtenAtMilliseconds) * 1_000_000)
    }

    private func writeHTTP(into text: inout MetricsText) {
        text.family("pulse_server_http_answers_total", .counter, "Answers by status.")
        forEachThread { thread, labels in
            for (status, count) in thread.http.answers.sorted(by: { $0.key < $1.key }) {
                text.sample(count, labels + [("code", "\(status)")])
            }
        }
        text.family(
            "pulse_server_timeouts_total",
            .counter,
            "Connections ended because something took too long, by what was waited for."
        )
        forEachThread { thread, labels in
            for wait in HTTPMetrics.Wait.allCases {
                text.sample(thread.http.timeouts[wait] ?? 0, labels + [("wait", wait.rawValue)])
            }
        }
        counter(
            "pulse_server_input_pauses_total",
            "Times that a client which sends too far ahead of its answers was made to wait.",
            \.http.inputPauses,
            into: &text
        )
        counter(
            "pulse_server_websockets_opened_total",
            "WebSockets that were opened.",
            \.http.webSocketsOpened,
            into: &text
        )
        gauge("pulse_server_websockets", "Open WebSockets.", \.http.webSocketsOpen, into: &text)
        text.family(
            "pulse_server_websockets_ended_total",
            .counter,
            "WebSockets that the server ended because of their client."
        )
        forEachThread { thread, labels in
            text.sample(thread.http.webSocketsStalled, labels + [("reason", "stalled")])
            text.sample(thread.http.webSocketsSilent, labels + [("reason", "silent")])
            text.sample(thread.http.webSocketsFailed, labels + [("reason", "protocol")])
        }
    }

    private func writeLoop(into text: inout MetricsText) {
        counter("pulse_reactor_turns_total", "Turns of the loop.", \.reactor.turns, into: &text)
        histogram(
            "pulse_reactor_turn_seconds",
            "From the kernel's return to the next wait.",
            \.reactor.turnTime,
            into: &text
        )
        counter(
            "pulse_reactor_slow_turns_total",
            "Turns of more than 50 ms, which are logged.",
            \.reactor.slowTurns,
            into: &text
        )
        counter(
            "pulse_reactor_waits_total",
            "Calls that wait for the kernel, one a turn.",
            \.reactor.waits,
            into: &text
        )
        counter(
            "pulse_reactor_submits_total",
            "Calls that hand operations over: one a turn on io_uring, one each on epoll.",
            \.reactor.submits,
            into: &text
        )
        counter(
            "pulse_reactor_completions_total",
            "Operations that have completed.",
            \.reactor.completions,
            into: &text
        )
        counter("pulse_reactor_jobs_total", "Pieces of tasks run.", \.reactor.jobs, into: &text)
        gauge("pulse_reactor_timers", "Timers that are armed.", \.timerCount, into: &text)
        histogram(
            "pulse_reactor_timer_lag_seconds",
            "How late timers fired.",
            \.reactor.timerLag,
            into: &text
        )
        counter(
            "pulse_reactor_buffers_starved_total",
            "Receives that found no buffer free.",
            \.reactor.starved,
            into: &text
        )
        gauge("pulse_reactor_frame_bytes", "Memory of frames in use.", \.frameBytes, into: &text)
    }

    private func writeConnections(into text: inout MetricsText) {
        gauge("pulse_reactor_connections", "Connections.", \.connectionCount, into: &text)
        counter("pulse_reactor_accepted_total", "Accepted.", \.reactor.accepted, into: &text)
        counter(
            "pulse_reactor_connected_total",
            "Opened towards others.",
            \.reactor.connected,
            into: &text
        )
        labelled(
            "pulse_reactor_refused_total",
            "Connections closed as soon as they came.",
            "reason",
            [
                ("limit", \.reactor.refusedAtLimit),
                ("address", \.reactor.refusedForNetwork),
                ("descriptors", \.reactor.refusedForDescriptors),
                ("memory", \.reactor.refusedForMemory),
            ],
            into: &text
        )
        labelled(
            "pulse_reactor_closed_total",
            "Connections that were ended, by who or what ended them.",
            "reason",
            [("service", \.reactor.closedByService), ("error", \.reactor.closedByError)],
            into: &text
        )
        labelled(
            "pulse_reactor_handshakes_total",
            "TLS handshakes; too many that wait for their turn are refused.",
            "result",
            [
                ("completed", \.reactor.handshakes), ("failed", \.reactor.handshakesFailed),
                ("refused", \.reactor.handshakesRefused),
            ],
            into: &text
        )
        counter(
            "pulse_reactor_handshakes_delayed_total",
            "Steps of TLS handshakes that had to wait for their turn.",
            \.reactor.handshakesDelayed,
            into: &text
        )
        gauge(
            "pulse_reactor_handshakes_waiting",
            "TLS handshakes that wait for their turn.",
            \.handshakesWaiting,
            into: &text
        )
        labelled(
            "pulse_reactor_bytes_total",
            "Bytes on sockets.",
            "direction",
            [("received", \.reactor.bytesReceived), ("sent", \.reactor.bytesSent)],
            into: &text
        )
        counter("pulse_reactor_sends_total", "Sends begun.", \.reactor.sends, into: &text)
        gauge("pulse_reactor_sends_in_flight", "Sends in flight.", \.sendsInFlight, into: &text)
    }

    // MARK: Shapes of families

    /// A figure of each stream on each thread.
    func forEachStream(_ body: (DeliveryCounts, Int, MetricsText.Labels) -> Void) {
        forEachThread { thread, labels in
            for (index, stream) in thread.hub.streams.enumerated() {
                let name = StreamKey.familyNames[index]
                body(stream.given, stream.subscribers, labels + [("stream", name)])
            }
        }
    }

    private func counter(
        _ name: String,
        _ help: String,
        _ value: KeyPath<Thread, UInt64>,
        into text: inout MetricsText
    ) {
        text.family(name, .counter, help)
        forEachThread { text.sample($0[keyPath: value], $1) }
    }

    func gauge(
        _ name: String,
        _ help: String,
        _ value: KeyPath<Thread, UInt64>,
        into text: inout MetricsText
    ) {
        text.family(name, .gauge, help)
        forEachThread { text.sample($0[keyPath: value], $1) }
    }

    private func histogram(
        _ name: String,
        _ help: String,
        _ value: KeyPath<Thread, TimeHistogram>,
        into text: inout MetricsText
    ) {
        text.family(name, .histogram, help)
        forEachThread { text.sample($0[keyPath: value], $1) }
    }

    /// A counter that is split by a label of its own.
    private func labelled(
        _ name: String,
        _ help: String,
        _ label: String,
        _ values: [(String, KeyPath<Thread, UInt64>)],
        into text: inout MetricsText
    ) {
        text.family(name, .counter, help)
        forEachThread { thread, labels in
            for (value, path) in values {
                text.sample(thread[keyPath: path], labels + [(label, value)])
            }
        }
    }

    private func forEachThread(_ body: (Thread, MetricsText.Labels) -> Void) {
        for (number, thread) in threads.enumerated() { body(thread, [("thread", "\(number)")]) }
    }
}

extension MetricsPage.Thread {
    fileprivate var timerCount: UInt64 { UInt64(reactor.timers) }
    fileprivate var handshakesWaiting: UInt64 { UInt64(reactor.handshakesWaiting) }
    fileprivate var frameBytes: UInt64 { UInt64(reactor.frameBytes) }
    fileprivate var connectionCount: UInt64 { UInt64(reactor.connections) }
    var laggingCount: UInt64 { UInt64(hub.laggingCount) }
    fileprivate var sendsInFlight: UInt64 { reactor.sends - reactor.sendsEnded }
}
