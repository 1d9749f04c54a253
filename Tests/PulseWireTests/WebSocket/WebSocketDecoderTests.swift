import Testing

@testable import PulseWire

@Suite("WebSocket frames")
struct WebSocketDecoderTests {
    @Test("valid frames become messages", arguments: valid)
    func accepts(_ frames: FrameCase) {
        frames.check()
    }

    @Test("a frame against the rules ends the connection", arguments: invalidFrames)
    func refusesFrames(_ frames: FrameCase) {
        frames.check()
    }

    @Test("text that is not UTF-8 is refused as soon as it can be known", arguments: invalidText)
    func refusesText(_ frames: FrameCase) {
        frames.check()
    }

    @Test("close codes that nobody may send are refused, the others given back")
    func closeCodes() {
        let allowed = Set([1000...1003, 1007...1014, 3000...4999].joined())
        for code in [0...1100, 1999...2001, 2998...3001, 4998...5001, 65_534...65_535].joined() {
            let lines = FrameStream.lines(
                ClientFrame.close(code).bytes,
                arriving: [ClientFrame.close(code).bytes.count]
            )
            #expect(lines == [allowed.contains(code) ? "close \(code) " : "1002 badClose"])
        }
    }

    @Test("lengths around every form of the head", arguments: [0, 125, 126, 127, 65_535, 65_536])
    func lengths(_ count: Int) {
        let payload = [UInt8](repeating: 7, count: count)
        FrameCase("one", [.binary(payload), .ping("x")], "binary \(count)", "ping x").check()
        let last = ClientFrame(opcode: 0, payload: payload)
        FrameCase("two", [.binary(payload, isFinal: false), last], "binary \(count * 2)").check()
    }

    @Test("messages up to the limit pass, one byte more is 1009", arguments: [0, 5, 200])
    func limit(_ limit: Int) {
        func check(_ frames: [ClientFrame], _ line: String) {
            var frames = FrameCase("limit \(limit)", frames, line)
            frames.messageBytesMax = limit
            frames.check()
        }
        let text = String(repeating: "a", count: limit)
        check([.text(text)], limit > 100 ? "text of \(limit)" : "text \(text)")
        check([.text(text + "a")], "1009 messageTooBig")
        check(
            [.text(text, isFinal: false), .more("")],
            limit > 100 ? "text of \(limit)" : "text \(text)"
        )
        check([.text(text, isFinal: false), .more("a")], "1009 messageTooBig")
        check([.text("", isFinal: false), .more(text + "a")], "1009 messageTooBig")
        let huge = ClientFrame(opcode: 0, announced: UInt64(Int64.max))
        check([.text("", isFinal: false), huge], "1009 messageTooBig")
    }

    @Test("a whole message is delivered where it lies, a fragmented one from memory of its own")
    func places() throws {
        var decoder = WebSocketDecoder(messageBytesMax: 100)
        var whole = ClientFrame.text("hello").bytes
        var split = ClientFrame.text("he", isFinal: false).bytes + ClientFrame.more("llo").bytes
        try unsafe whole.withUnsafeMutableBytes { bytes in
            let payload = try unsafe decoder.next(bytes).payload
            #expect(
                unsafe payload.baseAddress == UnsafeRawPointer(bytes.baseAddress)?.advanced(by: 6)
            )
        }
        try unsafe split.withUnsafeMutableBytes { bytes in
            let step = try unsafe decoder.next(bytes)
            unsafe bytes.copyBytes(from: [UInt8](repeating: 0, count: bytes.count))
            #expect(unsafe String(decoding: step.payload, as: UTF8.self) == "hello")
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[step.consumed...])
            #expect(try unsafe decoder.next(rest).event == nil)
        }
    }

    @Test("an error is final, and what follows a close is dropped")
    func ends() throws {
        var decoder = WebSocketDecoder(messageBytesMax: 100)
        var bytes = ClientFrame(opcode: 3).bytes
        for _ in 0..<2 {
            #expect(throws: WebSocketError.unknownOpcode) {
                try unsafe bytes.withUnsafeMutableBytes { _ = try unsafe decoder.next($0) }
            }
            bytes = ClientFrame.text("x").bytes
        }
        FrameCase("close", [.close(1001), .text("x"), .ping("")], "close 1001 ").check()
        FrameCase("close", [.close(1001), ClientFrame(opcode: 3)], "close 1001 ").check()
    }

    @Test("an idle decoder is small and owns no memory")
    func layout() {
        #expect(MemoryLayout<WebSocketDecoder>.size <= 72)
    }

    @Test(
        "every error has a close code and words that fit its frame",
        arguments: WebSocketError.allCases
    )
    func errors(_ error: WebSocketError) {
        #expect((5...123).contains(error.reason.utf8CodeUnitCount))
        #expect(WebSocketCloseCode.isAllowed(fromPeer: error.closeCode.rawValue))
    }
}

