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
        family(
            "pulse_server_http_answers_total",
            .counter,
            "Answers by status.",
            into: &text
        ) { thread, labels, text in
            for (status, count) in thread.http.answers {
                text.sample(count, labels + [("code", "\(status)")])
            }
        }
        family(
            "pulse_server_timeouts_total",
            .counter,
            "Connections ended because something took too long, by what was waited for.",
            into: &text
        ) { thread, labels, text in
            for wait in HTTPMetrics.Wait.allCases {
                text.sample(thread.http.timeouts[wait] ?? 0, labels + [("wait", wait.rawValue)])
            }
        }
        family(
            "pulse_server_input_pauses_total",
            .counter,
            "Times that a client which sends too far ahead of its answers was made to wait.",
            into: &text
        ) { $2.sample($0.http.inputPauses, $1) }
        family(
            "pulse_server_websockets_opened_total",
            .counter,
            "WebSockets that were opened.",
            into: &text
        ) { $2.sample($0.http.webSocketsOpened, $1) }
        family("pulse_server_websockets", .gauge, "Open WebSockets.", into: &text) {
            $2.sample($0.http.webSocketsOpen, $1)
        }
        family(
            "pulse_server_websockets_ended_total",
            .counter,
            "WebSockets that the server ended because of their client.",
            into: &text
        ) { thread, labels, text in
            text.sample(thread.http.webSocketsStalled, labels + [("reason", "stalled")])
            text.sample(thread.http.webSocketsSilent, labels + [("reason", "silent")])
            text.sample(thread.http.webSocketsFailed, labels + [("reason", "protocol")])
        }
    }

    private func writeLoop(into text: inout MetricsText) {
        family("pulse_reactor_turns_total", .counter, "Turns of the loop.", into: &text) {
            $2.sample($0.reactor.turns, $1)
        }
        family(
            "pulse_reactor_turn_seconds",
            .histogram,
            "From the kernel's return to the next wait.",
            into: &text
        ) { $2.sample($0.reactor.turnTime, $1) }
        family(
            "pulse_reactor_slow_turns_total",
            .counter,
            "Turns of more than 50 ms, which are logged.",
            into: &text
        ) { $2.sample($0.reactor.slowTurns, $1) }
        family(
            "pulse_reactor_waits_total",
            .counter,
            "Calls that wait for the kernel, one a turn.",
            into: &text
        ) { $2.sample($0.reactor.waits, $1) }
        family(
            "pulse_reactor_submits_total",
            .counter,
            "Calls that hand operations over: one a turn on io_uring, one each on epoll.",
            into: &text
        ) { $2.sample($0.reactor.submits, $1) }
        family(
            "pulse_reactor_completions_total",
            .counter,
            "Operations that have completed.",
            into: &text
        ) { $2.sample($0.reactor.completions, $1) }
        family("pulse_reactor_jobs_total", .counter, "Pieces of tasks run.", into: &text) {
            $2.sample($0.reactor.jobs, $1)
        }
        family("pulse_reactor_timers", .gauge, "Timers that are armed.", into: &text) {
            $2.sample(UInt64($0.reactor.timers), $1)
        }
        family(
            "pulse_reactor_timer_lag_seconds",
            .histogram,
            "How late timers fired.",
            into: &text
        ) { $2.sample($0.reactor.timerLag, $1) }
        family(
            "pulse_reactor_buffers_starved_total",
            .counter,
            "Receives that found no buffer free.",
            into: &text
        ) { $2.sample($0.reactor.starved, $1) }
        family("pulse_reactor_frame_bytes", .gauge, "Memory of frames in use.", into: &text) {
            $2.sample(UInt64($0.reactor.frameBytes), $1)
        }
    }

    private func writeConnections(into text: inout MetricsText) {
        family("pulse_reactor_connections", .gauge, "Connections.", into: &text) {
            $2.sample(UInt64($0.reactor.connections), $1)
        }
        family("pulse_reactor_accepted_total", .counter, "Accepted.", into: &text) {
            $2.sample($0.reactor.accepted, $1)
        }
        family("pulse_reactor_connected_total", .counter, "Opened towards others.", into: &text) {
            $2.sample($0.reactor.connected, $1)
        }
        family(
            "pulse_reactor_refused_total",
            .counter,
            "Connections closed as soon as they came.",
            into: &text
        ) { thread, labels, text in
            text.sample(thread.reactor.refusedAtLimit, labels + [("reason", "limit")])
            text.sample(thread.reactor.refusedForNetwork, labels + [("reason", "address")])
            text.sample(thread.reactor.refusedForDescriptors, labels + [("reason", "descriptors")])
            text.sample(thread.reactor.refusedForMemory, labels + [("reason", "memory")])
        }
        family(
            "pulse_reactor_closed_total",
            .counter,
            "Connections that were ended, by who or what ended them.",
            into: &text
        ) { thread, labels, text in
            text.sample(thread.reactor.closedByService, labels + [("reason", "service")])
            text.sample(thread.reactor.closedByError, labels + [("reason", "error")])
        }
        family(
            "pulse_reactor_handshakes_total",
            .counter,
            "TLS handshakes; too many that wait for their turn are refused.",
            into: &text
        ) { thread, labels, text in
            text.sample(thread.reactor.handshakes, labels + [("result", "completed")])
            text.sample(thread.reactor.handshakesFailed, labels + [("result", "failed")])
            text.sample(thread.reactor.handshakesRefused, labels + [("result", "refused")])
        }
        family(
            "pulse_reactor_handshakes_delayed_total",
            .counter,
            "Steps of TLS handshakes that had to wait for their turn.",
            into: &text
        ) { $2.sample($0.reactor.handshakesDelayed, $1) }
        family(
            "pulse_reactor_handshakes_waiting",
            .gauge,
            "TLS handshakes that wait for their turn.",
            into: &text
        ) { $2.sample(UInt64($0.reactor.handshakesWaiting), $1) }
        family(
            "pulse_reactor_bytes_total",
            .counter,
            "Bytes on sockets.",
            into: &text
        ) { thread, labels, text in
            text.sample(thread.reactor.bytesReceived, labels + [("direction", "received")])
            text.sample(thread.reactor.bytesSent, labels + [("direction", "sent")])
        }
        family("pulse_reactor_sends_total", .counter, "Sends begun.", into: &text) {
            $2.sample($0.reactor.sends, $1)
        }
        family("pulse_reactor_sends_in_flight", .gauge, "Sends in flight.", into: &text) {
            $2.sample($0.reactor.sends - $0.reactor.sendsEnded, $1)
        }
    }

    /// A family, of which `sample` writes what one thread has.
    func family(
        _ name: String,
        _ kind: MetricsText.Kind,
        _ help: String,
        into text: inout MetricsText,
        _ sample: (Thread, MetricsText.Labels, inout MetricsText) -> Void
    ) {
        text.family(name, kind, help)
        for (number, thread) in threads.enumerated() {
            sample(thread, [("thread", "\(number)")], &text)
        }
    }
}
