import PulseReactor
import Synchronization

/// The way from the fleet's shard to another one.
///
/// What waits in it is bounded: a log or a snapshot is an answer, of which one for each stream is
/// on its way at most; so are answers to questions, which the asking side limits; ticks with
/// deltas wait up to the limits here, and of those without any only the last one waits.
final class ShardLink: Sendable {
    let shard: Int
    private let letters: Letterbox<ShardLetter>
    /// Ticks with deltas that wait, and the bytes of their frames.
    private let waitingTicks = Atomic(0)
    private let waitingBytes = Atomic(0)

    init(to shard: Int, _ letters: Letterbox<ShardLetter>) {
        self.shard = shard
        self.letters = letters
    }

    func post(_ letter: ShardLetter) { letters.post(letter) }

    /// Whether the shard is so late that deltas would only pile up: it gets its next ticks without,
    /// and its clients snapshots.
    var isFull: Bool {
        waitingTicks.load(ordering: .relaxed) >= ServerLimits.logFramesMax
            || waitingBytes.load(ordering: .relaxed) >= ServerLimits.linkBytesMax
    }

    /// Leaves a tick.
    func post(_ tick: SharedTick) {
        guard tick.deltas.isEmpty else {
            waitingTicks.add(1, ordering: .relaxed)
            waitingBytes.add(tick.byteCount, ordering: .relaxed)
            letters.post(.tick(tick))
            return
        }
        letters.post(.tick(tick)) { last in
            if case .tick(let last) = last { last.deltas.isEmpty } else { false }
        }
    }

    /// Takes what has come; on the other shard's thread.
    func collect() -> [ShardLetter] { letters.collect() }

    /// Notes that a tick waits no more.
    func noteTaken(_ tick: SharedTick) {
        if tick.deltas.isEmpty { return }
        waitingTicks.subtract(1, ordering: .relaxed)
        waitingBytes.subtract(tick.byteCount, ordering: .relaxed)
    }
}