@Suite("Gathered messages")
struct UnsafeGatherBufferTests {
    @Test("memory grows with what came, up to the limit, and is given back")
    func grows() {
        var buffer = UnsafeGatherBuffer()
        var wanted: [UInt8] = []
        var capacity = buffer.capacity
        #expect(capacity == 0)
        for round in 0..<50 {
            let piece = [UInt8](repeating: UInt8(round), count: round)
            unsafe piece.withUnsafeBytes { unsafe buffer.append($0, countMax: 1225) }
            wanted += piece
            capacity = buffer.capacity
            #expect(capacity <= max(512, min(1225, wanted.count * 2)))
        }
        let found = unsafe [UInt8](buffer.bytes)
        #expect(found == wanted)
        buffer.removeAll()
        capacity = buffer.capacity
        #expect(capacity == 0)
    }
}

private let valid = [
    FrameCase("nothing", []),
    FrameCase("empty text", [.text("")], "text "),
    FrameCase("text", [.text("hello")], "text hello"),
    FrameCase("two messages", [.text("a"), .binary([0, 255])], "text a", "binary 2"),
    FrameCase(
        "RFC 6455 5.7",
        raw: [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58],
        "text Hello"
    ),
    FrameCase(
        "mask of zeros",
        [ClientFrame(opcode: 1, payload: [65], mask: [0, 0, 0, 0])],
        "text A"
    ),
    FrameCase("UTF-8", [.text("\u{C3}\u{A9}\u{F0}\u{9F}\u{98}\u{80}")], "text é😀"),
    FrameCase("U+0000", [.text("a\0b")], "text a\0b"),
    FrameCase("noncharacters", [.text("\u{EF}\u{BF}\u{BF}")], "text \u{FFFF}"),
    FrameCase(
        "fragments",
        [.text("a", isFinal: false), .more("b", isFinal: false), .more("c")],
        "text abc"
    ),
    FrameCase(
        "empty fragments",
        [.text("", isFinal: false), .more("", isFinal: false), .more("")],
        "text "
    ),
    FrameCase("binary fragments", [.binary([255], isFinal: false), .more("b")], "binary 2"),
    FrameCase(
        "a character over two fragments",
        [.text("\u{F0}\u{9F}", isFinal: false), .more("\u{98}\u{80}")],
        "text 😀"
    ),
    FrameCase(
        "control frames between fragments",
        [
            .text("a", isFinal: false), .ping("p"), .more("b", isFinal: false), .pong(""),
            .more("c"),
        ],
        "ping p",
        "pong ",
        "text abc"
    ),
    FrameCase(
        "close between fragments",
        [.text("a", isFinal: false), .close(1000)],
        "close 1000 "
    ),
    FrameCase(
        "ping of 125 bytes",
        [.ping(String(repeating: "p", count: 125))],
        "ping " + String(repeating: "p", count: 125)
    ),
    FrameCase("ping of any bytes", [.ping("\u{FF}")], "ping \u{FFFD}"),
    FrameCase("close without a code", [ClientFrame(opcode: 8)], "close -"),
    FrameCase("close with a reason", [.close(1000, "bye")], "close 1000 bye"),
    FrameCase("half a head", raw: [0x81, 0xFE, 0x01]),
    FrameCase("half a ping", raw: [0x89, 0x82, 1, 2, 3, 4, 5]),
    FrameCase("half a message", raw: [0x82, 0x82, 1, 2, 3, 4, 5]),
]

