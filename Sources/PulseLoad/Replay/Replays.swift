import PulseReactor

/// The clients that are replayed in full, and the messages that wait for that.
///
/// A message is only copied when it comes: applying it at once would keep the others waiting, and
/// so change what is measured.
final class Replays {
    private struct Kept {
        let client: Int
        let stream: Int
        let bytes: [UInt8]
    }

    private let countMax: Int
    private let every: Int
    private(set) var count = 0
    private var streams: [String] = []
    /// For each client and stream.
    private var replicas: [Replica] = []
    private var failures: [String?] = []
    private var kept: [Kept] = []
    private var keptStart = 0
    private var keptBytes = 0
    /// Whether messages are kept back until the end knows how far to go.
    private(set) var isHeld = false

    /// Replays one client in a hundred, at least one where any are wanted.
    init(clients: Int, isWanted: Bool = true) {
        let count = min(LoadLimits.replaysMax, max(1, clients / LoadLimits.replayShare))
        countMax = isWanted ? count : 0
        every = max(1, clients / count)
    }

    /// The number of a client among those that are replayed, or `nil` when it is not.
    func admit(_ index: Int) -> Int? {
        guard count < countMax, index >= count * every else { return nil }
        count += 1
        return count - 1
    }

    func begin(_ streams: [String]) {
        self.streams = streams
        replicas = Array(repeating: Replica(), count: count * streams.count)
        failures = Array(repeating: nil, count: count * streams.count)
    }

    /// Keeps a copy of a message of a replayed client.
    func keep(_ payload: UnsafeRawBufferPointer, _ client: Int, _ stream: Int) {
        let index = client * streams.count + stream
        guard failures[index] == nil else { return }
        guard keptBytes + payload.count <= LoadLimits.replayBytesMax else {
            failures[index] = "messages came faster than they could be replayed"
            return
        }
        keptBytes += payload.count
        unsafe kept.append(Kept(client: client, stream: stream, bytes: Array(payload)))
    }

    /// Applies what waits for at most `nanoseconds`.
    func step(nanoseconds: UInt64) {
        let end = MonotonicTime.now() + nanoseconds
        while !isHeld, keptStart < kept.count, .now() < end { applyNext() }
        if keptStart == kept.count || keptStart > 1024 {
            kept.removeFirst(keptStart)
            keptStart = 0
        }
    }

    private func applyNext() {
        let message = kept[keptStart]
        keptStart += 1
        keptBytes -= message.bytes.count
        let index = message.client * streams.count + message.stream
        guard failures[index] == nil else { return }
        if !replicas[index].apply(message.bytes) {
            let begin = String(decoding: message.bytes.prefix(160), as: UTF8.self)
            failures[index] = "a message does not fit the ones before it: \(begin)"
        }
    }

    // MARK: The comparison

    /// Which of the replayed clients are there.
    func alive(among clients: [DashboardClient]) -> [Bool] {
        var alive = [Bool](repeating: false, count: count)
        for client in clients {
            if let replay = client.replay { alive[replay] = client.phase == .open }
        }
        return alive
    }

    /// Keeps messages back from here on: what is applied is no newer than the server's state.
    func hold() { isHeld = true }

    /// Applies what came for a stream, up to the generation of the server's own state; returns
    /// whether every client has reached it.
    func advance(_ stream: Int, to state: Replica) -> Bool {
        guard let target = state.generation else { return true }
        var rest: [Kept] = []
        for message in kept[keptStart...] {
            let index = message.client * streams.count + message.stream
            if message.stream != stream || (replicas[index].generation ?? 0) >= target {
                rest.append(message)
            } else if failures[index] == nil, !replicas[index].apply(message.bytes) {
                failures[index] = "a message does not fit the ones before it"
            }
        }
        kept = rest
        keptStart = 0
        return (0..<count).allSatisfy {
            let index = $0 * streams.count + stream
            return failures[index] != nil || (replicas[index].generation ?? 0) >= target
        }
    }

    /// Compares every client's stream with the server's own state.
    func compare(_ stream: Int, with state: Replica, alive: [Bool]) -> ReplayOutcome {
        var outcome = ReplayOutcome(stream: streams[stream])
        for client in 0..<count where alive[client] {
            let index = client * streams.count + stream
            let replica = replicas[index]
            if let failure = failures[index] {
                outcome.differences.append(failure)
            } else if replica.generation != state.generation {
                let has = replica.generation.map { "\($0)" } ?? "none"
                let wanted = state.generation.map { "\($0)" } ?? "none"
                outcome.differences.append("generation \(has), and the server has \(wanted)")
            } else if let difference = replica.difference(from: state) {
                outcome.differences.append(difference)
            } else {
                outcome.equal += 1
                outcome.rows = max(outcome.rows, replica.rows.count)
            }
        }
        return outcome
    }
}

/// How the replay of one stream compares with the server's own state.
package struct ReplayOutcome: Sendable, Equatable {
    package let stream: String
    /// Clients whose replayed state is the server's.
    package internal(set) var equal = 0
    /// Rows that were compared.
    package internal(set) var rows = 0
    /// What differs, one sentence for each client.
    package internal(set) var differences: [String] = []

    init(stream: String) { self.stream = stream }
}
