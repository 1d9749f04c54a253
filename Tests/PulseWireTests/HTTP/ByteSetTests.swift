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
            for place in 0..<20 {
                var bytes = [UInt8](repeating: 0x41, count: 20)
                bytes[place] = byte
                let found = unsafe bytes.span.bytes.skipText(from: 0, to: 20)
                #expect(found == (ASCII.isText(byte) ? 20 : place))
            }
        }
    }
}
