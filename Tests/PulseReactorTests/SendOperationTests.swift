import CIOUring
import PulseTestSupport
import Testing

@testable import PulseReactor

@Suite("What a send still has to send")
struct SendOperationTests {
    @Test("however the kernel cuts a send, the rest is what it has not taken")
    func random() {
        var random = SeededGenerator(seed: testSeed())
        var pool = FramePool()
        for _ in 0..<500 {
            var list = SendList()
            var bytes: [UInt8] = []
            var frames: [Frame] = []
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                // Empty frames are among them.
                let piece = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                    UInt8.random(in: .min ... .max, using: &random)
                }
                let frame = pool.make(capacity: piece.count)
                unsafe frame.storage.copyBytes(from: piece)
                frame.setContent(0..<piece.count)
                list.append(frame)
                frames.append(frame)
                bytes += piece
            }
            precondition(list.byteCount == bytes.count)
            var operation = SendOperation(list)
            while operation.bytesLeft > 0 {
                precondition(rest(of: operation) == bytes)
                let count = Int.random(in: 1...operation.bytesLeft, using: &random)
                operation.advance(by: count)
                bytes.removeFirst(count)
            }
            precondition(bytes.isEmpty && rest(of: operation).isEmpty)
            for frame in frames { pool.release(frame) }
        }
        let live = pool.liveCount
        #expect(live == 0)
    }

    private func rest(of operation: SendOperation) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in operation.next..<operation.count {
            let vector = unsafe operation.vectors[index]
            unsafe bytes += UnsafeRawBufferPointer(start: vector.iov_base, count: vector.iov_len)
        }
        return bytes
    }

    @Test("static bytes need no frame, and none of them no piece")
    func staticBytes() {
        var list = SendList()
        unsafe list.append(static: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(list.isEmpty)
        let text: StaticString = "abc"
        for _ in 0..<Limits.piecesPerSendMax {
            unsafe list.append(static: UnsafeRawBufferPointer(start: text.utf8Start, count: 3))
        }
        #expect(list.isFull)
        #expect(list.byteCount == 24)
    }
}
