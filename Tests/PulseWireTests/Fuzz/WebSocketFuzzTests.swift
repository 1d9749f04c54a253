import Testing

@Suite("WebSocket fuzzing")
struct WebSocketFuzzTests {
    @Test("mutated frames never crash and mean the same however they arrive")
    func mutations() {
        let seed = SeededGenerator.seed(of: "WebSocket fuzzing")
        var random = SeededGenerator(seed: seed)
        for round in 0..<3000 {
            var bytes: [UInt8] = []
            for _ in 0...Int.random(in: 0...5, using: &random) {
                bytes += frame(using: &random).bytes
            }
            if Bool.random(using: &random) { bytes = bytes.mutated(using: &random) }
            check(bytes, &random, "seed \(seed), round \(round)")
        }
    }

    @Test("random bytes never crash")
    func noise() {
        let seed = SeededGenerator.seed(of: "WebSocket noise")
        var random = SeededGenerator(seed: seed)
        for round in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            check(bytes, &random, "seed \(seed), round \(round)")
        }
    }

    private func check(_ bytes: [UInt8], _ random: inout SeededGenerator, _ comment: String) {
        let whole = FrameStream.lines(bytes, arriving: [bytes.count], messageBytesMax: 300)
        for _ in 0..<3 {
            let counts = bytes.arrival(using: &random)
            let found = FrameStream.lines(bytes, arriving: counts, messageBytesMax: 300)
            #expect(found == whole, "\(comment), \(counts), \(bytes)")
        }
    }

    private func frame(using random: inout SeededGenerator) -> ClientFrame {
        let texts = ["", "a", "é€😀", "hello, world", String(repeating: "0123456789", count: 20)]
        let payload = Array((texts.randomElement(using: &random) ?? "").utf8)
        let opcode = [0, 0, 1, 1, 2, 2, 8, 9, 10].randomElement(using: &random) ?? 1
        return ClientFrame(
            opcode: UInt8(opcode),
            payload: opcode == 8 ? [3, 232] + payload : payload,
            isFinal: opcode >= 8 || Int.random(in: 0..<3, using: &random) > 0,
            mask: (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
        )
    }
}
