import DequeModule
import PulseReactor

/// The newest deltas of one stream, for those who fell behind: at most 64 frames and 4 MiB.
struct StreamLog: ~Copyable {
    private var frames = Deque<Frame>()
    /// The generation that the first frame leads to.
    private var first: UInt64 = 1
    private(set) var byteCount = 0

    /// The generation that the last frame leads to.
    var last: UInt64 { first + UInt64(frames.count) - 1 }

    var count: Int { frames.count }

    /// The frame that leads to `last`.
    var newest: Frame? { frames.last }

    /// The frames, oldest first.
    var all: [Frame] { Array(frames) }

    /// Whether every delta after `generation` is here.
    func reaches(back generation: UInt64) -> Bool { generation + 1 >= first }

    /// The frame that leads to `generation`.
    subscript(generation: UInt64) -> Frame { frames[Int(generation - first)] }

    /// Adds the next delta, which the log now holds; returns those that it lets go.
    mutating func append(_ frame: Frame, generation: UInt64) -> [Frame] {
        if frames.isEmpty { first = generation }
        precondition(generation == first + UInt64(frames.count), "a generation was left out")
        frames.append(frame)
        byteCount += frame.byteCount
        var dropped: [Frame] = []
        while frames.count > ServerLimits.logFramesMax || byteCount > ServerLimits.logBytesMax {
            let oldest = frames.removeFirst()
            first += 1
            byteCount -= oldest.byteCount
            dropped.append(oldest)
        }
        return dropped
    }

    /// Forgets everything up to `generation`, which was not encoded; returns what it lets go.
    mutating func skip(to generation: UInt64) -> [Frame] {
        defer {
            frames.removeAll()
            byteCount = 0
            first = generation + 1
        }
        return Array(frames)
    }
}
