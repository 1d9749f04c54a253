import PulseWire
import Testing

@Suite("WebSocket frames of the server")
struct WebSocketFrameWriterTests {
    @Test(
        "a head ends where the payload begins",
        arguments: [
            (0, [0x81, 0]),
            (1, [0x81, 1]),
            (125, [0x81, 125]),
            (126, [0x81, 126, 0, 126]),
            (65_535, [0x81, 126, 0xFF, 0xFF]),
            (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
            (1 << 40, [0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]),
        ] as [(Int, [UInt8])]
    )
    func heads(_ byteCount: Int, _ head: [UInt8]) {
        #expect(WebSocketHeader.byteCount(payloadByteCount: byteCount) == head.count)
        let room = WebSocketHeader.byteCountMax
        for place in head.count...room + 2 {
            var memory = [UInt8](repeating: 0xAA, count: 20)
            let start = unsafe memory.withUnsafeMutableBytes {
                unsafe WebSocketHeader.write(
                    .text,
                    payloadByteCount: byteCount,
                    endingAt: place,
                    in: $0
                )
            }
            #expect(start == place - head.count)
            #expect(Array(memory[start..<place]) == head)
            #expect(memory[..<start].allSatisfy { $0 == 0xAA })
            #expect(memory[place...].allSatisfy { $0 == 0xAA })
        }
    }

    @Test("a head without room stops the program instead of writing in front of the buffer")
    func noRoom() async {
        await #expect(processExitsWith: .failure) {
            var memory = [UInt8](repeating: 0, count: 20)
            unsafe memory.withUnsafeMutableBytes {
                _ = unsafe WebSocketHeader.write(
                    .text,
                    payloadByteCount: 126,
                    endingAt: 3,
                    in: $0
                )
            }
        }
    }

    @Test("control frames are whole frames")
    func controlFrames() {
        #expect(WebSocketControlFrame.close(.normal) == [0x88, 2, 0x03, 0xE8])
        #expect(
            WebSocketControlFrame.close(.goingAway, reason: "é") == [
                0x88, 4, 0x03, 0xE9, 0xC3, 0xA9,
            ]
        )
        #expect(WebSocketControlFrame.close(code: nil) == [0x88, 0])
        #expect(WebSocketControlFrame.close(code: 4999) == [0x88, 2, 0x13, 0x87])
        let payload: [UInt8] = [1, 2]
        #expect(unsafe WebSocketControlFrame.pong(payload.span.bytes) == [0x8A, 2, 1, 2])
        #expect(unsafe WebSocketControlFrame.ping([UInt8]().span.bytes) == [0x89, 0])
    }

    @Test("a long reason is cut at the end of a character")
    func longReason() {
        let reason = String(repeating: "a", count: 122) + "é"
        let frame = WebSocketControlFrame.close(.internalError, reason: reason)
        #expect(frame.count == 2 + 2 + 122)
        #expect(Int(frame[1]) == frame.count - 2)
        let fitting = WebSocketControlFrame.close(
            .internalError,
            reason: String(reason.dropFirst())
        )
        #expect(fitting.count == 2 + 125)
    }
}

@Suite("WebSocket masks")
struct WebSocketMaskTests {
    @Test("the example of RFC 6455 section 5.7")
    func example() {
        var bytes: [UInt8] = [0x7F, 0x9F, 0x4D, 0x51, 0x58]
        var mask = WebSocketMask(0x37, 0xFA, 0x21, 0x3D)
        unsafe bytes.withUnsafeMutableBytes { unsafe mask.apply(to: $0) }
        #expect(bytes == Array("Hello".utf8))
    }

    @Test("any length, alignment and cut gives what byte by byte gives")
    func cuts() {
        let key: [UInt8] = [1, 2, 4, 8]
        for count in 0..<40 {
            let plain = (0..<count).map { UInt8($0 * 5 & 255) }
            let masked = plain.enumerated().map { $1 ^ key[$0 % 4] }
            for shift in 0..<4 {
                for cut in 0...count {
                    var memory = [UInt8](repeating: 0xAA, count: shift) + masked
                    var mask = WebSocketMask(1, 2, 4, 8)
                    unsafe memory.withUnsafeMutableBytes {
                        let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: $0[shift...])
                        unsafe mask.apply(
                            to: UnsafeMutableRawBufferPointer(rebasing: bytes[..<cut])
                        )
                        unsafe mask.apply(
                            to: UnsafeMutableRawBufferPointer(rebasing: bytes[cut...])
                        )
                    }
                    #expect(memory == [UInt8](repeating: 0xAA, count: shift) + plain)
                }
            }
        }
    }
}
