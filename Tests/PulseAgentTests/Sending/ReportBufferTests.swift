import PulseAgent
import Testing

@Suite("Report buffer")
struct ReportBufferTests {
    @Test("reports leave in the order in which they came")
    func order() {
        var buffer = ReportBuffer(reportsMax: 3)
        for number: UInt8 in 1...3 { buffer.append([number]) }
        var seen: [[UInt8]] = []
        while let oldest = buffer.oldest {
            seen.append(oldest)
            buffer.removeOldest()
        }
        #expect(seen == [[1], [2], [3]])
        #expect(buffer.count == 0)
    }

    @Test("the oldest make room when it is full, and are counted")
    func full() {
        var buffer = ReportBuffer(reportsMax: 3)
        for number: UInt8 in 1...5 { buffer.append([number]) }
        #expect(buffer.count == 3)
        #expect(buffer.oldest == [3])
        #expect(buffer.droppedCount == 2)
    }

    @Test("it holds 60 reports, as the protocol's other agents do")
    func size() {
        var buffer = ReportBuffer()
        for number in 0..<100 { buffer.append([UInt8(number)]) }
        #expect(buffer.count == 60)
        #expect(buffer.oldest == [40])
        buffer.removeAll()
        #expect(buffer.oldest == nil)
    }
}
