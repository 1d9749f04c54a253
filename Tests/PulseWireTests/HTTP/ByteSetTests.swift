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

    @Test("the scan by blocks stops at the first control character, wherever it stands")
    func skipsText() {
        for byte in UInt8.min...UInt8.max {
            for (count, place) in (1...35).flatMap({ count in (0..<count).map { (count, $0) } }) {
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

    @Test("a name ends at the first byte that no token has, or with its line", arguments: 0...3)
    func skipsToken(bytesBehind: Int) {
        for byte in UInt8.min...UInt8.max {
            for (count, place) in (1...35).flatMap({ count in (0..<count).map { (count, $0) } }) {
                // What stands behind the range is a token's too, and not looked at.
                let letter = Array("aZ9-~".utf8)[place % 5]
                var bytes = [UInt8](repeating: letter, count: count + bytesBehind * 9)
                bytes[place] = byte
                let found = unsafe bytes.span.bytes.skipToken(in: 0..<count)
                #expect(found == (ByteSet.token.contains(byte) ? count : place))
            }
        }
    }
}
