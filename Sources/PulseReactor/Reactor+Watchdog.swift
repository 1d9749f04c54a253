// How long turns take, and what the loop has done.
extension Reactor {
    /// Takes the time of the turn, and reports it when it was too long.
    func endTurn() {
        let nanoseconds = core.watch.end(at: .now())
        core.metrics.turnTime.add(nanoseconds)
        guard nanoseconds > Limits.slowTurnNanoseconds else { return }
        core.metrics.slowTurns += 1
        let longest = core.watch.longestWork { "\(type(of: services[Int($0)]))" }
        onSlowTurn?(
            SlowTurn(
                nanoseconds: nanoseconds,
                work: longest.work,
                workNanoseconds: longest.nanoseconds
            )
        )
    }

    func work(of token: Token) -> TurnWatch.Work {
        var work = TurnWatch.Work(kind: .operation, operation: token.operation)
        if token.operation == .receive { work.service = core.service(of: token) }
        return work
    }

    /// Says what the job at hand is, in the words in which the watchdog reports it.
    package func nameWork(_ name: StaticString) { core.watch.enter(named: name) }

    package var metrics: ReactorMetrics {
        var metrics = core.metrics
        metrics.submits = core.backend.submitCount
        metrics.connections = core.connections.count
        metrics.handshakesWaiting = core.handshakes.count
        metrics.timers = core.timers.count
        metrics.frameBytes = core.frames.liveBytes
        return metrics
    }
}
