import Testing

@testable import PulseWire

@Suite("Byte sets")
struct ByteSetTests {
    private let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    @Test("the masks hold exactly the characters of the grammars")
    func members() {
        let token = Set((letters + "!#$%&'*+-.^_`|~").utf8)
        let host = Set((letters + "-._~!$&'()*+,;=").utf8)
        let target = Set(UInt8(0x21)...0x7E).subtracting("\"#<>\\".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(ByteSet.token.contains(byte) == token.contains(byte))
            #expect(ByteSet.hostName.contains(byte) == host.contains(byte))
            #expect(ByteSet.target.contains(byte) == target.contains(byte))
        }
    }

    @Test("the word-wise scan stops at the first control character, wherever it stands")
    func skipsText() {
        for byte in UInt8.min...UInt8.max {
            for (count, place) in (1...26).flatMap({ count in (0..<count).map { (count, $0) } }) {
                // Tabs are text; what stands in front of them and behind would end it.
                var bytes = [UInt8](repeating: 0x09, count: count + 2)
                bytes[0] = 0
                bytes[count + 1] = 0x7F
                bytes[place + 1] = byte
                let found = unsafe bytes.span.bytes.skipText(from: 1, to: count + 1)
                #expect(found == (ASCII.isText(byte) ? count + 1 : place + 1))
            }
        }
    }

    @Test("of several control characters the first counts")
    func skipsTextToTheFirst() {
        for (first, second) in (0..<20).flatMap({ first in (first..<20).map { (first, $0) } }) {
            var bytes = [UInt8](repeating: 0xFF, count: 20)
            bytes[second] = 0x7F
            bytes[first] = 0x1F
            #expect(unsafe bytes.span.bytes.skipText(from: 0, to: 20) == first)
            #expect(unsafe bytes.span.bytes.skipText(from: 0, to: first) == first)
        }
    }
}
