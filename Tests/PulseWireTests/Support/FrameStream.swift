import PulseWire
import Testing

/// One frame as a client sends it, or as it should not.
struct ClientFrame: Sendable {
    /// How the length is written.
    enum LengthForm: Sendable {
        case shortest
        case two
        case eight
    }

    var opcode: UInt8
    var payload: [UInt8] = []
    var isFinal = true
    var reserved: UInt8 = 0
    var mask: [UInt8]? = [0x37, 0xFA, 0x21, 0x3D]
    var lengthForm = LengthForm.shortest

    /// The length to announce instead of the payload's own.
    var announced: UInt64?

    var bytes: [UInt8] {
        let length = announced ?? UInt64(payload.count)
        var bytes = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        if lengthForm == .eight || (lengthForm == .shortest && length > 0xFFFF) {
            bytes.append(maskBit | 127)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - $0 * 8)) }
        } else if lengthForm == .two || length > 125 {
            bytes.append(maskBit | 126)
            bytes += [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)]
        } else {
            bytes.append(maskBit | UInt8(length))
        }
        guard let mask else { return bytes + payload }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    static func text(_ text: String, isFinal: Bool = true) -> ClientFrame {
        ClientFrame(opcode: 1, payload: latin1(text), isFinal: isFinal)
    }

    static func binary(_ payload: [UInt8], isFinal: Bool = true) -> ClientFrame {
        ClientFrame(opcode: 2, payload: payload, isFinal: isFinal)
    }

    static func more(_ text: String, isFinal: Bool = true) -> ClientFrame {
        ClientFrame(opcode: 0, payload: latin1(text), isFinal: isFinal)
    }

    static func ping(_ text: String) -> ClientFrame {
        ClientFrame(opcode: 9, payload: latin1(text))
    }

    static func pong(_ text: String) -> ClientFrame {
        ClientFrame(opcode: 10, payload: latin1(text))
    }

    static func close(_ code: Int, _ reason: String = "") -> ClientFrame {
        let code = [UInt8(code >> 8), UInt8(code & 255)]
        return ClientFrame(opcode: 8, payload: code + latin1(reason))
    }
}

/// Drives a WebSocket decoder as a server session does and writes down what comes out, one line
/// each: `text hello`, `binary 3`, `ping x`, `close 1000 bye`, `close -`, `1002 unmasked`.
enum FrameStream {
    static func lines(
        _ bytes: [UInt8],
        arriving counts: [Int],
        messageBytesMax: Int = 1 << 20,
        role: WebSocketRole = .server,
        inflater: MessageInflater? = nil
    ) -> [String] {
        var decoder = WebSocketDecoder(
            messageBytesMax: messageBytesMax,
            role: role,
            inflater: inflater
        )
        var lines: [String] = []
        var buffer: [UInt8] = []
        var given = 0
        do throws(WebSocketError) {
            for count in counts {
                buffer += bytes[given..<count]
                given = count
                while let line = try next(&decoder, &buffer) { lines.append(line) }
                // What may lie unconsumed is a head of 14 bytes or a control frame.
                #expect(buffer.count < 6 + 125)
            }
            #expect(!decoder.isClosed || buffer.isEmpty)
        } catch {
            lines.append("\(error.closeCode.rawValue) \(error)")
        }
        return lines
    }

    private static func next(
        _ decoder: inout WebSocketDecoder,
        _ buffer: inout [UInt8]
    ) throws(WebSocketError) -> String? {
        var memory = buffer
        let byteCount = buffer.count
        var span = memory.mutableSpan
        let (consumed, line) = try unsafe span.withUnsafeMutableBytes {
            bytes throws(WebSocketError) -> (Int, String?) in
            let step = try unsafe decoder.next(bytes)
            #expect(step.consumed <= byteCount, "a decoder took more than was given")
            guard let event = step.event else { return (step.consumed, nil) }
            return unsafe (step.consumed, describe(event, step.payload))
        }
        buffer = Array(memory[consumed...])
        return line
    }

    private static func describe(
        _ event: WebSocketEvent,
        _ payload: UnsafeRawBufferPointer
    ) -> String {
        let text = unsafe String(decoding: payload, as: UTF8.self)
        switch event {
        case .text: return text.utf8.count > 100 ? "text of \(text.utf8.count)" : "text \(text)"
        case .binary: return "binary \(payload.count)"
        case .ping: return "ping \(text)"
        case .pong: return "pong \(text)"
        case .close(let code): return "close \(code.map { "\($0) " } ?? "-")\(text)"
        }
    }
}

/// One line of a table: the frames that come, and what the decoder makes of them.
struct FrameCase: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    let lines: [String]
    var messageBytesMax = 1 << 20
    /// Whether `permessage-deflate` was negotiated.
    var deflates = false

    init(_ name: String, _ frames: [ClientFrame], _ lines: String...) {
        self.name = name
        bytes = frames.flatMap(\.bytes)
        self.lines = lines
    }

    init(_ name: String, raw bytes: [UInt8], _ lines: String...) {
        self.init(name, raw: bytes, lines)
    }

    init(_ name: String, raw bytes: [UInt8], _ lines: [String]) {
        self.name = name
        self.bytes = bytes
        self.lines = lines
    }

    var testDescription: String { name }

    /// Expects the same lines from every way in which the bytes can arrive.
    func check() {
        let inflater = deflates ? MessageInflater() : nil
        for counts in arrivals(of: bytes.count) {
            let found = FrameStream.lines(
                bytes,
                arriving: counts,
                messageBytesMax: messageBytesMax,
                inflater: inflater
            )
            #expect(found == lines, "\(name), called at \(counts.prefix(2))")
            if found != lines { return }
        }
    }
}
