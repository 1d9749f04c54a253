import PulseWire
import Testing

/// `permessage-deflate`, whose examples are those of RFC 7692 section 7.2.3.
@Suite("Compressed messages")
struct WebSocketDeflateTests {
    // MARK: Negotiation

    private static let plain =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
    private static let window = plain + "; server_max_window_bits=15"

    @Test(
        "the first offer that can be kept is accepted, in the one form that there is",
        arguments: [
            (["permessage-deflate"], plain),
            (["permessage-deflate; client_max_window_bits"], plain),
            (["Permessage-Deflate;CLIENT_MAX_WINDOW_BITS = 10 "], plain),
            (["permessage-deflate; client_max_window_bits=\"8\""], plain),
            (["permessage-deflate; server_no_context_takeover"], plain),
            ([plain], plain),
            (["permessage-deflate; server_max_window_bits=15"], window),
            (["permessage-deflate; server_max_window_bits=\"15\""], window),
            (["permessage-deflate; server_max_window_bits=10, permessage-deflate"], plain),
            (["permessage-deflate; server_max_window_bits=10", "permessage-deflate"], plain),
            (["x-webkit-deflate-frame, permessage-deflate"], plain),
            (["permessage-deflate; unheard_of, permessage-deflate"], plain),
            (["permessage-deflate; server_max_window_bits=15, permessage-deflate"], window),
            ([",, permessage-deflate ,"], plain),
        ]
    )
    func accepts(_ offers: [String], _ answer: String) throws {
        let head = try Head(fields: offers.map { "Sec-WebSocket-Extensions: " + $0 })
        #expect(head.deflateAnswer() == answer)
    }

