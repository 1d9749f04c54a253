import Glibc
import PulseReactor
import PulseTestSupport

/// A frame as the server sent it.
struct ReceivedFrame: Equatable {
    let opcode: UInt8
    let payload: [UInt8]

    var text: String { String(decoding: payload, as: UTF8.self) }

    /// The code of a close frame.
    var closeCode: UInt16? {
        guard opcode == 8, payload.count >= 2 else { return nil }
        return UInt16(payload[0]) << 8 | UInt16(payload[1])
    }
}

/// The stream ended, or something came that is no frame of a server.
struct StreamEnded: Error {}

/// A WebSocket on a plain blocking socket, written without the product's decoder.
struct WebSocketClient: Sendable {
    let socket: Client
    private var frames = FrameReader()

    /// Connects and upgrades.
    init(_ address: SocketAddress, receiveBufferBytes: Int32? = nil) throws {
        socket = try Client(address, receiveBufferBytes: receiveBufferBytes)
        try socket.send(WebSocketClient.upgrade)
        let end = Array("\r\n\r\n".utf8)
        var input: [UInt8] = []
        while input.suffix(4) != end[...] {
            // One byte at a time: what follows belongs to the stream.
            let byte = try socket.receive(atMost: 1)
            if byte.isEmpty { throw StreamEnded() }
            input += byte
        }
        guard input.starts(with: "HTTP/1.1 101 ".utf8) else { throw StreamEnded() }
    }

    static let upgrade = Array(
        """
        GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
        """.utf8
    )

    /// A masked frame.
    static func frame(_ opcode: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        var bytes = [0x80 | opcode]
        if payload.count < 126 {
            bytes.append(0x80 | UInt8(payload.count))
        } else {
            bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        bytes += mask
        for (index, byte) in payload.enumerated() { bytes.append(byte ^ mask[index & 3]) }
        return bytes
    }

    static func frame(_ text: String) -> [UInt8] { frame(1, Array(text.utf8)) }

    func send(_ text: String) throws { try socket.send(WebSocketClient.frame(text)) }

    /// Waits for the next frame.
    mutating func receive() throws -> ReceivedFrame {
        while true {
            if let frame = frames.next() { return frame }
            let bytes = try socket.receive(atMost: 256 * 1024)
            if bytes.isEmpty { throw StreamEnded() }
            frames.append(bytes)
        }
    }

    /// The frames that are complete after at most `byteCount` bytes of what is there.
    mutating func receiveAvailable(atMost byteCount: Int) throws -> [ReceivedFrame] {
        var rest = byteCount
        while rest > 0, let bytes = try socket.receiveWithoutWaiting(atMost: min(rest, 1 << 16)) {
            if bytes.isEmpty { throw StreamEnded() }
            frames.append(bytes)
            rest -= bytes.count
        }
        var received: [ReceivedFrame] = []
        while let frame = frames.next() { received.append(frame) }
        return received
    }
}
