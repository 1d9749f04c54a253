package import PulseReactor

/// Requests to other servers over libcurl, on a reactor and without a thread of its own.
///
/// libcurl says which sockets to watch and when it wants to be called; the reactor polls and sleeps
/// for it. Connections are kept between requests. One exception: libcurl looks up names on a thread
/// for each lookup, since the C library can only block.
///
/// A client belongs to one shard. A server that has closed a kept connection is asked once more on
/// a new one, by libcurl, if it had not begun to answer.
package final class HTTPClient: Transport {
    private let multi: CurlMulti
    private let usesProxy: Bool
    private var transfers: [CurlTransfer.ID: CurlTransfer] = [:]
    private var watches: [Int32: SocketWatch] = [:]
    private var timer: Task<Void, Never>?
    /// Which of the timers counts; those before it do nothing any more.
    private var timerNumber: UInt64 = 0
    private var isClosed = false
    private var limiter: HandshakeLimiter
    /// Requests that wait for their turn to connect.
    private var waits: [UInt64: Task<Bool, Never>] = [:]
    private var waitNumber: UInt64 = 0

    /// Keeps at most `connectionsMax` connections open between requests; the proxy of the
    /// environment (`https_proxy`, `no_proxy`) is used only where that is asked for.
    package init(
        connectionsMax: Int,
        usesProxy: Bool = false,
        limiter: HandshakeLimiter = HandshakeLimiter()
    ) {
        multi = CurlMulti(connectionsMax: connectionsMax)
        self.usesProxy = usesProxy
        self.limiter = limiter
    }

    /// Requests under way, and those that wait for their turn.
    package var requestCount: Int { transfers.count + waits.count }

    package func send(
        _ request: HTTPRequest,
        deadline: MonotonicTime,
        on shard: isolated Shard
    ) async throws(TransportError) -> HTTPAnswer {
        if isClosed { throw .cancelled }
        let transfer = try CurlTransfer(request, multi, usesProxy: usesProxy)
        let waited = try await waitForTurn(request.origin, on: shard)
        let outcome = await perform(transfer, deadline: deadline + waited.nanoseconds, on: shard)
        note(outcome, of: request, connecting: waited.connects)
        return try outcome.get()
    }

    /// Ends every request with `TransportError.cancelled`; later ones end so at once.
    package func close(on shard: isolated Shard) {
        isClosed = true
        for wait in waits.values { wait.cancel() }
        for transfer in Array(transfers.values) {
            remove(transfer)
            transfer.end(.failure(.cancelled))
        }
        settle(on: shard)
    }

    // MARK: The turn to connect

    /// Returns when the request may begin: how long that took, and whether it opens a connection.
    private func waitForTurn(
        _ origin: String,
        on shard: isolated Shard
    ) async throws(TransportError) -> (nanoseconds: UInt64, connects: Bool) {
        let asked = MonotonicTime.now()
        guard case .connect(let turn) = limiter.take(origin, at: asked) else { return (0, false) }
        if turn > asked {
            let isTurn = await sleep(until: turn, on: shard)
            guard isTurn, !isClosed else {
                limiter.giveBack()
                throw .cancelled
            }
        }
        return (MonotonicTime.now().nanoseconds(since: asked), true)
    }

    /// Returns whether it slept to the end; `close` wakes it.
    private func sleep(until turn: MonotonicTime, on shard: isolated Shard) async -> Bool {
        let reactor = shard.reactor
        let wait = Task {
            await withTaskExecutorPreference(reactor) {
                (try? await shard.sleep(until: turn)) != nil
            }
        }
        let number = waitNumber
        waitNumber += 1
        waits[number] = wait
        defer { waits[number] = nil }
        return await withTaskCancellationHandler {
            await wait.value
        } onCancel: {
            wait.cancel()
        }
    }

    /// Tells the limiter what became of the connection.
    private func note(
        _ outcome: Result<HTTPAnswer, TransportError>,
        of request: HTTPRequest,
        connecting: Bool
    ) {
        switch outcome {
        case .success(let answer):
            let isClosing = answer.value(of: "Connection")?.lowercased() == "close"
            if !isClosing { limiter.noteIdle(request.origin, at: .now()) }
        case .failure(.nameNotFound), .failure(.refused), .failure(.unreachable):
            // It came to no handshake.
            if connecting { limiter.giveBack() }
        case .failure: return
        }
    }

    // MARK: Transfers

    private func perform(
        _ transfer: CurlTransfer,
        deadline: MonotonicTime,
        on shard: isolated Shard
    ) async -> Result<HTTPAnswer, TransportError> {
        transfers[transfer.id] = transfer
        multi.add(transfer)
        settle(on: shard)
        let reactor = shard.reactor
        // Ends the transfer at its deadline, or when it is cancelled itself.
        let guardian = Task {
            await withTaskExecutorPreference(reactor) {
                await self.guardDeadline(transfer, deadline, on: shard)
            }
        }
        await withTaskCancellationHandler {
            await self.end(of: transfer, on: shard)
        } onCancel: {
            guardian.cancel()
        }
        guardian.cancel()
        await guardian.value
        guard let outcome = transfer.outcome else {
            preconditionFailure("a transfer was waited for and has no outcome")
        }
        return outcome
    }

    private func end(of transfer: CurlTransfer, on shard: isolated Shard) async {
        await withCheckedContinuation { transfer.whenEnded($0) }
    }

    private func guardDeadline(
        _ transfer: CurlTransfer,
        _ deadline: MonotonicTime,
        on shard: isolated Shard
    ) async {
        let isDue = (try? await shard.sleep(until: deadline)) != nil
        if transfer.outcome != nil { return }
        let origin = transfer.request.origin
        let error: TransportError =
            isDue
            ? transfer.isConnected
                ? .answerTimedOut(origin: origin) : .connectTimedOut(origin: origin)
            : .cancelled
        remove(transfer)
        transfer.end(.failure(error))
        settle(on: shard)
    }

    private func remove(_ transfer: CurlTransfer) {
        multi.remove(transfer)
        transfers[transfer.id] = nil
    }

    // MARK: libcurl's wishes

    /// Does what libcurl asked for in the call that was just made.
    private func settle(on shard: isolated Shard) {
        finishEnded()
        for wish in multi.takeWishes() {
            switch wish {
            case .forget(let socket): watches.removeValue(forKey: socket)?.end()
            case .watch(let socket, let events): watch(socket, events, on: shard)
            }
        }
        if let milliseconds = multi.takeTimeout() { setTimer(milliseconds, on: shard) }
    }

    private func finishEnded() {
        while let (id, code) = multi.nextEnded() {
            guard let transfer = transfers[id] else {
                preconditionFailure("a transfer ended that nobody had begun")
            }
            // What libcurl knows of it is asked before it is removed.
            transfer.end(code)
            remove(transfer)
        }
    }

    private func setTimer(_ milliseconds: Int, on shard: isolated Shard) {
        timer?.cancel()
        timer = nil
        timerNumber += 1
        if milliseconds < 0 { return }
        let number = timerNumber
        let reactor = shard.reactor
        let due = MonotonicTime.now() + UInt64(milliseconds) * 1_000_000
        timer = Task {
            await withTaskExecutorPreference(reactor) {
                guard (try? await shard.sleep(until: due)) != nil else { return }
                self.timePassed(number, on: shard)
            }
        }
    }

    private func timePassed(_ number: UInt64, on shard: isolated Shard) {
        guard number == timerNumber else { return }
        multi.timePassed()
        settle(on: shard)
    }

    private func watch(_ socket: Int32, _ events: CurlEvents, on shard: isolated Shard) {
        watches.removeValue(forKey: socket)?.end()
        guard let watch = SocketWatch(socket, events) else { return }
        watches[socket] = watch
        let reactor = shard.reactor
        watch.task = Task {
            await withTaskExecutorPreference(reactor) {
                await self.follow(watch, on: shard)
            }
        }
    }

    /// Polls a socket and lets libcurl use it, until libcurl wishes for something else.
    private func follow(_ watch: SocketWatch, on shard: isolated Shard) async {
        while watches[watch.socket] === watch {
            guard let events = await watch.poll(on: shard) else { return }
            // The number may be another socket's by now.
            guard watches[watch.socket] === watch else { return }
            multi.act(watch.socket, events)
            settle(on: shard)
        }
    }
}