    @Test(
        "an offer that is malformed, or asks for more than there is, is passed over",
        arguments: [
            "", "permessage-bzip2", "permessage-deflate2", "permessage-deflate; x",
            "permessage-deflate;", "permessage-deflate; =",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=",
            "permessage-deflate; server_max_window_bits=8",
            "permessage-deflate; server_max_window_bits=14",
            "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits=015",
            "permessage-deflate; server_max_window_bits=+9",
            "permessage-deflate; server_max_window_bits=\"15",
            "permessage-deflate; server_max_window_bits=15; server_max_window_bits=15",
            "permessage-deflate; client_max_window_bits=",
            "permessage-deflate; client_max_window_bits=99",
            "permessage-deflate; client_max_window_bits; client_max_window_bits",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; client_no_context_takeover=true",
            "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        ]
    )
    func declines(_ offer: String) throws {
        let head = try Head(fields: ["Sec-WebSocket-Extensions: " + offer])
        #expect(head.deflateAnswer() == nil)
    }

    @Test("a client of ours takes no other answer than to its offer")
    func client() throws {
        let client = WebSocketClientHandshake(key: .init(repeating: 7), offersDeflate: true)
        let request = client.request(host: "h", target: "/ws")
        let head = try Head(request)
        #expect(head.deflateAnswer() == Self.plain)
        let accept = try head.accept()
        for (extensions, isCompressed) in [
            (nil, false), (Self.plain, true),
            ("permessage-deflate; server_no_context_takeover", true),
            (Self.window, true), ("permessage-deflate", nil), ("permessage-bzip2", nil),
            (Self.plain + ", " + Self.plain, nil), (Self.plain + "; client_max_window_bits=9", nil),
        ] as [(String?, Bool?)] {
            let line = extensions.map { "Sec-WebSocket-Extensions: \($0)\r\n" } ?? ""
            let bytes = latin1(
                "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\(line)"
                    + "Sec-WebSocket-Accept: \(accept)\r\n\r\n"
            )
            var decoder = HTTPResponseDecoder()
            _ = try unsafe decoder.decodeHead(bytes.span.bytes)
            let found = try? unsafe client.check(decoder, in: bytes.span.bytes)
            #expect(found == isCompressed, "\(extensions ?? "none")")
        }
    }

    // MARK: What comes

    @Test("compressed messages, whole and in fragments", arguments: goodMessages)
    func decodes(_ frames: FrameCase) { frames.check() }

    @Test("what is no compressed message is refused", arguments: badMessages)
    func refuses(_ frames: FrameCase) { frames.check() }

    @Test("without the extension the reserved bit is what it always was")
    func notNegotiated() {
        FrameCase("plain", [.deflated(hello)], "1002 reservedBits").check()
    }

    @Test("a bomb costs no more than the limit")
    func bomb() throws {
        // A megabyte of zeros.
        let bytes = try #require(deflated([UInt8](repeating: 0, count: 1 << 20)))
        #expect(bytes.count < 5000)
        for limit in [0, 1, 4096, 65_536, 100_000, (1 << 20) - 1] {
            var frames = FrameCase("bomb", [.deflated(bytes, opcode: 2)], "1009 messageTooBig")
            (frames.messageBytesMax, frames.deflates) = (limit, true)
            frames.check()
        }
        var whole = FrameCase("whole", [.deflated(bytes, opcode: 2)], "binary \(1 << 20)")
        (whole.messageBytesMax, whole.deflates) = (1 << 20, true)
        whole.check()
    }

    @Test("a message that does not compress is taken up to the limit, and not a byte more")
    func incompressible() throws {
        var random = SeededGenerator(seed: 7)
        let noise = (0..<16_384).map { _ in UInt8.random(in: 0...255, using: &random) }
        let bytes = try #require(deflated(noise))
        #expect(bytes.count > noise.count)
        for (limit, line) in [(16_384, "binary 16384"), (16_383, "1009 messageTooBig")] {
            var frames = FrameCase("noise", [.deflated(bytes, opcode: 2)], line)
            (frames.messageBytesMax, frames.deflates) = (limit, true)
            frames.check()
        }
    }

    // MARK: What goes

    @Test(
        "what is deflated inflates to the same, each message for itself",
        arguments: [0, 1, 4, 5, 100, 1024, 4096, 65_535, 65_536, 300_000]
    )
    func roundTrip(_ count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let alphabet = Array("{\"cpu\":0123456789,é😀}".utf8)
        let message = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
        let deflater = try #require(MessageDeflater())
        let inflater = try #require(MessageInflater())
        var first: [UInt8]?
        for _ in 0..<3 {
            let bytes = try #require(deflated(message, deflater))
            #expect(first == nil || first == bytes, "a message depends on those before")
            first = bytes
            let found = try unsafe bytes.withUnsafeBytes { input in
                unsafe Array(try inflater.inflate(input, bytesMax: count))
            }
            #expect(found == message)
            _ = deflated(Array("something else".utf8), deflater)
        }
    }

    @Test("who remembers what was inflated says the same as who does not")
    func remembered() throws {
        let deflater = try #require(MessageDeflater())
        let inflater = try #require(MessageInflater(remembers: true))
        // More than are kept, of all lengths up to beyond the first room, some as long as others.
        let messages = (0..<2 * InflatedMessages.countMax + 3).map { number in
            Array(repeating: UInt8(65 + number), count: 1 + number % 12 * 1000)
        }
        let compressed = try messages.map { try #require(deflated($0, deflater)) }
        func inflate(_ number: Int, bytesMax: Int) throws -> [UInt8] {
            try unsafe compressed[number].withUnsafeBytes { input in
                unsafe Array(try inflater.inflate(input, bytesMax: bytesMax))
            }
        }
        for count in [1, 3, InflatedMessages.countMax, messages.count] {
            for number in (0..<3).flatMap({ _ in messages.indices.prefix(count) }) {
                #expect(try inflate(number, bytesMax: 20_000) == messages[number])
            }
        }
        let largest = 11
        #expect(try inflate(largest, bytesMax: 20_000).count == 11_001)
        #expect(throws: WebSocketError.messageTooBig) { try inflate(largest, bytesMax: 11_000) }
    }

    @Test("a room that is too small is said so, and the next message is whole again")
    func rooms() throws {
        let deflater = try #require(MessageDeflater())
        let message = Array("hello hello hello hello hello hello".utf8)
        let whole = try #require(deflated(message, deflater))
        for room in 0..<whole.count + 8 {
            let found = deflated(message, deflater, room: room)
            #expect(found == nil || found == whole)
            // Four bytes are taken off, and one must be left over.
            #expect((found != nil) == (room > whole.count + 4), "\(room)")
        }
        #expect(deflated(message, deflater) == whole)
    }
}

/// The payload of RFC 7692 section 7.2.3.1.
private let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]

private func deflated(
    _ message: [UInt8],
    _ deflater: MessageDeflater? = MessageDeflater(),
    room: Int? = nil
) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: room ?? message.count * 2 + 64)
    let count = unsafe message.withUnsafeBytes { message in
        unsafe bytes.withUnsafeMutableBytes { unsafe deflater?.deflate(message, into: $0) }
    }
    return count.map { Array(bytes[..<$0]) }
}

