import PulseJSON
import PulseReactor
import PulseWire

extension Dashboards {
    /// Deals with what was kept, as far as it is whole.
    func takePending(_ client: DashboardClient, at arrival: UInt64) {
        if client.phase == .opening {
            guard takeAnswer(client) else { return }
        }
        if client.pending.isEmpty { return }
        var bytes = client.pending
        client.pending = []
        // The array is ours, and nobody else sees it meanwhile.
        let consumed = unsafe bytes.withUnsafeMutableBytes {
            unsafe takeFrames(client, $0, at: arrival)
        }
        client.pending += bytes[consumed...]
    }

    /// Takes the answer to the upgrade; `false` while it is not whole, or when it was a refusal.
    private func takeAnswer(_ client: DashboardClient) -> Bool {
        let bytes = client.pending
        do throws(HTTPResponseError) {
            guard let count = try unsafe client.response.decodeHead(bytes.span.bytes) else {
                return false
            }
            guard let handshake = client.handshake else { return false }
            do throws(WebSocketRefusal) {
                let isCompressed = try unsafe handshake.check(
                    client.response,
                    in: bytes.span.bytes
                )
                guard isCompressed == options.deflates else {
                    end(client, .uncompressed)
                    return false
                }
            } catch {
                end(client, .refused(error))
                return false
            }
            client.pending.removeFirst(count)
            client.phase = .greeting
            return true
        } catch {
            end(client, .notHTTP(error.reason))
            return false
        }
    }

    /// Takes every whole frame, and returns how many bytes they were.
    func takeFrames(
        _ client: DashboardClient,
        _ bytes: UnsafeMutableRawBufferPointer,
        at arrival: UInt64
    ) -> Int {
        var offset = 0
        do throws(WebSocketError) {
            while client.phase == .greeting || client.phase == .open {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
                let step = try unsafe client.decoder.next(rest)
                offset += step.consumed
                guard let event = step.event else { return offset }
                unsafe take(client, event, step.payload, at: arrival)
            }
        } catch {
            end(client, .frame(error))
        }
        return bytes.count
    }

    private func take(
        _ client: DashboardClient,
        _ event: WebSocketEvent,
        _ payload: UnsafeRawBufferPointer,
        at arrival: UInt64
    ) {
        switch event {
        case .text: unsafe takeMessage(client, payload, at: arrival)
        case .binary: end(client, .message)
        case .ping: unsafe send(client, .pong, Array(payload))
        case .pong: break
        case .close(let code):
            end(client, .closed(code))
        }
    }

    private func takeMessage(
        _ client: DashboardClient,
        _ payload: UnsafeRawBufferPointer,
        at arrival: UInt64
    ) {
        figures.messages += 1
        guard let head = unsafe MessageHead(payload.bytes) else {
            end(client, .message)
            return
        }
        switch head.kind {
        case .hello: unsafe takeHello(client, payload)
        case .snapshot, .delta:
            guard let stream = streams.firstIndex(of: head.stream ?? ""),
                let generation = head.generation, let ts = head.ts, client.phase == .open
            else {
                end(client, .message)
                return
            }
            newest[stream] = max(newest[stream], generation)
            if let replay = client.replay { unsafe replays.keep(payload, replay, stream) }
            if head.kind == .snapshot {
                figures.snapshots += 1
                if head.part == 1 || head.part == nil {
                    takeSnapshot(client, stream, generation)
                }
                if head.part == head.parts { takeLastPart(client, stream, at: arrival) }
            } else {
                figures.deltas += 1
                takeDelta(client, stream, generation, since: head.since)
                measure(client, ts, at: arrival, stream, generation)
            }
        case .heartbeat:
            figures.heartbeats += 1
            if let ts = head.ts { measure(client, ts, at: arrival, nil, 0) }
        case .error: end(client, .command(head.code ?? ""))
        case .pong, nil: break
        }
    }