private let invalidFrames = [
    FrameCase("reserved bit 1", [ClientFrame(opcode: 1, reserved: 4)], "1002 reservedBits"),
    FrameCase("reserved bit 2", [ClientFrame(opcode: 1, reserved: 2)], "1002 reservedBits"),
    FrameCase("reserved bit 3", [ClientFrame(opcode: 9, reserved: 1)], "1002 reservedBits"),
    FrameCase("data opcode 3", [ClientFrame(opcode: 3)], "1002 unknownOpcode"),
    FrameCase("data opcode 7", [ClientFrame(opcode: 7)], "1002 unknownOpcode"),
    FrameCase("control opcode 11", [ClientFrame(opcode: 11)], "1002 unknownOpcode"),
    FrameCase("control opcode 15", [ClientFrame(opcode: 15)], "1002 unknownOpcode"),
    FrameCase("one byte is enough to refuse", raw: [0x83], "1002 unknownOpcode"),
    FrameCase("unmasked text", [ClientFrame(opcode: 1, payload: [65], mask: nil)], "1002 unmasked"),
    FrameCase("unmasked close", [ClientFrame(opcode: 8, mask: nil)], "1002 unmasked"),
    FrameCase(
        "unmasked behind a good frame",
        [.text("a"), ClientFrame(opcode: 9, mask: nil)],
        "text a",
        "1002 unmasked"
    ),
    FrameCase(
        "fragmented ping",
        [ClientFrame(opcode: 9, isFinal: false)],
        "1002 fragmentedControl"
    ),
    FrameCase(
        "fragmented close",
        [ClientFrame(opcode: 8, isFinal: false)],
        "1002 fragmentedControl"
    ),
    FrameCase(
        "ping of 126 bytes",
        [.ping(String(repeating: "p", count: 126))],
        "1002 oversizedControl"
    ),
    FrameCase(
        "close of 126 bytes",
        [.close(1000, String(repeating: "p", count: 124))],
        "1002 oversizedControl"
    ),
    FrameCase(
        "control in a longer form",
        [ClientFrame(opcode: 9, lengthForm: .two)],
        "1002 oversizedControl"
    ),
    FrameCase("0 in two bytes", [ClientFrame(opcode: 1, lengthForm: .two)], "1002 badLength"),
    FrameCase(
        "125 in two bytes",
        [ClientFrame(opcode: 1, lengthForm: .two, announced: 125)],
        "1002 badLength"
    ),
    FrameCase("0 in eight bytes", [ClientFrame(opcode: 1, lengthForm: .eight)], "1002 badLength"),
    FrameCase(
        "65535 in eight bytes",
        [ClientFrame(opcode: 1, lengthForm: .eight, announced: 65_535)],
        "1002 badLength"
    ),
    FrameCase(
        "highest bit set",
        [ClientFrame(opcode: 1, lengthForm: .eight, announced: 1 << 63)],
        "1002 badLength"
    ),
    FrameCase(
        "all bits set",
        [ClientFrame(opcode: 1, lengthForm: .eight, announced: .max)],
        "1002 badLength"
    ),
    FrameCase("63 bits", [ClientFrame(opcode: 1, announced: .max >> 1)], "1009 messageTooBig"),
    FrameCase("4 GiB", [ClientFrame(opcode: 2, announced: 1 << 32)], "1009 messageTooBig"),
    FrameCase("nothing to continue", [.more("a")], "1002 unexpectedContinuation"),
    FrameCase(
        "nothing to continue any more",
        [.text("a"), .more("a", isFinal: false)],
        "text a",
        "1002 unexpectedContinuation"
    ),
    FrameCase(
        "text within a message",
        [.text("a", isFinal: false), .text("b")],
        "1002 interruptedMessage"
    ),
    FrameCase(
        "binary within a message",
        [.text("a", isFinal: false), .ping("p"), .binary([1])],
        "ping p",
        "1002 interruptedMessage"
    ),
    FrameCase("close of one byte", [ClientFrame(opcode: 8, payload: [3])], "1002 badClose"),
    FrameCase("close 1005", [.close(1005, "x")], "1002 badClose"),
    FrameCase("close reason in Latin 1", [.close(1000, "\u{E9}")], "1007 invalidText"),
    FrameCase("close reason cut short", [.close(1000, "\u{C3}")], "1007 invalidText"),
]

private let invalidText = [
    FrameCase("Latin 1", [.text("caf\u{E9}")], "1007 invalidText"),
    FrameCase("lone continuation", [.text("\u{80}")], "1007 invalidText"),
    FrameCase("overlong slash", [.text("\u{C0}\u{AF}")], "1007 invalidText"),
    FrameCase("overlong in three", [.text("\u{E0}\u{80}\u{AF}")], "1007 invalidText"),
    FrameCase("surrogate", [.text("\u{ED}\u{A0}\u{80}")], "1007 invalidText"),
    FrameCase("beyond U+10FFFF", [.text("\u{F4}\u{90}\u{80}\u{80}")], "1007 invalidText"),
    FrameCase("FF", [.text("abcdefghijkl\u{FF}")], "1007 invalidText"),
    FrameCase("cut short", [.text("a\u{E2}\u{82}")], "1007 invalidText"),
    FrameCase(
        "cut short at the last fragment",
        [.text("a\u{E2}", isFinal: false), .more("\u{82}")],
        "1007 invalidText"
    ),
    FrameCase(
        "broken over a fragment",
        [.text("\u{E2}", isFinal: false), .more("a")],
        "1007 invalidText"
    ),
    FrameCase(
        "long before the end of the message",
        [.text("\u{FF}", isFinal: false)],
        "1007 invalidText"
    ),
    FrameCase(
        "broken behind a ping",
        [.text("\u{E2}", isFinal: false), .ping("p"), .more("\u{28}")],
        "ping p",
        "1007 invalidText"
    ),
    FrameCase(
        "within an announced megabyte",
        raw: ClientFrame(opcode: 1, payload: [0xC0], announced: 1 << 20).bytes,
        "1007 invalidText"
    ),
]