extension Head {
    /// The answer to its extensions.
    func deflateAnswer() -> String? {
        withDecoder { decoder, span in
            WebSocketDeflate.answer(to: decoder, in: span).map { "\($0)" }
        }
    }
}

extension ClientFrame {
    /// The first frame of a compressed message.
    static func deflated(
        _ payload: [UInt8],
        opcode: UInt8 = 1,
        isFinal: Bool = true
    ) -> ClientFrame {
        ClientFrame(opcode: opcode, payload: payload, isFinal: isFinal, reserved: 4)
    }

    static func rest(_ payload: [UInt8], isFinal: Bool = true) -> ClientFrame {
        ClientFrame(opcode: 0, payload: payload, isFinal: isFinal)
    }
}

private func compressed(_ name: String, _ frames: [ClientFrame], _ lines: String...) -> FrameCase {
    var frames = FrameCase(name, raw: frames.flatMap(\.bytes), lines)
    frames.deflates = true
    return frames
}

private let goodMessages = [
    compressed("one frame", [.deflated(hello)], "text Hello"),
    compressed("two messages", [.deflated(hello), .deflated(hello)], "text Hello", "text Hello"),
    compressed(
        "two fragments",
        [.deflated(Array(hello[..<3]), isFinal: false), .rest(Array(hello[3...]))],
        "text Hello"
    ),
    compressed(
        "a ping between fragments",
        [
            .deflated(Array(hello[..<3]), isFinal: false), .ping("p"),
            .rest([], isFinal: false), .rest(Array(hello[3...])),
        ],
        "ping p",
        "text Hello"
    ),
    compressed(
        "stored",
        [.deflated([0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00])],
        "text Hello"
    ),
    compressed(
        "a block that says it is the last",
        [.deflated([0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00])],
        "text Hello"
    ),
    compressed(
        "two blocks",
        [
            .deflated([
                0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00,
            ])
        ],
        "text Hello"
    ),
    compressed("nothing, as it should be written", [.deflated([0x00])], "text "),
    compressed("nothing, as some write it", [.deflated([])], "text "),
    compressed("binary", [.deflated(hello, opcode: 2)], "binary 5"),
    compressed(
        "plain ones too",
        [.text("a"), .deflated(hello), .text("b")],
        "text a",
        "text Hello",
        "text b"
    ),
    compressed(
        "plain fragments",
        [.text("a", isFinal: false), .more("b"), .deflated(hello)],
        "text ab",
        "text Hello"
    ),
]

private let badMessages = [
    compressed("a byte cut off", [.deflated(Array(hello.dropLast(2)))], "1007 badCompression"),
    compressed(
        "the last block without its zero",
        [.deflated([0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00])],
        "1007 badCompression"
    ),
    compressed("a block type that is not there", [.deflated([0x07])], "1007 badCompression"),
    compressed(
        "a stored block with a wrong length",
        [.deflated([0x00, 0x05, 0x00, 0xFA, 0xFE, 0x48])],
        "1007 badCompression"
    ),
    compressed(
        "a distance in front of the beginning",
        [.deflated([0x02, 0x02, 0x00, 0x00])],
        "1007 badCompression"
    ),
    compressed(
        "text that is not UTF-8",
        [.deflated([0x00, 0x01, 0x00, 0xFE, 0xFF, 0xFF, 0x00])],
        "1007 invalidText"
    ),
    compressed(
        "text that ends within a character",
        [.deflated([0x00, 0x01, 0x00, 0xFE, 0xFF, 0xC3, 0x00])],
        "1007 invalidText"
    ),
    compressed(
        "the bit on a fragment that follows",
        [
            .deflated(Array(hello[..<3]), isFinal: false),
            ClientFrame(opcode: 0, payload: Array(hello[3...]), reserved: 4),
        ],
        "1002 reservedBits"
    ),
    compressed("the bit on a ping", [ClientFrame(opcode: 9, reserved: 4)], "1002 reservedBits"),
    compressed("the bit on a close", [ClientFrame(opcode: 8, reserved: 4)], "1002 reservedBits"),
    compressed("another bit", [ClientFrame(opcode: 1, reserved: 2)], "1002 reservedBits"),
    compressed("both bits", [ClientFrame(opcode: 1, reserved: 6)], "1002 reservedBits"),
]
