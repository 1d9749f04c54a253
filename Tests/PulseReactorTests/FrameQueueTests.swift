import PulseReactor
import Testing

@Suite("Queues of frames")
struct FrameQueueTests {
    @Test("frames come out in the order in which they went in, and may wait again")
    func order() {
        var pool = FramePool()
        let frames = (0..<3).map { number in
            let frame = pool.make(capacity: 16)
            frame.setContent(0..<number + 1)
            return frame
        }
        for _ in 0..<2 {
            var queue = FrameQueue()
            #expect(queue.isEmpty && queue.next() == nil)
            for frame in frames { queue.append(frame) }
            // Walking along a copy takes nothing out.
            #expect(queue.map(\.byteCount) == [1, 2, 3])
            #expect(queue.count == 3)
            #expect(queue.next()?.byteCount == 1)
            queue.append(frames[0])
            #expect(queue.map(\.byteCount) == [2, 3, 1])
            #expect((0..<3).map { _ in queue.next()?.byteCount } == [2, 3, 1])
            #expect(queue.isEmpty && queue.next() == nil)
        }
        for frame in frames { pool.release(frame) }
        #expect(pool.liveCount == 0)
    }
}
