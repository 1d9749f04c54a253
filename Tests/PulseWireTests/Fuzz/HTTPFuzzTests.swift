import Testing

@Suite("HTTP fuzzing")
struct HTTPFuzzTests {
    @Test("mutated requests never crash and mean the same however they arrive")
    func mutations() {
        let seed = SeededGenerator.seed(of: "HTTP fuzzing")
        var random = SeededGenerator(seed: seed)
        for round in 0..<3000 {
            var bytes: [UInt8] = []
            for _ in 0...Int.random(in: 0...2, using: &random) {
                bytes += latin1(corpus.randomElement(using: &random) ?? "")
            }
            bytes = bytes.mutated(using: &random)
            let whole = RequestStream.lines(bytes, arriving: [bytes.count], bodyBytesMax: 50)
            for _ in 0..<3 {
                let counts = bytes.arrival(using: &random)
                let found = RequestStream.lines(bytes, arriving: counts, bodyBytesMax: 50)
                #expect(found == whole, "seed \(seed), round \(round), \(counts), \(bytes)")
                if found != whole { return }
            }
        }
    }

    @Test("random bytes are never taken for a request")
    func noise() {
        let seed = SeededGenerator.seed(of: "HTTP noise")
        var random = SeededGenerator(seed: seed)
        for round in 0..<2000 {
            let bytes = (0..<Int.random(in: 1...80, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let lines = RequestStream.lines(bytes, arriving: bytes.arrival(using: &random))
            #expect(lines.count == 1, "seed \(seed), round \(round), \(bytes)")
            #expect(lines[0] == "more" || lines[0].hasPrefix("400"), "seed \(seed), \(bytes)")
        }
    }
}

private let corpus = [
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "\r\nHEAD http://h:80/a?b HTTP/1.1\r\nHost: [::1]:80\r\nConnection: keep-alive, x\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
    "OPTIONS * HTTP/1.0\r\nA:\t b \r\nConnection: Keep-Alive\r\n\r\n",
    "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
]
