/// How far apart the clients of a stream get one tick: from the first to the last of them.
///
/// Ticks are told apart by their generation: two that look the same are two.
struct TickWatch {
    private struct Tick {
        var generation: UInt64
        var firstMicroseconds: UInt64
        var lastMicroseconds: UInt64
        var clients: UInt32
    }

    private var open: [Tick?] = Array(repeating: nil, count: LoadLimits.ticksOpenMax)

    /// Notes that a client got a generation; a tick that gives way is recorded in `spreads`.
    mutating func note(
        _ generation: UInt64,
        atMicroseconds time: UInt64,
        _ spreads: inout Latencies
    ) {
        let slot = Int(generation % UInt64(open.count))
        if var tick = open[slot], tick.generation >= generation {
            // A client that is a whole window behind says nothing about the tick any more.
            guard tick.generation == generation else { return }
            tick.firstMicroseconds = min(tick.firstMicroseconds, time)
            tick.lastMicroseconds = max(tick.lastMicroseconds, time)
            tick.clients += 1
            open[slot] = tick
            return
        }
        close(slot, &spreads)
        open[slot] = Tick(
            generation: generation,
            firstMicroseconds: time,
            lastMicroseconds: time,
            clients: 1
        )
    }

    /// Records all that is open.
    mutating func finish(_ spreads: inout Latencies) {
        for slot in open.indices { close(slot, &spreads) }
    }

    private mutating func close(_ slot: Int, _ spreads: inout Latencies) {
        guard let tick = open[slot].take(), tick.clients > 1 else { return }
        spreads.record(tick.lastMicroseconds - tick.firstMicroseconds)
    }
}
