#if DEBUG
/// What happened, as one hash of everything and the last events in words.
struct SimulatedTrace {
    private struct Event {
        let turn: UInt64
        let time: UInt64
        let what: StaticString
        let token: UInt64
        let subject: Int
        let value: Int
    }

    /// Of the fields of every event, in the manner of FNV.
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var count = 0
    private var last: [Event] = []
    private var next = 0

    private static let kept = 50

    mutating func note(
        _ what: StaticString,
        turn: UInt64,
        time: UInt64,
        token: UInt64,
        subject: Int,
        value: Int
    ) {
        count += 1
        // Constants of the program live as long as it does.
        for index in 0..<what.utf8CodeUnitCount { unsafe mix(UInt64(what.utf8Start[index])) }
        mix(turn)
        mix(time)
        mix(token)
        mix(UInt64(bitPattern: Int64(subject)))
        mix(UInt64(bitPattern: Int64(value)))
        let event = Event(
            turn: turn,
            time: time,
            what: what,
            token: token,
            subject: subject,
            value: value
        )
        if last.count < SimulatedTrace.kept {
            last.append(event)
        } else {
            last[next] = event
            next = (next + 1) % SimulatedTrace.kept
        }
    }

    private mutating func mix(_ value: UInt64) {
        hash = (hash ^ value) &* 0x100_0000_01B3
        hash ^= hash >> 29
    }

    /// The last events, oldest first, one a line.
    var lines: [String] {
        (last[next...] + last[..<next]).map { event in
            var line = "turn \(event.turn) \(event.time / 1000) us \(event.what)"
            if event.token != 0 {
                let token = Token(rawValue: event.token)
                line += " \(token.operation) slot \(token.slot) gen \(token.generation)"
            }
            return line + " on \(event.subject): \(event.value)"
        }
    }
}
#endif