    /// Subscribes to everything that is asked for.
    private func takeHello(_ client: DashboardClient, _ payload: UnsafeRawBufferPointer) {
        guard client.phase == .greeting, let hello = unsafe Hello(payload.bytes) else {
            end(client, .message)
            return
        }
        if self.hello == nil { learn(hello) }
        let isResuming = hello.epoch == self.hello?.epoch && !client.subscriptions.isEmpty
        if !isResuming {
            client.subscriptions = Array(repeating: .init(), count: streams.count)
        }
        client.subscribedMicroseconds = WallClock.nanosecondsNow() / 1000
        noteOpen(client)
        var commands: [[UInt8]] = []
        for (index, stream) in streams.enumerated() {
            // As the page does: what had not come whole is asked for anew.
            let had = client.subscriptions[index]
            let generation = had.isWhole ? had.generation : nil
            client.subscriptions[index].generation = generation
            client.subscriptions[index].isResumed = generation != nil
            commands.append(
                jsonBytes(capacity: 128) { writer in
                    writer.fragment("{\"type\":\"subscribe\",\"stream\":")
                    writer.string(stream)
                    if let generation {
                        writer.fragment(",\"epoch\":")
                        writer.string(hello.epoch)
                        writer.fragment(",\"generation\":")
                        writer.uint(generation)
                    }
                    writer.fragment("}")
                }
            )
        }
        for command in commands { send(client, .text, command) }
    }

    private func learn(_ hello: Hello) {
        self.hello = hello
        streams = options.streams.isEmpty ? hello.streams : options.streams
        watches = streams.map { _ in TickWatch() }
        newest = streams.map { _ in 0 }
        replays.begin(streams)
        if let unknown = streams.first(where: { !hello.streams.contains($0) }) {
            let known = hello.streams.joined(separator: ", ")
            failure = LoadFailure("the server has no stream \"\(unknown)\"; it has \(known)")
        }
    }

    private func takeSnapshot(_ client: DashboardClient, _ stream: Int, _ generation: UInt64) {
        let before = client.subscriptions[stream]
        // A snapshot in place of missed ticks is no first state.
        let isWhole = before.isWhole && !before.isResumed
        client.subscriptions[stream] = .init(generation: generation, isWhole: isWhole)
        guard let had = before.generation else { return }
        if before.isResumed {
            figures.resumedBySnapshots += 1
        } else {
            figures.snapshotsAgain += 1
            figures.missed += generation > had ? generation - had : 0
        }
    }

    private func takeLastPart(_ client: DashboardClient, _ stream: Int, at arrival: UInt64) {
        if client.subscriptions[stream].isWhole { return }
        let wait = arrival - min(arrival, client.subscribedMicroseconds)
        figures.firstStates.record(wait)
        client.subscriptions[stream].isWhole = true
    }

    private func takeDelta(
        _ client: DashboardClient,
        _ stream: Int,
        _ generation: UInt64,
        since: UInt64?
    ) {
        let before = client.subscriptions[stream]
        client.subscriptions[stream].generation = generation
        client.subscriptions[stream].isResumed = false
        if before.isResumed { figures.resumedByDeltas += 1 }
        guard let had = before.generation, let since, since < generation else {
            end(client, .message)
            return
        }
        if since > had { figures.missed += since - had }
    }

    /// Measures one message of a tick that came after the client had subscribed.
    private func measure(
        _ client: DashboardClient,
        _ ts: UInt64,
        at arrival: UInt64,
        _ stream: Int?,
        _ generation: UInt64
    ) {
        let (tick, overflows) = ts.multipliedReportingOverflow(by: 1000)
        guard let window, window.contains(ts), ts >= client.subscribedMicroseconds / 1000,
            !overflows
        else { return }
        figures.firstTick = min(figures.firstTick ?? ts, ts)
        figures.lastTick = max(figures.lastTick ?? ts, ts)
        figures.latencies.record(arrival > tick ? arrival - tick : 0)
        guard let stream else { return }
        watches[stream].note(generation, atMicroseconds: arrival, &figures.spreads)
    }
}
