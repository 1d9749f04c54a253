import PulseReactor
import PulseTestSupport
import Testing

@Suite("Frames and their pool")
struct FramePoolTests {
    static let capacities = [0, 1, 447, 448, 449, 65_536, 1 << 20, (1 << 20) + 1, 5 << 20]

    @Test(
        "a frame has at least the capacity that was asked for, aligned and empty",
        arguments: capacities
    )
    func capacity(capacity: Int) {
        var pool = FramePool()
        for _ in 0..<3 {
            let frame = pool.make(capacity: capacity)
            #expect(unsafe frame.storage.count >= capacity)
            #expect(unsafe Int(bitPattern: frame.storage.baseAddress) % 64 == 0)
            #expect(frame.byteCount == 0)
            unsafe frame.storage.initializeMemory(as: UInt8.self, repeating: 0xAA)
            frame.setContent(0..<capacity)
            #expect(frame.byteCount == capacity)
            pool.release(frame)
        }
        let live = (pool.liveCount, pool.liveBytes)
        #expect(live == (0, 0))
    }

    @Test("frames made, shared and released at random never overlap")
    func random() {
        var random = SeededGenerator(seed: testSeed())
        var pool = FramePool()
        var held: [(frame: Frame, mark: UInt8, shares: Int)] = []
        for round in 0..<20_000 {
            if held.count < 100, Bool.random(using: &random) {
                let capacity = 1 << Int.random(in: 0...17, using: &random)
                let frame = pool.make(capacity: capacity)
                let mark = UInt8(truncatingIfNeeded: round)
                unsafe frame.storage[0] = mark
                unsafe frame.storage[capacity - 1] = mark
                frame.setContent(0..<capacity)
                held.append((frame, mark, 1))
            } else if let index = held.indices.randomElement(using: &random) {
                let (frame, mark, shares) = held[index]
                let bytes = unsafe frame.bytes
                precondition(
                    unsafe bytes[0] == mark && bytes[bytes.count - 1] == mark,
                    "a frame was overwritten"
                )
                if Int.random(in: 0..<3, using: &random) == 0 {
                    pool.retain(frame)
                    held[index].shares += 1
                } else {
                    pool.release(frame)
                    held[index].shares -= 1
                    if shares == 1 { held.remove(at: index) }
                }
            }
            precondition(pool.liveCount == held.count)
        }
        for (frame, _, shares) in held {
            for _ in 0..<shares { pool.release(frame) }
        }
        let live = (pool.liveCount, pool.liveBytes)
        #expect(live == (0, 0))
    }
}
